import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { createKeyFolder, KEY_KINDS, type KeyFolder, runKeygen } from '../contract/openssh-tools.ts';
import { killPrograms, type Running, startProgram } from './programs.ts';
import { type Login, PASSCODES, type SiteBroker, startQuickBroker, startSiteBroker } from './site-broker.ts';

export type KeyKind = keyof typeof KEY_KINDS;

/** A person or bot who may sign requests: the line in `allowed_signers`, and what the nodes' policy says of it. */
export interface SiteSigner {
  readonly kind: KeyKind;
  /** Options of its line; default: `namespaces="mco-request@v1"`. */
  readonly options?: string;
  readonly passphrase?: string;
  readonly policy?: { readonly effect: 'read' | 'write'; readonly callers: readonly string[] };
}

export interface SitePlan {
  /** Host keys by the node's identity. */
  readonly hosts: Readonly<Record<string, KeyKind>>;
  readonly signers: Readonly<Record<string, SiteSigner>>;
  /** Keys that nobody lists. */
  readonly strangers?: readonly string[];
  /** Default: ActiveMQ. */
  readonly broker?: 'activemq' | 'embedded';
}

/** A folder with everything a site has, in real files, and a broker. */
export interface Site {
  readonly dir: string;
  readonly keys: KeyFolder;
  readonly broker: SiteBroker;
  path(name: string): string;
  /** Writes text, or an object as YAML; `mode` 0o600 unless said otherwise. @returns its path */
  write(name: string, content: string | object, mode?: number): string;
  /** The section `broker` of a configuration. */
  brokerSection(login: Login, over: 'plain' | 'tls'): object;
  /** Ends every program and the broker, and removes the folder. */
  remove(): Promise<void>;
}

export async function createSite(plan: SitePlan): Promise<Site> {
  const keys = createKeyFolder();
  const dir = keys.path;
  const path = (name: string): string => join(dir, name);
  const write = (name: string, content: string | object, mode = 0o600): string => {
    writeFileSync(path(name), typeof content === 'string' ? content : stringify(content));
    chmodSync(path(name), mode);
    return path(name);
  };
  try {
    const broker = plan.broker === 'embedded' ? await startQuickBroker() : await startSiteBroker(dir);
    makeKeys(keys, plan);
    writeTrust({ keys, plan, write });
    write('ca.pem', broker.ca);
    for (const [login, passcode] of Object.entries(PASSCODES)) write(`${login}.passcode`, `${passcode}\n`);
    mkdirSync(path('policies'));
    for (const name of readdirSync('policies').filter((file) => file.endsWith('.yaml'))) {
      copyFileSync(join('policies', name), path(join('policies', name)));
    }
    return {
      dir,
      keys,
      broker,
      path,
      write,
      brokerSection(login, over) {
        const server = over === 'tls' ? { port: broker.tlsPort, tls: { ca: 'ca.pem' } } : { port: broker.plainPort };
        return { servers: [{ host: '127.0.0.1', ...server }], login, passcode_file: `${login}.passcode` };
      },
      async remove() {
        await killPrograms();
        await broker.stop();
        keys.remove();
      },
    };
  } catch (error) {
    keys.remove();
    throw error;
  }
}

function makeKeys(keys: KeyFolder, { hosts, signers, strangers = [] }: SitePlan): void {
  for (const [name, kind] of Object.entries(hosts)) keys.makeKey(name, KEY_KINDS[kind]);
  for (const [name, { kind, passphrase }] of Object.entries(signers)) keys.makeKey(name, KEY_KINDS[kind], passphrase);
  for (const name of strangers) keys.makeKey(name, KEY_KINDS.ed25519);
}

/** `known_hosts` as ssh-keygen hashes it, `allowed_signers`, and the nodes' policy: ours, with these signers. */
function writeTrust({ keys, plan, write }: { keys: KeyFolder; plan: SitePlan; write: Site['write'] }): void {
  const hosts = Object.keys(plan.hosts).map((name) => `${name} ${keys.publicKey(name)}\n`);
  runKeygen(['-H', '-f', write('known_hosts', hosts.join(''))]);
  const signers = Object.entries(plan.signers);
  const lines = signers.map(
    ([name, { options = 'namespaces="mco-request@v1"' }]) => `${name} ${options} ${keys.publicKey(name)}\n`,
  );
  write('allowed_signers', lines.join(''));
  const policy = parse(readFileSync('policies/node/node.yaml', 'utf8')) as { signers: object };
  const added = signers.flatMap(([name, { policy: rule }]) => (rule === undefined ? [] : [[name, rule]]));
  write('node-policy.yaml', { ...policy, signers: { ...policy.signers, ...Object.fromEntries(added) } });
}

/** `SHA256:...` of a key in the site's folder. */
export function fingerprintIn({ keys }: Site, name: string): string {
  return runKeygen(['-l', '-f', `${name}.pub`], { cwd: keys.path }).split(' ')[1] ?? '';
}

export interface SiteNode {
  readonly running: Running;
  readonly audit: string;
}

export interface NodePlan {
  /** Default: plain. */
  readonly over?: 'plain' | 'tls';
  /** More of its configuration, or other than usual. */
  readonly sections?: object;
}

/**
 * Starts a node's agent and resolves when it listens. Its facts are `{ site: test, node: IDENTITY }`.
 */
export async function startNode(
  site: Site,
  identity: string,
  { over = 'plain', sections = {} }: NodePlan = {},
): Promise<SiteNode> {
  const config = site.write(`${identity}.yaml`, {
    identity,
    broker: site.brokerSection('agent', over),
    host_key: identity,
    policy: 'node-policy.yaml',
    facts: ['site-facts.yaml', `${identity}-facts.yaml`],
    classes: `${identity}-classes.txt`,
    audit: `${identity}-audit.jsonl`,
    jobs: `${identity}-jobs`,
    ...sections,
  });
  site.write('site-facts.yaml', { site: 'test', node: 'unknown' });
  site.write(`${identity}-facts.yaml`, { node: identity });
  site.write(`${identity}-classes.txt`, `role_${identity}\n`);
  const running = startProgram('agent', ['--config', config], { cwd: site.dir });
  await Promise.all([running.prints(/connected to/), running.prints(/answers as/)]);
  return { running, audit: site.path(`${identity}-audit.jsonl`) };
}

/** Starts the bot with a console for ana, and resolves when it listens. */
export async function startBot(site: Site, over: 'plain' | 'tls' = 'plain'): Promise<SiteNode> {
  const config = site.write('mcobot.yaml', {
    name: 'bot1',
    broker: site.brokerSection('bot', over),
    keys: { read: { principal: 'mco-read', file: 'mco-read' }, write: { principal: 'mco-write', file: 'mco-write' } },
    known_hosts: ['known_hosts'],
    audit: { trail: 'audit.db' },
    store: 'mcobot.db',
    chat: { console: { user: 'ana' } },
  });
  const running = startProgram('bot', ['start', '--config', config], { cwd: site.dir });
  await running.prints(/mcobot .* started/);
  return { running, audit: site.path('audit.db') };
}
