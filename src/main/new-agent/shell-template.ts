/** `run` of a new agent in shell. */
export const SHELL_TEMPLATE = String.raw`#!/bin/sh
# The agent hello: see agent.json for what it can do.
#
# It is started once for each request. One JSON document comes on standard input, one goes to standard output. What it
# writes to standard error is shown only when it fails. A shell does not read JSON, so it uses the variables that
# hold the same: MCO_ACTION, MCO_NODE, MCO_NOOP, and MCO_INPUT_NAME for the input called name.
set -eu

note=/var/lib/hello/note

# Text as JSON has it between quotes.
escape() {
  printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'
}

greet() {
  printf '{"data":{"greeting":"%s"}}\n' "$(escape "good day, $MCO_INPUT_NAME, from $MCO_NODE")"
}

note() {
  before=
  if [ -e "$note" ]; then before=$(cat "$note"); fi
  if [ "$MCO_NOOP" = 0 ]; then
    mkdir -p "$(dirname "$note")"
    printf '%s\n' "$MCO_INPUT_TEXT" >"$note"
  fi
  printf '{"data":{"before":"%s","after":"%s"}}\n' "$(escape "$before")" "$(escape "$MCO_INPUT_TEXT")"
}

count() {
  sleep "$MCO_INPUT_SECONDS"
  printf '{"data":{"seconds":%d}}\n' "$MCO_INPUT_SECONDS"
}

case $MCO_ACTION in
  greet) greet ;;
  note) note ;;
  count) count ;;
  *)
    echo "there is no action $MCO_ACTION" >&2
    exit 2
    ;;
esac
`;
