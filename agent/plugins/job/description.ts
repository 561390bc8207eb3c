import type {
  ActionDescription,
  AgentDescription,
  InputField,
  OutputField,
} from '../../../src/core/agent-description.ts';

/** As `core/names.ts` has it, for a language that knows no anchors. */
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

const run: InputField = {
  about: 'the run that it came from: `job` takes the end of its id, such as `7f3a`, `rpc job` the whole id',
  type: 'string',
  maxLength: 36,
  pattern: UUID,
};
/** INVARIANT: the node fills it in with the job that it decided about, whatever was typed. */
const job: InputField = {
  about: "the job's own id; the node finds it by the run",
  type: 'string',
  optional: true,
  maxLength: 36,
  pattern: UUID,
};

const text = (label: string, about: string): OutputField => ({ label, about, type: 'string' });
const whole = (label: string, about: string): OutputField => ({ label, about, type: 'integer' });

const outcome = text('Outcome', '`running`, `ended` (its result is being made), `ok`, `failed`, `killed`, `lost`');
const exit = text('Exit', 'how its program ended: `exited 0`, `killed by SIGTERM`, `lost`, `nothing to do`');

const common: Pick<ActionDescription, 'timeoutMs' | 'display'> = { timeoutMs: 10_000, display: 'always' };

const EXAMPLE = '0190a6f0-1c2d-7b3e-8f4a-5b6c7d8e7f3a';

export const JOB_DESCRIPTION: AgentDescription = {
  agent: 'job',
  version: '1.0.0',
  about: 'work that outlives its request: what runs, what came of it, what it says',
  actions: {
    list: {
      ...common,
      about: 'the jobs on the node, newest first',
      effect: 'read',
      input: {
        limit: { about: 'how many at most', type: 'integer', optional: true, default: 20, min: 1, max: 200 },
        ids: { about: 'the whole ids of jobs and runs', type: 'boolean', optional: true, default: false },
      },
      output: {
        jobs: {
          about: 'each job with the end of its run, action, caller, outcome and times',
          label: 'Jobs',
          type: 'list',
          units: { elapsed: 'seconds' },
        },
        running: whole('Running', 'how many are running'),
      },
      aggregate: [{ function: 'sum', output: 'running' }],
      examples: ['rpc job list', 'rpc job list limit=5', 'rpc job list ids=true'],
    },
    show: {
      ...common,
      about: 'how a job is doing, and what came of it; who may start it may ask',
      effect: 'read',
      input: { run, job },
      output: {
        job: text('Job', 'its id'),
        run: text('Run', 'the run that it came from'),
        action: text('Action', 'what was asked for'),
        caller: text('Caller', 'who asked'),
        outcome,
        state: text('State', '`running`, `ended` (its result is being made) or `concluded`'),
        dryrun: { label: 'Dry run', about: 'true where it was one', type: 'boolean' },
        started: text('Started', 'ISO 8601'),
        elapsed: { label: 'Elapsed s', about: 'how long it has run, seconds', type: 'number' },
        exit,
        status: text('Status', 'of the result: `ok`, `aborted`'),
        message: text('Message', 'what went wrong'),
        outputs: { label: 'Outputs', about: 'of the action', type: 'object' },
        stdout: whole('Stdout bytes', 'bytes on its standard output'),
        stderr: whole('Stderr bytes', 'bytes on its standard error'),
      },
      words: ['run'],
      aggregate: [{ function: 'summary', output: 'outcome' }],
      examples: [`rpc job show run=${EXAMPLE}`],
    },
    tail: {
      ...common,
      about: 'the end of what a job says; who may start it may ask',
      effect: 'read',
      input: {
        run,
        job,
        lines: {
          about: 'how many lines from the end',
          type: 'integer',
          optional: true,
          default: 20,
          min: 1,
          max: 1000,
        },
        offset: { about: 'from this byte on, in place of the end', type: 'integer', optional: true, min: 0 },
        stream: {
          about: 'which of the two',
          type: 'string',
          optional: true,
          default: 'stdout',
          oneOf: ['stdout', 'stderr'],
        },
      },
      output: {
        text: text('Text', 'at most 64 kB'),
        next: whole('Next', 'the byte at which what follows begins'),
        size: whole('Size', 'bytes that there are'),
        state: text('State', '`running`, `ended` or `concluded`'),
        outcome,
        exit,
      },
      words: ['run', 'lines'],
      line: '{text}',
      aggregate: [
        { function: 'summary', output: 'outcome' },
        { function: 'summary', output: 'exit' },
      ],
      examples: [`rpc job tail run=${EXAMPLE}`, `rpc job tail run=${EXAMPLE} lines=100`],
    },
    kill: {
      ...common,
      about: 'ends a job and what is found of all that it started; who may start it may do that',
      effect: 'write',
      timeoutMs: 30_000,
      input: {
        run,
        job,
        force: { about: 'even where that may break something', type: 'boolean', optional: true, default: false },
      },
      output: {
        job: text('Job', 'its id'),
        killed: { label: 'Killed', about: 'whether this ended it; false: it had ended before', type: 'boolean' },
        note: text('Note', 'why nothing was killed'),
      },
      words: ['run'],
      aggregate: [{ function: 'summary', output: 'killed' }],
      examples: [`rpc job kill run=${EXAMPLE}`, `rpc job kill run=${EXAMPLE} force=true`],
    },
  },
};
