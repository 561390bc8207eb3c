/** `README.md` of a new agent. */
export const README_TEMPLATE = `# The agent hello

- \`agent.json\` describes it: its actions, their inputs and outputs, and which of them change something.
- \`run\` does what it says: it is started once for each request.

Change both, and raise the version in \`agent.json\` when you do. Then try \`run\` by hand:

    echo '{"protocol":1,"agent":"hello","action":"greet","input":{"name":"ana"},"node":{"identity":"web1"},"noop":false}' |
      MCO_ACTION=greet MCO_NODE=web1 MCO_NOOP=0 MCO_INPUT_NAME=ana ./run greet

To use it on a node, copy this directory to \`/etc/mco/agents/hello\`; it must belong to root, and nobody else may write
to it. \`mco-agent --check\` says whether all is well; a running mco-agent finds it by itself within seconds. In the chat,
\`/mco help hello\` shows it.
`;
