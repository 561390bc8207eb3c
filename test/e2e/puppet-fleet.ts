import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from '../contract/puppet-certificates.ts';
import { type CatalogResource, startPuppetServer } from '../contract/puppet-server.ts';
import { type Site, type SiteNode, startNode } from './site.ts';

/** Real agents, each with a real Puppet of its own. */
export interface PuppetFleet {
  readonly nodes: ReadonlyMap<string, SiteNode>;
  /** How often a node's catalogue was applied. */
  runsOf(node: string): number;
  /** Nodes on which the program of a job is alive now. */
  atWork(): readonly string[];
  /** Nodes whose run waits for `letGo`. */
  held(): readonly string[];
  letGo(): void;
  close(): Promise<void>;
}

export interface FleetPlan {
  readonly names: readonly string[];
  /** Puppet is disabled there. */
  readonly disabled: string;
  /** Its catalogue can't be applied. */
  readonly failing: string;
  /** After so many runs the others wait in the middle of theirs. */
  readonly freeRuns: number;
}

/** How many start at a time: there may be two processors. */
const STARTERS = 4;

export async function startPuppetFleet(site: Site, plan: FleetPlan): Promise<PuppetFleet> {
  const dir = site.path('puppet');
  mkdirSync(dir);
  const certificates = makeCertificates(dir, join(dir, 'ssl'), 'nobody');
  const server = await startPuppetServer(certificates);
  const runsFile = (node: string): string => join(dir, node, 'runs');
  const heldFile = (node: string): string => join(dir, node, 'held');
  const go = join(dir, 'go');
  const isFree = `[ -e ${go} ] || [ $(cat ${dir}/*/runs | wc -l) -le ${plan.freeRuns} ]`;
  const run = (node: string): string =>
    `echo run >> ${runsFile(node)}; ${isFree} || touch ${heldFile(node)}; until ${isFree}; do sleep 0.2; done`;
  server.serve((node) => [
    exec('run', `/bin/sh -c '${run(node)}'`),
    ...(node === plan.failing ? [exec('fail', '/bin/false')] : []),
  ]);
  for (const node of plan.names) {
    const confdir = join(dir, node);
    mkdirSync(join(confdir, 'var', 'state'), { recursive: true });
    certificates.issueAgent(join(confdir, 'ssl'), node);
    writeFileSync(join(confdir, 'puppet.conf'), describeConfiguration(confdir, node, server.port));
    const lock = join(confdir, 'var', 'state', 'agent_disabled.lock');
    if (node === plan.disabled) writeFileSync(lock, '{"disabled_message":"kernel update"}');
  }
  const nodes = new Map<string, SiteNode>();
  const queue = [...plan.names];
  const startNext = async (): Promise<void> => {
    for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
      nodes.set(node, await startNode(site, node, { sections: { puppet: { confdir: join(dir, node) } } }));
    }
  };
  await Promise.all(Array.from({ length: STARTERS }, startNext));
  return {
    nodes,
    runsOf: (node) => (existsSync(runsFile(node)) ? readFileSync(runsFile(node), 'utf8').split('\n').length - 1 : 0),
    atWork: () => plan.names.filter((node) => isAtWork(site.path(join(`${node}-jobs`, node)))),
    held: () => plan.names.filter((node) => existsSync(heldFile(node))),
    letGo: () => writeFileSync(go, ''),
    close: () => server.close(),
  };
}

const exec = (title: string, command: string): CatalogResource => ['Exec', title, { command }];

/** By the spool: it notes the process of each program that it starts. */
function isAtWork(spool: string): boolean {
  if (!existsSync(spool)) return false;
  return readdirSync(spool).some((job) => {
    try {
      const [pid = ''] = readFileSync(join(spool, job, 'program'), 'utf8').split(' ');
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('puppet');
    } catch {
      return false;
    }
  });
}

const describeConfiguration = (confdir: string, certname: string, port: number): string =>
  [
    '[main]',
    ...['var', 'ssl', 'run', 'public', 'log'].map((name) => `${name}dir=${join(confdir, name)}`),
    `certname=${certname}`,
    'certificate_revocation=false',
    'server=localhost',
    `serverport=${port}`,
    '',
  ].join('\n');
