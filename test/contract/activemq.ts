import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOME = '/usr/share/activemq';
const READY_MS = 90_000;

export interface ActivemqUser {
  readonly login: string;
  readonly passcode: string;
  /** Comma-separated. */
  readonly groups?: string;
}

export interface ActivemqOptions {
  /** A second connector, `stomp+ssl`, with a certificate for 127.0.0.1 and localhost from a CA of its own. */
  readonly tls?: boolean;
  /** Default: one user `mco` with passcode `secret`. */
  readonly users?: readonly ActivemqUser[];
  /**
   * Another configuration than the helper's own. It is told `mco.bind` and `mco.port` (of TLS, if asked for) and finds
   * `broker.p12`, password `changeit`, in `activemq.conf`.
   */
  readonly configFile?: string;
  /** Further `-Dname=value` for the Java process. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface Activemq {
  readonly port: number;
  readonly tlsPort: number | undefined;
  /** The CA's certificate as PEM. */
  readonly ca: string | undefined;
  readonly login: string;
  readonly passcode: string;
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same ports. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Why tests against ActiveMQ have to be left out here. With CI=true they never are: they fail instead. */
export function whyNoActivemq(): string | false {
  if (process.env.CI === 'true' || existsSync(`${HOME}/bin/activemq.jar`)) return false;
  return 'ActiveMQ is not installed (Debian package activemq)';
}

/** A private, non-persistent ActiveMQ on 127.0.0.1 with free ports. */
export async function startActivemq(options: ActivemqOptions = {}): Promise<Activemq> {
  if (!existsSync(`${HOME}/bin/activemq.jar`)) throw new Error('ActiveMQ is not installed (Debian package activemq)');
  const dir = mkdtempSync(join(tmpdir(), 'mco-activemq-'));
  const users = options.users ?? [{ login: 'mco', passcode: 'secret' }];
  const port = await findFreePort();
  const tlsPort = options.tls ? await findFreePort() : undefined;
  if (tlsPort !== undefined) makeCertificates(dir);
  const config = options.configFile ?? join(dir, 'activemq.xml');
  if (options.configFile === undefined) writeFileSync(config, configuration(dir, { port, tlsPort, users }));
  writeFileSync(
    join(dir, 'log4j2.properties'),
    'rootLogger.level=warn\nrootLogger.appenderRef.c.ref=c\nappender.c.type=Console\nappender.c.name=c\nappender.c.layout.type=PatternLayout\n',
  );
  // A configuration of its own opens one connector; ours opens the plain one in any case.
  const readyPort = options.configFile === undefined ? port : (tlsPort ?? port);
  const properties = { 'mco.bind': '127.0.0.1', 'mco.port': String(readyPort), ...options.properties };
  const run = () => launch({ dir, config, properties, port: readyPort });
  let child = await run();
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  return {
    port,
    tlsPort,
    ca: tlsPort === undefined ? undefined : readFileSync(join(dir, 'ca.pem'), 'utf8'),
    login: users[0]?.login ?? '',
    passcode: users[0]?.passcode ?? '',
    get pid() {
      return child.pid ?? 0;
    },
    kill: () => endProcess(child, 'SIGKILL'),
    async restart() {
      await endProcess(child, 'SIGKILL');
      child = await run();
    },
    async stop() {
      process.off('exit', end);
      await endProcess(child, 'SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function configuration(dir: string, on: { port: number; tlsPort: number | undefined; users: readonly ActivemqUser[] }) {
  const users = on.users.map(
    ({ login, passcode, groups }) =>
      `<authenticationUser username="${login}" password="${passcode}" groups="${groups ?? 'mco'}"/>`,
  );
  const connector = (name: string, scheme: string, port: number) =>
    `<transportConnector name="${name}" uri="${scheme}://127.0.0.1:${port}?transport.hbGracePeriodMultiplier=1.5&amp;transport.tcpNoDelay=true"/>`;
  const ssl = `<sslContext><sslContext keyStore="file:${dir}/broker.p12" keyStoreType="PKCS12" keyStorePassword="changeit"/></sslContext>`;
  return `<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
<broker xmlns="http://activemq.apache.org/schema/core" brokerName="mco-test" persistent="false" useJmx="false"
  useShutdownHook="false" dataDirectory="${dir}" schedulePeriodForDestinationPurge="10000">
<destinationPolicy><policyMap><policyEntries>
<policyEntry queue="&gt;" gcInactiveDestinations="true" inactiveTimoutBeforeGC="60000" expireMessagesPeriod="1000"/>
</policyEntries></policyMap></destinationPolicy>
<plugins><simpleAuthenticationPlugin><users>${users.join('')}</users></simpleAuthenticationPlugin></plugins>
${on.tlsPort === undefined ? '' : ssl}
<transportConnectors>
${connector('stomp', 'stomp', on.port)}
${on.tlsPort === undefined ? '' : connector('stomp-ssl', 'stomp+ssl', on.tlsPort)}
</transportConnectors>
</broker></beans>`;
}

interface Launch {
  readonly dir: string;
  readonly config: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly port: number;
}

async function launch({ dir, config, properties, port }: Launch) {
  const defined = {
    'activemq.home': HOME,
    'activemq.base': dir,
    'activemq.conf': dir,
    'activemq.data': dir,
    ...properties,
  };
  const child = spawn(
    'java',
    [
      '-Xmx512m',
      '-XX:+UseSerialGC',
      `-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`,
      ...Object.entries(defined).map(([name, value]) => `-D${name}=${value}`),
      '-jar',
      `${HOME}/bin/activemq.jar`,
      'start',
      `xbean:file:${config}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: dir },
  );
  let log = '';
  const keep = (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-8000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const deadline = Date.now() + READY_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`ActiveMQ did not start:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return child;
}

function endProcess(child: ChildProcess, signal: 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/** A port of 127.0.0.1 that nobody listens on right now. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** `ca.pem`, `other-ca.pem` and `broker.p12` (password `changeit`), for 127.0.0.1 and localhost. */
function makeCertificates(dir: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  makeCa(dir, 'ca');
  openssl('req', ...ec, '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=localhost');
  writeFileSync(join(dir, 'san.cnf'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'san.cnf', '-days', '30'];
  openssl('x509', '-req', '-in', 'broker.csr', ...signing, '-out', 'broker.pem');
  const store = ['-export', '-inkey', 'broker.key', '-in', 'broker.pem', '-out', 'broker.p12'];
  openssl('pkcs12', ...store, '-passout', 'pass:changeit', '-name', 'broker');
}

/** A certificate authority that nobody knows: `NAME.pem` and `NAME.key`. @returns its certificate */
export function makeCa(dir: string, name: string): string {
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const args = [
    'req',
    '-x509',
    ...ec,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-days',
    '30',
    '-subj',
    '/CN=mco test CA',
  ];
  execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  return readFileSync(join(dir, `${name}.pem`), 'utf8');
}
