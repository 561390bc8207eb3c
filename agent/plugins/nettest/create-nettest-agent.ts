import type { Agent } from '../../../src/core/agent.ts';
import type { Input } from '../../../src/core/agent-description.ts';
import type { AddressFamily, NetBackend } from '../../../src/core/host/net-backend.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { NETTEST_DESCRIPTION } from './description.ts';

const MAX_ADDRESSES = 100;

/** The agent `nettest`. A host that does not answer is a result, not a failure of the node. */
export function createNettestAgent(net: NetBackend): Agent {
  return {
    description: NETTEST_DESCRIPTION,
    actions: {
      ping: ({ input, signal }) => ping(net, input, signal),
      connect: ({ input, signal }) => connect(net, input, signal),
      resolve: ({ input, signal }) => resolve(net, input, signal),
    },
  };
}

async function ping(net: NetBackend, input: Input, signal: AbortSignal): Promise<ReplyData> {
  const host = String(input.host);
  const { address, sent, received, times } = await net.ping(host, Number(input.count), signal);
  const loss = sent === 0 ? 100 : Math.round(((sent - received) / sent) * 1000) / 10;
  const pace = times === undefined ? '' : `, ${times.min}/${times.average}/${times.max} ms`;
  return { host, address, sent, received, loss, ...times, detail: `${received} of ${sent} answered${pace}` };
}

async function connect(net: NetBackend, input: Input, signal: AbortSignal): Promise<ReplyData> {
  const [host, port] = [String(input.host), Number(input.port)];
  const target = { host, port, timeoutMs: Number(input.seconds) * 1000 };
  const { state, address, elapsedMs } = await net.connect(target, signal);
  const where = address === '' ? '' : ` (${address})`;
  if (elapsedMs === undefined) return { host, port, state, address, detail: `${state}${where}` };
  return { host, port, state, address, ms: elapsedMs, detail: `${state}${where} in ${elapsedMs} ms` };
}

async function resolve(net: NetBackend, input: Input, signal: AbortSignal): Promise<ReplyData> {
  const host = String(input.host);
  const found = [...(await net.resolve(host, String(input.type) as AddressFamily, signal))].sort();
  if (found.length === 0) return { host, state: 'not found', count: 0, detail: 'not found' };
  const addresses = found.slice(0, MAX_ADDRESSES).join(' ');
  const detail = found.length === 1 ? addresses : `${found.length} addresses: ${addresses}`;
  return { host, state: 'found', addresses, count: found.length, detail };
}
