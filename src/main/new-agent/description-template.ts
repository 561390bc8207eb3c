/** `agent.json` of a new agent: something to read, something to change, and something that takes long. */
export const DESCRIPTION_TEMPLATE = String.raw`{
  "agent": "hello",
  "version": "1.0.0",
  "about": "greets people, and keeps a note",
  "actions": {
    "greet": {
      "about": "greets somebody",
      "effect": "read",
      "timeoutMs": 10000,
      "input": {
        "name": {
          "about": "whom to greet: letters, digits, blanks",
          "type": "string",
          "maxLength": 64,
          "pattern": "[A-Za-z0-9][A-Za-z0-9 ._-]*",
          "default": "world"
        }
      },
      "output": {
        "greeting": { "about": "what is said", "label": "Greeting", "type": "string" }
      },
      "words": ["name"],
      "line": "{greeting}",
      "display": "always",
      "aggregate": [{ "function": "summary", "output": "greeting" }],
      "examples": ["hello greet", "hello greet ana -I web1"]
    },
    "note": {
      "about": "keeps a line of text on the node in place of the one before",
      "effect": "write",
      "dryRun": "read",
      "timeoutMs": 10000,
      "input": {
        "text": {
          "about": "one line of text",
          "type": "string",
          "maxLength": 200,
          "pattern": "[^\\x00-\\x1f]+"
        }
      },
      "output": {
        "before": { "about": "the line that was there", "label": "Before", "type": "string" },
        "after": { "about": "the line that is there now", "label": "After", "type": "string" }
      },
      "words": ["text"],
      "line": "{before} -> {after}",
      "display": "always",
      "examples": ["hello note text=\"disk is on order\" -I web1", "hello note text=\"disk is on order\" -I web1 --noop"]
    },
    "count": {
      "about": "counts seconds, as a job: it outlives the request, and mco-agent too",
      "effect": "read",
      "isJob": true,
      "timeoutMs": 60000,
      "input": {
        "seconds": { "about": "how long", "type": "integer", "min": 0, "max": 3600, "default": 3 }
      },
      "output": {
        "seconds": { "about": "how long it was", "label": "Seconds", "type": "integer" }
      },
      "words": ["seconds"],
      "line": "{seconds} s",
      "display": "always",
      "aggregate": [{ "function": "sum", "output": "seconds" }],
      "examples": ["hello count 3 -I web1"]
    }
  }
}
`;
