import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { type AptRoot, createAptRepository, createAptRoot } from '../contract/package-repository.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords, waitForRecords } from './audit-records.ts';
import { createSite, type Site, type SiteNode, startNode } from './site.ts';
import { openSlackSite, type SlackSite } from './slack-site.ts';

const hasApt = existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-scanpackages');
const whyNoApt = process.env.CI !== 'true' && !hasApt ? 'apt is not installed (Debian package dpkg-dev)' : false;
const skip = whyNoApt || reasonToSkip('ssh-keygen');

describe('an agent that goes away during a package job', { skip, timeout: 120_000 }, () => {
  let site: Site;
  let slack: SlackSite;
  let root: AptRoot;
  let node: SiteNode;

  const start = () =>
    startNode(site, 'node1', { sections: { package: { manager: 'apt', environment: root.environment } } });
  before(async () => {
    site = await createSite({
      hosts: { node1: 'ed25519' },
      signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } },
      broker: 'embedded',
    });
    const repository = createAptRepository(site.path('repository'));
    for (const name of ['crashed', 'upgraded', 'late', 'cut', 'lost']) {
      repository.add(
        { name: `${name}-base`, version: '1.0' },
        { name, version: '2.0', depends: `${name}-base`, postinst: waitInPostinst(name) },
      );
    }
    repository.add(
      { name: 'broken-base', version: '1.0' },
      { name: 'broken', version: '2.0', depends: 'broken-base', postinst: `${waitInPostinst('broken')}\nexit 1` },
    );
    root = createAptRoot(site.path('root'), repository.directory);
    assert.ok(root.apt('update'));
    slack = await openSlackSite(site);
    node = await start();
    await slack.start();
  });
  after(async () => {
    await slack?.close();
    await site?.remove();
  });

  const gate = (name: string): string => site.path(`${name}.go`);

  /** Tells that it was reached, with dpkg's process, and waits until it may go on. */
  function waitInPostinst(name: string): string {
    return `echo $PPID > ${site.path(`${name}.begun`)}\nuntil [ -e ${gate(name)} ]; do sleep 0.1; done`;
  }

  const pidOf = (name: string): number => {
    try {
      return Number(readFileSync(site.path(`${name}.begun`), 'utf8'));
    } catch {
      return 0;
    }
  };
  const open = (name: string): string => site.write(`${name}.go`, '');

  /** Resolves when dpkg is in the middle of it, with dpkg's process. */
  async function install(name: string, options = ''): Promise<number> {
    await slack.channel.command('ana', `package install ${name} -I node1${options}`);
    await waitFor(() => pidOf(name) > 0);
    return pidOf(name);
  }

  /** What the run's thread says, where there is exactly one outcome on either side. */
  async function outcomeOf(name: string, result: string): Promise<{ run: string; text: string }> {
    const end = await slack.endOf(new RegExp(`package install ${name} `));
    const [asked] = findRecords(site.path('audit.db'), { event: 'intent', input: { package: name } });
    const ofRun = { run: asked?.run, event: 'outcome' } as const;
    const [told, ...more] = await waitForRecords(node.audit, ofRun);
    assert.deepEqual([told?.result, more], [result, []]);
    assert.equal((await waitForRecords(site.path('audit.db'), ofRun)).length, 1);
    const text = await slack.thread(end, /Finished processing 1 \/ 1 hosts/);
    assert.equal(text.match(/Finished processing/g)?.length, 2, 'told once, as text and as blocks');
    return { run: asked?.run?.slice(-4) ?? '', text };
  }

  /** What `job show` says of a run later. */
  async function jobShow(run: string): Promise<string> {
    await slack.channel.command('ana', `job show ${run}`);
    return await slack.thread(await slack.endOf(new RegExp(`job show [0-9a-f]*${run}`)), /node1/);
  }

  test('was killed hard: apt goes on, and its true outcome is the result of the run', async () => {
    const dpkg = await install('crashed');
    await node.running.stop('SIGKILL');
    process.kill(dpkg, 0);
    open('crashed');
    await waitFor(() => root.installed().crashed === '2.0');
    node = await start();
    const { run, text } = await outcomeOf('crashed', 'ok');
    assert.match(text, /node1.*crashed.*absent.*2\.0.*true.*crashed-base absent -> 1\.0/);
    assert.match(await jobShow(run), /concluded.*exited 0/s);
  });

  test('was killed hard: a package that fails after it is back is told as failed, with what changed', async () => {
    await install('broken');
    await node.running.stop('SIGKILL');
    node = await start();
    open('broken');
    const { run, text } = await outcomeOf('broken', 'aborted');
    assert.match(text, /post-installation script subprocess returned error exit status 1/);
    assert.match(text, /meanwhile changed: broken absent -> 2\.0, broken-base absent -> 1\.0/);
    assert.equal(root.installed().broken, undefined);
    assert.match(await jobShow(run), /concluded.*exited 100/s);
    assert.ok(root.apt('purge', 'broken'));
  });

  test('was stopped for an upgrade: the next one tells it', async () => {
    const dpkg = await install('upgraded');
    const { exitCode, stderr } = await node.running.stop('SIGTERM');
    assert.equal(exitCode, 0, stderr);
    process.kill(dpkg, 0);
    node = await start();
    open('upgraded');
    const { text } = await outcomeOf('upgraded', 'ok');
    assert.match(text, /node1.*upgraded.*absent.*2\.0.*true/);
    assert.equal(root.installed().upgraded, '2.0');
  });

  /** What the hint says, in this root. */
  function repair(): void {
    const options = [`--root=${root.directory}`, '--force-not-root', '--force-script-chrootless'];
    execFileSync('dpkg', [...options, '--configure', '-a'], { stdio: 'ignore' });
  }

  test('what dpkg leaves when it is killed is told with its repair, and so is the next change', async () => {
    const dpkg = await install('cut');
    process.kill(dpkg, 'SIGKILL');
    open('cut');
    const { text } = await outcomeOf('cut', 'aborted');
    assert.match(text, /dpkg --configure -a/);
    assert.match(text, /meanwhile changed: cut absent -> 2\.0, cut-base absent -> 1\.0/);
    await slack.channel.command('ana', 'package install late -I node1');
    const { text: next } = await outcomeOf('late', 'aborted');
    assert.match(next, /dpkg was interrupted.*dpkg --configure -a/);
    repair();
    assert.equal(root.installed().cut, '2.0');
  });

  test('the program itself is killed while the agent is away: that is told, not that it went well', async () => {
    const dpkg = await install('lost');
    await node.running.stop('SIGKILL');
    const apt = Number(/^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${dpkg}/stat`, 'utf8'))?.[1]);
    process.kill(apt, 'SIGKILL');
    node = await start();
    const { run, text } = await outcomeOf('lost', 'aborted');
    assert.match(text, /apt-get was ended by SIGKILL.*meanwhile changed: lost absent -> 2\.0.*dpkg --configure -a/);
    assert.match(await jobShow(run), /concluded.*SIGKILL/s);
    // What goes on without its apt must not look for its files when they are gone.
    open('lost');
    await waitFor(() => !existsSync(`/proc/${dpkg}`));
  });
});
