import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { requireOwned } from '../../src/adapters/external-agents/require-owned.ts';
import { readDescription } from '../../src/core/description-schema.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { fileOf, type Running, startProgram } from './programs.ts';
import { createSite, type Site } from './site.ts';

const DOC = readFileSync('docs/writing-agents.md', 'utf8');
const isOwned = await requireOwned(homedir(), process.getuid?.() ?? 0).then(
  () => true,
  () => false,
);
const ownHome = process.env.CI === 'true' || isOwned ? false : "the home directory is not this user's alone";
const skip = ownHome || reasonToSkip('ssh-keygen');

interface Step {
  readonly command: string;
  readonly shown: readonly string[];
}

const blocksOf = (language: string): string[] =>
  [...DOC.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);

/** Commands after a `$`, and what the document says they print. */
const STEPS: readonly Step[] = blocksOf('console').flatMap((block) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...shown] = text.trimEnd().split('\n');
      return { command, shown };
    }),
);

/** `...` alone stands for any lines, within a line for anything. */
function toPattern(shown: readonly string[]): RegExp {
  const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const lines = shown.map((line) =>
    line === '...' ? '(?:[^\\n]*\\n)*' : `[ │]*${line.trimStart().split('...').map(quote).join('[^\\n]*')}[ ]*\\n`,
  );
  return new RegExp(`^${lines.join('')}$`);
}

describe('docs/writing-agents.md', { skip, timeout: 180_000 }, () => {
  let site: Site;
  let folder: string;
  let node: Running;

  before(async () => {
    site = await createSite({
      broker: 'embedded',
      hosts: { node1: 'ed25519' },
      signers: { raj: { kind: 'ed25519', policy: { effect: 'write', callers: ['person:raj'] } } },
    });
    folder = mkdtempSync(join(homedir(), '.mco-doc-'));
    chmodSync(folder, 0o755);
    for (const name of ['agents', 'bin']) mkdirSync(join(folder, name), { mode: 0o755 });
    const broker = site.brokerSection('agent', 'plain');
    const files = { host_key: 'node1', policy: 'node-policy.yaml', audit: 'node1-audit.jsonl', jobs: 'jobs' };
    site.write('node1.yaml', { identity: 'node1', broker, ...files, agents: join(folder, 'agents') });
    const key = { principal: 'raj', file: 'raj' };
    const client = { caller: 'person:raj', key, known_hosts: ['known_hosts'], audit: 'raj-audit.jsonl' };
    site.write('raj.yaml', { ...client, broker: site.brokerSection('bot', 'plain') });
    const node20 = process.execPath;
    const wrap = (name: string, text: string): void => writeFileSync(join(folder, 'bin', name), text, { mode: 0o755 });
    wrap(
      'mco-agent',
      `#!/bin/sh\ncase "$1" in new) ;; *) set -- --config ${site.path('node1.yaml')} "$@" ;; esac\nexec ${node20} ${fileOf('agent')} "$@"\n`,
    );
    wrap('mco', `#!/bin/sh\nexec ${node20} ${fileOf('cli')} --config ${site.path('raj.yaml')} "$@"\n`);
    node = startProgram('agent', ['--config', site.path('node1.yaml')], { cwd: site.dir });
    await Promise.all([node.prints(/connected to/), node.prints(/answers as/)]);
  });
  after(async () => {
    await site?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Its standard output, with the directory of agents as the document calls it. */
  const run = (command: string): Promise<string> =>
    new Promise((resolve) => {
      const real = command.replaceAll('/etc/mco/agents', join(folder, 'agents'));
      const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, HOME: site.dir, LC_ALL: 'C.UTF-8' };
      execFile('/bin/sh', ['-c', real], { cwd: folder, env }, (_error, stdout) =>
        resolve(stdout.replaceAll(join(folder, 'agents'), '/etc/mco/agents')),
      );
    });

  it('has commands to run', () => assert.ok(STEPS.length >= 12, String(STEPS.length)));

  for (const [index, { command, shown }] of STEPS.entries()) {
    it(`${index + 1}. \`${command}\` prints what it says`, async () => {
      const isInstalled = command.startsWith('cp ');
      const printed = await run(command);
      assert.match(printed, toPattern(shown), printed);
      if (isInstalled) await node.prints(/hello was read again/);
    });
  }

  it('describes an agent that is accepted', () => {
    const [description = ''] = blocksOf('json').filter((block) => block.includes('"actions"'));
    assert.equal(readDescription(new TextEncoder().encode(description)).agent, 'probe');
  });
});
