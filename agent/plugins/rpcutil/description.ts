import type { AgentDescription } from '../../../src/core/agent-description.ts';

/** As `core/names.ts` has it, for a language that knows no anchors. */
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

const FACT_NAME = '[^\\x00-\\x20,]+';

export const RPCUTIL_DESCRIPTION: AgentDescription = {
  agent: 'rpcutil',
  version: '1.0.0',
  about: 'tells about the node and its mco-agent',
  actions: {
    ping: {
      about: 'answers with the time',
      effect: 'read',
      timeoutMs: 5000,
      input: {},
      output: { pong: { about: "the node's clock, ms since the epoch", label: 'Timestamp' } },
      examples: ['rpc rpcutil ping'],
    },
    inventory: {
      about: 'everything known of the node: agents, classes, facts',
      effect: 'read',
      timeoutMs: 10_000,
      input: {},
      output: {
        identity: { about: 'the name the node goes by', label: 'Identity' },
        version: { about: 'version of mco-agent', label: 'Version' },
        daemon: { about: 'the running mco-agent: since when, memory, messages, jobs', label: 'Daemon' },
        collectives: { about: 'collectives it is in', label: 'Collectives' },
        agents: { about: 'agents it runs', label: 'Agents' },
        refused_agents: {
          about: 'what keeps agents of its own from being used, if anything; the first 20',
          label: 'Refused agents',
        },
        data_functions: { about: 'what `-S` can ask it', label: 'Data functions' },
        classes: { about: 'configuration-management classes', label: 'Classes' },
        facts: { about: 'facts by name', label: 'Facts' },
      },
      display: 'always',
      examples: ['rpc rpcutil inventory -I web1'],
    },
    get_fact: {
      about: 'the value of one fact',
      effect: 'read',
      timeoutMs: 5000,
      input: {
        fact: {
          about: 'name of a fact, with dots into structured ones: `os.release.major`',
          type: 'string',
          pattern: FACT_NAME,
        },
      },
      output: {
        fact: { about: 'name of the fact', label: 'Fact' },
        value: { about: 'its value; null when there is none', label: 'Value' },
      },
      words: ['fact'],
      line: '{value}',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'value' }],
      examples: ['rpc rpcutil get_fact fact=kernelrelease'],
    },
    get_facts: {
      about: 'the values of several facts',
      effect: 'read',
      timeoutMs: 5000,
      input: {
        facts: {
          about: 'names of facts, separated by commas',
          type: 'string',
          maxLength: 4000,
          pattern: `${FACT_NAME}(?:, *${FACT_NAME})*`,
        },
      },
      output: { values: { about: 'value by name; null where there is none', label: 'Values' } },
      words: ['facts'],
      display: 'always',
      examples: ['rpc rpcutil get_facts facts=osfamily,kernelrelease'],
    },
    agent_inventory: {
      about: 'the agents on the node and what they can do',
      effect: 'read',
      timeoutMs: 5000,
      input: {},
      output: {
        agents: { about: 'each agent with version and the effects of its actions', label: 'Agents', type: 'list' },
      },
      display: 'always',
      examples: ['rpc rpcutil agent_inventory -I web1'],
    },
    describe: {
      about: 'the description of one agent: its actions, inputs and outputs',
      effect: 'read',
      timeoutMs: 5000,
      input: {
        agent: { about: 'name of an agent', type: 'string', maxLength: 64, pattern: '[a-z][a-z0-9_]*' },
        brief: { about: 'only version and digest', type: 'boolean', default: false },
      },
      output: {
        agent: { about: 'name of the agent', label: 'Agent', type: 'string' },
        version: { about: 'its version', label: 'Version', type: 'string' },
        digest: { about: 'SHA-256 of the description as canonical JSON', label: 'Digest', type: 'string' },
        description: { about: 'the whole description', label: 'Description', type: 'object' },
      },
      words: ['agent'],
      display: 'always',
      aggregate: [{ function: 'summary', output: 'version' }],
      examples: ['rpc rpcutil describe agent=package -I web1', 'rpcutil describe package brief=true'],
    },
    daemon_stats: {
      about: 'how mco-agent itself is doing',
      effect: 'read',
      timeoutMs: 5000,
      input: {},
      output: {
        version: { about: 'version of mco-agent', label: 'Version' },
        pid: { about: 'process id', label: 'PID' },
        started: { about: 'start, ISO 8601', label: 'Started' },
        uptime: { about: 'seconds since the start', label: 'Uptime s' },
        memory: { about: 'resident memory, bytes', label: 'Memory bytes' },
        received: { about: 'messages from the broker', label: 'Received' },
        refused: { about: 'messages that were not accepted', label: 'Refused' },
        unmatched: { about: 'broadcasts meant for others', label: 'Unmatched' },
        ran: { about: 'actions that were run', label: 'Ran' },
        replies: { about: 'replies handed to the broker', label: 'Replies' },
        jobs: { about: 'jobs that run', label: 'Jobs' },
        stuck: { about: 'programs that were given up and are still there: not even SIGKILL ends them', label: 'Stuck' },
      },
      display: 'always',
      aggregate: [{ function: 'summary', output: 'version' }],
      examples: ['rpc rpcutil daemon_stats'],
    },
    audit: {
      about: "the node's own audit records of a run",
      effect: 'read',
      timeoutMs: 30_000,
      input: {
        run: { about: 'the whole id of a run', type: 'string', maxLength: 36, pattern: UUID },
      },
      output: {
        records: { about: 'what the node wrote down, oldest first; the newest 200', label: 'Records' },
        truncated: { about: 'whether there may be more', label: 'Truncated' },
      },
      words: ['run'],
      display: 'always',
      examples: ['rpc rpcutil audit run=0190a6f0-1c2d-7b3e-8f4a-5b6c7d8e7f3a -I web1'],
    },
    collective_info: {
      about: 'which collectives the node is in',
      effect: 'read',
      timeoutMs: 5000,
      input: {},
      output: { collectives: { about: 'collectives it is in', label: 'Collectives', type: 'list' } },
      display: 'always',
      aggregate: [{ function: 'summary', output: 'collectives' }],
      examples: ['rpc rpcutil collective_info'],
    },
  },
};
