/**
 * What stands between the agent and a job's program, for /bin/sh (POSIX). It is a constant: everything that differs
 * comes as arguments and is never read as code.
 *
 *     sh -c SCRIPT mco-job DIRECTORY BLOCKS PLACE GROUP FILE ARGV...
 *
 * DIRECTORY is the job's; BLOCKS of 512 bytes are kept of each stream; the program works in PLACE; FILE must be there;
 * ARGV is what is run. It says on file descriptor 3 what became of that, in one word; after `no-interpreter` comes the path
 * that FILE's first line names. It leaves behind
 *
 * - `pid`: its own process, when that was born (clock ticks since the machine started), and in which life of the machine;
 * - `program`: the same of the program, which has a session of its own, so that ending it does not end this; one that
 *   ended before it could be looked at was born at 0;
 * - `stdout.end` or `stdout.cut`, `stderr` likewise: all of it was kept, or some of it was not;
 * - `exit-CODE`: how it ended. An old file gets such a name: that needs no room on the disk, and is done at once or not.
 *
 * Streams go through named pipes to `cat`, which has a limit: whoever writes more is neither ended nor held up, and a
 * daemon that keeps a pipe open after the program ended keeps its reader.
 *
 * A program that opens `/dev/stdout`, or the others, opens a pipe or its input anew, as its own account: GROUP, that
 * account's, may do so, empty where it is this process's own.
 * INVARIANT: DIRECTORY stays this account's alone, so nobody but the program and what it hands them to gets at these files.
 */
export const RUNNER_SCRIPT = `
set -uf
umask 077
dir=$1 blocks=$2 place=$3 group=$4 file=$5
shift 5
woken=
trap 'woken=1' HUP INT TERM QUIT PIPE ALRM USR1 USR2
say() { printf '%s\\n' "$1" >&3; }
fail() { say "$1"; exit 1; }
birth() { read -r stat <"/proc/$1/stat" && set -- \${stat##*) } && born=\${20}; }
share() { [ -z "$group" ] || { chgrp "$group" "$2" && chmod "$1" "$2"; } 2>/dev/null; }
note() { printf '%s %s %s\\n' "$2" "$born" "$boot" >"$dir/$1.new" && mv "$dir/$1.new" "$dir/$1"; }
collect() {
  exec 3>&-
  ( ulimit -S -f "$blocks"; trap '' XFSZ; exec cat >"$dir/$1" ) ||
    { mv "$dir/$1.open" "$dir/$1.cut"; exec cat >/dev/null; }
  mv "$dir/$1.open" "$dir/$1.end"
}
read -r boot </proc/sys/kernel/random/boot_id && birth "$$" && : >"$dir/mark" && : >"$dir/stdout.open" && : >"$dir/stderr.open" &&
  mkfifo "$dir/out" "$dir/err" && note pid "$$" || fail no-room
[ -f "$file" ] && [ -x "$file" ] || fail missing
reader=$(head -c 256 -- "$file" | sed -n '1s,^#![[:blank:]]*\\(/[^[:blank:]]*\\).*,\\1,p')
[ -z "$reader" ] || { [ -f "$reader" ] && [ -x "$reader" ]; } || fail "no-interpreter $reader"
[ -d "$place" ] || fail no-directory
share 620 "$dir/out"
share 620 "$dir/err"
collect stdout <"$dir/out" &
collect stderr <"$dir/err" &
input=/dev/null
[ ! -e "$dir/input" ] || { input=$dir/input; share 640 "$input"; }
( exec 3>&-; umask 022; cd -- "$place" || exit 126; exec setsid "$@" ) <"$input" >"$dir/out" 2>"$dir/err" &
program=$!
birth "$program" || born=0
note program "$program"
say started
exec 3>&-
code=
while :; do
  woken=
  wait "$program"
  got=$?
  if [ -z "$woken" ]; then
    [ "$got" = 127 ] && [ -n "$code" ] || code=$got
    break
  fi
  code=$got
done
turns=0
until [ ! -e "$dir/stdout.open" ] && [ ! -e "$dir/stderr.open" ] || [ "$turns" -ge 20 ]; do
  sleep 0.05
  turns=$((turns + 1))
done
rm -f "$dir/out" "$dir/err" "$dir/input"
mv "$dir/mark" "$dir/exit-$code"
`;
