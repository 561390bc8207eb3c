import { createHash } from 'node:crypto';
import { handleRequest } from '../../../agent/handle-request.ts';
import type { NodeDependencies } from '../../../agent/node-dependencies.ts';
import { createNodeRuntime } from '../../../agent/node-runtime.ts';
import { createJobAgent } from '../../../agent/plugins/job/create-job-agent.ts';
import { createMemorySpool } from '../../../src/adapters/simulation/memory-spool.ts';
import type { Agent, RunAction } from '../../../src/core/agent.ts';
import type { ActionDescription, AgentDescription } from '../../../src/core/agent-description.ts';
import type { McoError } from '../../../src/core/errors.ts';
import { EVERYBODY } from '../../../src/core/filter.ts';
import type { SignatureNamespace } from '../../../src/core/ports.ts';
import { decodeReply, type Reply } from '../../../src/core/reply.ts';
import type { Request } from '../../../src/core/request.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import { createFakeAudit } from '../../fakes/fake-audit.ts';
import { createFakeBus } from '../../fakes/fake-bus.ts';
import { createFakeClock, settle } from '../../fakes/fake-clock.ts';
import { createFakeIds } from '../../fakes/fake-ids.ts';
import { createFakeSigner, createFakeVerifier } from '../../fakes/fake-keys.ts';
import { createFakeJob } from './jobs/fake-job.ts';

const POLICY = `
signers:
  mco-read: { effect: read }
  mco-write: { effect: write, callers: ["person:*"] }
roles:
  reader: { allow: [{ actions: ["probe.*"], effect: read }] }
  writer: { allow: [{ actions: ["probe.*"], effect: write }] }
bindings:
  - { role: reader, who: [everyone] }
  - { role: writer, who: ["person:ana"] }
deny:
  - { actions: ["probe.secretive"], who: ["person:eve"], reason: "not for eve" }
`;

export const START = 1_700_000_000_000;
/** What every request but discovery's carries. */
export const TARGETS = { count: 3, digest: 'd'.repeat(64), isNarrowed: true };

const REPLY_TO = '/queue/mco.mcollective.reply.bot1';

const read: ActionDescription = { about: 'reads', effect: 'read', timeoutMs: 5000, input: {}, output: {} };

const PROBE: AgentDescription = {
  agent: 'probe',
  version: '1.0.0',
  about: 'does what tests need',
  actions: {
    look: { ...read, input: { word: { about: 'a word', type: 'string', optional: true, pattern: '[a-z]+' } } },
    need: { ...read, input: { word: { about: 'a word', type: 'string' } } },
    secretive: {
      ...read,
      input: { password: { about: 'a password', type: 'string', secret: true, pattern: '[a-z]+' } },
    },
    change: { ...read, effect: 'write' },
    hang: read,
    orphan: read,
    work: {
      ...read,
      effect: 'write',
      isJob: true,
      dryRun: 'read',
      input: { secret: { about: 'a secret', type: 'string', optional: true, secret: true } },
    },
  },
};

/** A node in memory that runs the real pipeline. `ran` lists the actions whose code was entered. */
export function createFakeNode(overrides: Partial<NodeDependencies> = {}) {
  const clock = createFakeClock(START);
  const audit = createFakeAudit();
  const bus = createFakeBus();
  const ran: string[] = [];
  const problems: McoError[] = [];
  const endings = new Map<string, (error?: Error) => void>();
  const job = createFakeJob((name) => ran.push(name));
  let look: RunAction = async ({ input }) => ({ word: input.word ?? null });
  const note =
    (name: string, run: RunAction): RunAction =>
    (call) => {
      ran.push(name);
      return run(call);
    };
  const agent: Agent = {
    description: PROBE,
    actions: {
      look: note('look', (call) => look(call)),
      need: note('need', async () => ({})),
      secretive: note('secretive', async () => ({})),
      change: note('change', async () => ({ changed: true })),
      work: job.action,
      hang: note('hang', ({ signal }) => {
        return new Promise((resolve, reject) => {
          endings.set('hang', (error) => (error === undefined ? resolve({ ended: true }) : reject(error)));
          signal.addEventListener('abort', () => endings.set('aborted', () => {}));
        });
      }),
    },
  };
  const policy = readNodePolicy(POLICY, 'node.yaml');
  const spool = overrides.jobs ?? createMemorySpool();
  const dependencies: NodeDependencies = {
    identity: 'web1.example.org',
    collectives: ['mcollective', 'storage'],
    agents: [agent, createJobAgent(spool, clock.now)],
    profile: () => ({
      identity: 'web1.example.org',
      facts: { osfamily: 'Debian' },
      classes: new Set(['webserver']),
      agents: new Set(['probe']),
    }),
    verifier: createFakeVerifier(),
    policy: () => policy,
    signer: createFakeSigner('web1.example.org'),
    bus,
    audit,
    clock,
    newId: createFakeIds(),
    jobs: spool,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    startedAt: START - 1000,
    onProblem: (problem) => problems.push(problem),
    ...overrides,
  };
  const stopping = new AbortController();
  const runtime = createNodeRuntime(dependencies, stopping.signal);
  const makeRequest = createRequestMaker(clock.now);

  return {
    clock,
    audit,
    bus,
    ran,
    problems,
    endings,
    job,
    dependencies,
    runtime,
    stopping,
    policy,
    makeRequest,
    setLook(run: RunAction) {
      look = run;
    },
    /** Handles one signed request and returns the replies to it so far. */
    async send(fields: Partial<Request> = {}, how: Signing = {}): Promise<Reply[]> {
      const message = await signRequest(makeRequest({ ...signerFields(how), ...fields }), how);
      const before = bus.published.length;
      void handleRequest(message, runtime);
      await settle();
      return bus.published.slice(before).map(({ body }) => decodeReply(body));
    },
    /** All replies so far. */
    replies: () => bus.published.map(({ body }) => decodeReply(body)),
    events: () => audit.records.map(({ event, code, result }) => [event, code ?? result].filter(Boolean).join(' ')),
  };
}

export interface Signing {
  readonly principal?: string;
  readonly namespace?: SignatureNamespace;
  readonly unsigned?: boolean;
}

function signerFields({ principal = 'mco-write' }: Signing): Pick<Request, 'signer'> {
  return { signer: { principal, fingerprint: createFakeSigner(principal).fingerprint } };
}

export async function signRequest(
  request: unknown,
  { principal = 'mco-write', namespace = 'mco-request@v1', unsigned = false }: Signing = {},
): Promise<{ body: Uint8Array; signature: string | undefined }> {
  const body = new TextEncoder().encode(JSON.stringify(request));
  const signature = unsigned ? undefined : await createFakeSigner(principal).sign(namespace, body);
  return { body, signature };
}

function createRequestMaker(now: () => number): (fields?: Partial<Request>) => Request {
  const newId = createFakeIds();
  return (fields = {}) => ({
    v: 1,
    type: 'request',
    id: newId(),
    run: '01890000-0000-7000-9000-000000000001',
    ...signerFields({}),
    caller: 'person:ana',
    origin: { chat: 'console', channel: 'here' },
    collective: 'mcollective',
    audience: 'web1.example.org',
    agent: 'probe',
    action: 'look',
    input: {},
    filter: EVERYBODY,
    issuedAt: now(),
    notAfter: now() + 60_000,
    replyTo: REPLY_TO,
    targets: TARGETS,
    options: {},
    ...fields,
  });
}
