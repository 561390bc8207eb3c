import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startMachine, type TestMachine, whyNoMachine } from './systemd-machine.ts';

const skip = whyNoMachine();

const PROGRAM = '/usr/bin/mco-agent';
const UNIT = '/etc/systemd/system/mco-agent.service';
const DROP_IN = '/etc/systemd/system/mco-agent.service.d';
/** Where this checkout is inside: the drop-in gives the agent a /tmp of its own, and a checkout may be in there. */
const HOME = '/opt/mcobot';
const AGENT = fileURLToPath(new URL('../../src/main/agent.js', import.meta.url));
const BUILT_AGENT = join(HOME, relative(process.cwd(), AGENT));

/** Stands for an agent: what is written to /var/lib/mco/do is run once, as a child that is left to itself. */
const STAND_IN = `#!/bin/sh
[ -e /var/lib/mco/do ] && mv /var/lib/mco/do /var/lib/mco/did && setsid sh /var/lib/mco/did >/var/lib/mco/out 2>&1 &
exec sleep 1000
`;

/** A package that does what real ones do and sandboxes forbid. */
const MAKE_PACKAGE = `
set -e; cd /tmp; mkdir -p p/DEBIAN p/usr/bin p/etc
printf 'Package: mco-try\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' >p/DEBIAN/control
cp /bin/true p/usr/bin/mco-try; chmod 4755 p/usr/bin/mco-try; echo x >p/etc/mco-try; chown daemon p/etc/mco-try
printf '#!/bin/sh\\nset -e\\nmkdir -p /mnt/mco-try; mount -t tmpfs x /mnt/mco-try; echo y >/etc/mco-script\\n' >p/DEBIAN/postinst
chmod 755 p/DEBIAN/postinst; dpkg-deb -b p mco-try.deb
`;

let machine: TestMachine;
const shell = (script: string): Promise<string> => machine.run('/bin/sh', ['-c', script]);
const isActive = async (): Promise<boolean> =>
  (await shell('systemctl is-active mco-agent || true')).trim() === 'active';

/** Waits until a program inside ends with 0. */
const until = (test: string): Promise<string> =>
  machine.run('timeout', ['30', '/bin/sh', '-c', `until ${test}; do sleep 0.1; done`]);

/** Has the unit's own process start a job. */
async function startJob(script: string): Promise<void> {
  await machine.write('/var/lib/mco/do', script);
  await shell('systemctl restart mco-agent');
}

before(async () => {
  if (skip !== false) return;
  machine = await startMachine({ folders: [process.cwd()] });
  await shell(`mkdir -p ${HOME}; mount --bind '${process.cwd()}' ${HOME}`);
  await machine.write(PROGRAM, STAND_IN, '0755');
  await machine.write(UNIT, readFileSync('deploy/systemd/mco-agent.service', 'utf8'));
  await shell('systemctl daemon-reload; systemctl start mco-agent');
});
after(() => machine?.stop());

test('systemd finds nothing wrong with the unit, with and without the drop-in for reading', { skip }, async () => {
  assert.equal(await shell(`systemd-analyze verify ${UNIT} 2>&1`), '');
  await shell(`mkdir -p ${DROP_IN}`);
  await machine.write(`${DROP_IN}/read-only.conf`, readFileSync('deploy/systemd/mco-agent-read-only.conf', 'utf8'));
  assert.equal(await shell(`systemd-analyze verify ${UNIT} 2>&1`), '');
  await shell(`rm -r ${DROP_IN}; systemctl daemon-reload`);
});

test('a job outlives a restart and a stop of the agent', { skip }, async () => {
  await startJob('echo $$ >/var/lib/mco/pid; sleep 1000');
  await until('test -s /var/lib/mco/pid');
  for (const verb of ['restart', 'stop', 'start']) {
    await shell(`systemctl ${verb} mco-agent`);
    await shell('kill -0 "$(cat /var/lib/mco/pid)"');
  }
  assert.equal(await isActive(), true);
  await shell('pkill -P "$(cat /var/lib/mco/pid)"');
});

test('a package is installed from within the unit: owners, setuid programs, mounts and all', { skip }, async () => {
  await shell(MAKE_PACKAGE);
  await startJob('dpkg -i /tmp/mco-try.deb; echo "ended with $?"');
  await until('grep -q "ended with" /var/lib/mco/out');
  assert.match(await shell('cat /var/lib/mco/out'), /ended with 0/);
  const seen = await shell('stat -c "%U %a" /etc/mco-try /usr/bin/mco-try /etc/mco-script; mountpoint /mnt/mco-try');
  assert.equal(seen, 'daemon 644\nroot 4755\nroot 644\n/mnt/mco-try is a mountpoint\n');
  assert.equal(await shell('stat -c %a /var/lib/mco /var/log/mco'), '700\n700\n');
});

test('the agent itself runs under the unit, and with the drop-in changes nothing', { skip }, async () => {
  await machine.write(PROGRAM, `#!/bin/sh\nexec ${process.execPath} ${BUILT_AGENT} "$@"\n`, '0755');
  await shell(
    'mkdir -p /etc/mco; ssh-keygen -q -t ed25519 -N "" -f /etc/mco/key; ssh-keygen -q -t ed25519 -N "" -f /tmp/bot',
  );
  await shell(
    'echo "bot namespaces=\\"mco-request@v1\\" $(cat /tmp/bot.pub)" >/etc/mco/allowed_signers; echo x >/etc/mco/pass',
  );
  const broker = 'broker: { servers: [{ host: 127.0.0.1, port: 1 }], login: agent, passcode_file: pass }\n';
  await machine.write('/etc/mco/agent.yaml', `identity: atlas01\n${broker}host_key: key\n`);
  await machine.write('/etc/mco/policy.yaml', readFileSync('policies/node/node-read-only.yaml', 'utf8'));
  await shell('chmod 600 /etc/mco/pass');
  const started = (times: number) =>
    until(`[ $(journalctl -u mco-agent -o cat | grep -c "answers as atlas01") = ${times} ]`);
  await shell('systemctl restart mco-agent');
  await started(1);
  await shell(`mkdir -p ${DROP_IN}`);
  await machine.write(`${DROP_IN}/read-only.conf`, readFileSync('deploy/systemd/mco-agent-read-only.conf', 'utf8'));
  await shell('systemctl daemon-reload; systemctl restart mco-agent');
  await started(2);
  assert.equal(await isActive(), true);
  const pid = (await shell('systemctl show -P MainPID mco-agent')).trim();
  const touch = `nsenter -t ${pid} -m -r touch /etc/mco-no 2>&1 || true`;
  assert.match(await shell(touch), /Read-only file system/);
});
