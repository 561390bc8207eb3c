/** `run` of a new agent in Python. */
export const PYTHON_TEMPLATE = String.raw`#!/usr/bin/env python3
"""The agent hello: see agent.json for what it can do.

It is started once for each request. One JSON document comes on standard input, one goes to standard output. What it
writes to standard error is shown only when it fails.
"""
import json
import sys
import time
from pathlib import Path

NOTE = Path("/var/lib/hello/note")


class Failed(Exception):
    """Tells people why it did not work."""


def greet(request):
    return {"greeting": "good day, " + request["input"]["name"] + ", from " + request["node"]["identity"]}


def note(request):
    after = request["input"]["text"]
    try:
        before = NOTE.read_text(encoding="utf-8").rstrip("\n") if NOTE.exists() else ""
        if not request["noop"]:
            NOTE.parent.mkdir(mode=0o755, exist_ok=True)
            NOTE.write_text(after + "\n", encoding="utf-8")
    except OSError as error:
        raise Failed(f"the note can't be kept: {error}") from error
    return {"before": before, "after": after}


def count(request):
    seconds = request["input"]["seconds"]
    time.sleep(seconds)
    return {"seconds": seconds}


ACTIONS = {"greet": greet, "note": note, "count": count}


def main():
    request = json.load(sys.stdin)
    try:
        answer = {"status": "ok", "data": ACTIONS[request["action"]](request)}
    except Failed as error:
        answer = {"status": "failed", "message": str(error)}
    json.dump(answer, sys.stdout)


main()
`;
