import { McoError } from '../../../src/core/errors.ts';
import { firstLine } from '../../../src/core/first-line.ts';
import type {
  AddressFamily,
  ConnectResult,
  ConnectState,
  NetBackend,
  PingResult,
} from '../../../src/core/host/net-backend.ts';
import type { Clock, Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { limitSignal } from '../../../src/core/waiting.ts';

/** Of `getent ahosts`: no entry. */
const NOT_FOUND = 2;
const DATABASES: Readonly<Record<AddressFamily, string>> = { a: 'ahostsv4', aaaa: 'ahostsv6', any: 'ahosts' };
/** Of an IPv6 look-up: an IPv4 address in IPv6's clothes. */
const MAPPED = /^::ffff:\d+\.\d+\.\d+\.\d+$/i;
const UNKNOWN_HOST = /not known|no address associated|unknown host|temporary failure in name resolution|bad address/i;

export interface HostNetParts {
  readonly runner: ProcessRunner;
  readonly clock: Clock;
  /** Opens a TCP connection to an address and closes it. Never rejects; `no answer` when the signal aborts. */
  connect(endpoint: Endpoint, signal: AbortSignal): Promise<ConnectState>;
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The network by ping(8) and getent(1), each a child, and sockets. */
export function createHostNet({ runner, clock, connect }: HostNetParts): NetBackend {
  async function resolve(host: string, family: AddressFamily, signal: AbortSignal): Promise<readonly string[]> {
    const args = ['--', DATABASES[family], host];
    const { exitCode, stdout, stderr, truncated } = await runner.run({ file: 'getent', args, signal });
    if (truncated) throw new McoError('failed/getent', 'getent said more than can be read');
    if (exitCode === 0) return parseAddresses(stdout, family);
    if (exitCode === NOT_FOUND) return [];
    throw new McoError('failed/getent', `getent failed: ${firstLine(stderr)}`);
  }

  return {
    resolve,
    async ping(host, count, signal) {
      // An answer is waited for 2 s, also the last one.
      const args = ['-n', '-q', '-c', String(count), '-i', '0.5', '-W', '2', '--', host];
      return parsePing(host, await runner.run({ file: 'ping', args, signal }));
    },
    async connect({ host, port, timeoutMs }, signal) {
      const endsAt = clock.now() + timeoutMs;
      let result: ConnectResult = { state: 'unknown host', address: '' };
      const addresses = await resolve(host, 'any', signal);
      for (const [i, address] of addresses.entries()) {
        // An address that does not answer leaves the others their share of the time.
        const shareMs = (endsAt - clock.now()) / (addresses.length - i);
        const startedAt = clock.now();
        const limits = { limitMs: shareMs, parent: signal };
        const state = await limitSignal(clock, limits, (limited) => connect({ address, port }, limited));
        if (state === 'open') return { state, address, elapsedMs: clock.now() - startedAt };
        result = { state, address };
      }
      return result;
    },
  };
}

/** `192.0.2.1  STREAM www.example.org`, a line for each address and kind of socket. */
function parseAddresses(stdout: string, family: AddressFamily): readonly string[] {
  const all = stdout.split('\n').map((line) => line.split(/\s/)[0] ?? '');
  return [...new Set(all)].filter((address) => address !== '' && !(family !== 'a' && MAPPED.test(address)));
}

/**
 * The summary of iputils and of busybox. No answer at all (exit code 1) is an answer.
 *
 * @throws McoError `failed/no-such-host`, `failed/ping`
 */
function parsePing(host: string, { stdout, stderr }: Finished): PingResult {
  const counts = /(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(stdout);
  if (counts === null) {
    if (UNKNOWN_HOST.test(stderr)) throw new McoError('failed/no-such-host', `there is no host \`${host}\``);
    throw new McoError('failed/ping', `ping failed: ${firstLine(stderr)}`);
  }
  const times = /(?:rtt|round-trip) min\/avg\/max(?:\/mdev)? = ([\d.]+)\/([\d.]+)\/([\d.]+)/.exec(stdout);
  return {
    address: /^PING .*?\(([0-9A-Fa-f:.]+)/.exec(stdout)?.[1] ?? '',
    sent: Number(counts[1]),
    received: Number(counts[2]),
    times: times === null ? undefined : { min: Number(times[1]), average: Number(times[2]), max: Number(times[3]) },
  };
}
