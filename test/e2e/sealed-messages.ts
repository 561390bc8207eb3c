import { newUuid } from '../../src/adapters/clock/new-uuid.ts';
import { EVERYBODY } from '../../src/core/filter.ts';
import type { SignatureNamespace } from '../../src/core/ports.ts';
import { type Reply, statusOf } from '../../src/core/reply.ts';
import type { Request } from '../../src/core/request.ts';
import { type Signed, signWithKeygen } from './signed-message.ts';
import { fingerprintIn, type Site } from './site.ts';
import { COLLECTIVE, PROBE } from './wiretap.ts';

/** With which key, and as what, a message is signed. */
export interface Seal {
  readonly key?: string;
  readonly namespace?: SignatureNamespace;
}

/** A request by ana for node1, signed; each with whatever is different about it. */
export function sealRequest(site: Site, changes: Partial<Request> = {}, seal: Seal = {}): Signed {
  const { key = 'ana', namespace = 'mco-request@v1' } = seal;
  const issuedAt = Date.now();
  const request: Request = {
    v: 1,
    type: 'request',
    id: newUuid(),
    run: newUuid(),
    signer: { principal: key, fingerprint: fingerprintIn(site, key) },
    caller: 'person:ana',
    origin: { chat: 'test', channel: '' },
    collective: COLLECTIVE,
    audience: 'node1',
    agent: 'rpcutil',
    action: 'ping',
    input: {},
    filter: EVERYBODY,
    issuedAt,
    notAfter: issuedAt + 60_000,
    replyTo: PROBE,
    options: {},
    ...changes,
  };
  return signWithKeygen(site, key, { body: JSON.stringify(request), namespace });
}

/** What ghost answers to a captured request, signed; each with whatever is different about it. */
export function sealReply(site: Site, to: Signed, { changes = {}, seal = {} }: ReplyChanges = {}): Signed {
  const { key = 'ghost', namespace = 'mco-reply@v1' } = seal;
  const { id, run } = readRequest(to);
  const now = Date.now();
  const reply: Reply = {
    v: 1,
    type: 'reply',
    id: newUuid(),
    request: id,
    run,
    sender: 'ghost',
    seq: 0,
    kind: 'result',
    status: statusOf('ok'),
    data: {},
    startedAt: now,
    finishedAt: now,
    signer: { principal: changes.sender ?? 'ghost', fingerprint: fingerprintIn(site, key) },
    ...changes,
  };
  return signWithKeygen(site, key, { body: JSON.stringify(reply), namespace });
}

export interface ReplyChanges {
  readonly changes?: Partial<Reply>;
  readonly seal?: Seal;
}

export const readRequest = ({ body }: Signed): Request => JSON.parse(body) as Request;

export const readReply = ({ body }: Signed): Reply => JSON.parse(body) as Reply;
