import type { Ask, Options } from '../core/command.ts';
import { broadcastDestination, nodeDestination } from '../core/destinations.ts';
import type { Filter } from '../core/filter.ts';
import { LIMITS } from '../core/limits.ts';
import { type ApprovalClaim, encodeRequest, type Origin, type Request, type TargetClaim } from '../core/request.ts';
import type { Decision, Grant } from '../policy/policy.ts';
import type { Bot } from './bot.ts';

/** How long a request stays valid unless `--ttl` says otherwise. */
const DEFAULT_TTL_MS = 60_000;

/** One command under way: who asked, what, and where. */
export interface Run {
  readonly id: string;
  readonly caller: string;
  readonly origin: Origin;
  /** The canonical command as it is shown and recorded: with its secrets masked. */
  readonly command: string;
  readonly ask: Ask;
  readonly collective: string;
  readonly options: Options;
  /** False where the command holds a secret: what is stored of it does not ask the same again. */
  readonly isRepeatable: boolean;
  /** What was typed, narrowed to nodes that run the agent, and to those that the policy leaves. */
  readonly filter: Filter;
  /** It asks again and again, until what it asks about is over. */
  readonly follows?: boolean | undefined;
  /** The one allowance that it is made by, whose conditions it keeps; known when its nodes are. */
  readonly grant?: Grant | undefined;
  /** What every request says of the frozen list, once there is one. */
  readonly targets?: TargetClaim | undefined;
  /** Who said yes to that list. */
  readonly approvals?: readonly ApprovalClaim[] | undefined;
  /** When the last of them said it. */
  readonly approvedAt?: number | undefined;
}

/** A run whose nodes are not known yet. */
export interface Wish extends Run {
  readonly typedFilter: Filter;
  /** The list that `--nodes` names. */
  readonly named?: readonly string[] | undefined;
  /** Whether a filter or a list of names says which nodes are meant. */
  readonly isNarrowed: boolean;
}

/** A wish that the policy allows, on the conditions of one of its grants. */
export interface DecidedWish extends Wish {
  readonly decision: Extract<Decision, { outcome: 'allow' }>;
}

/** A signed request and where it goes. */
export interface Sealed {
  readonly id: string;
  readonly destination: string;
  readonly body: Uint8Array;
  readonly signature: string;
  /** Until then it is tried to be sent, and a broker keeps it. */
  readonly expiresAt: number;
  /** When it ends to be valid. */
  readonly notAfter: number;
}

/** The longest that the requests of a run are valid. */
export const ttlOf = ({ ttlMs }: Pick<Options, 'ttlMs'>): number =>
  Math.min(ttlMs ?? DEFAULT_TTL_MS, LIMITS.validityMs);

/** How long a request is valid: no longer than it is waited for, unless `--ttl` says otherwise. */
export const validityOf = (options: Pick<Options, 'ttlMs'>, actionTimeoutMs: number): number =>
  options.ttlMs === undefined ? Math.min(DEFAULT_TTL_MS, actionTimeoutMs) : ttlOf(options);

/** Every filter implies the agent that is asked, and what a command itself narrows it to. */
export function filterOf(typed: Filter, ask: Ask): Filter {
  const identities = (ask.identities ?? []).map((is) => ({ is }));
  return {
    ...typed,
    agents: [...typed.agents, { is: ask.agent }],
    identities: identities.length > 0 ? identities : typed.identities,
  };
}

/** `-A` and `--limit` say what somebody has and how many, not which nodes. */
export function isNarrowing({ facts, classes, identities, where }: Filter): boolean {
  return facts.length + classes.length + identities.length + where.length > 0;
}

/** Of more nodes than this nobody reads what each of them has so far. */
const MAX_WATCHED = 5;

/** Whether somebody looks on while it is at work. */
export function isWatched({ options, targets }: Pick<Run, 'options' | 'targets'>): boolean {
  const { noProgress, quiet, format } = options;
  return targets !== undefined && targets.count <= MAX_WATCHED && !noProgress && !quiet && format === 'text';
}

interface Sealing {
  readonly ask: Ask;
  readonly audience: string;
  /** Left out: as long as a request of this run may be. */
  readonly validMs?: number | undefined;
}

/**
 * Makes and signs a request to everybody (`*`) or to one node.
 *
 * @throws McoError `failed/too-large`, or what the signer throws
 */
export async function sealRequest(
  bot: Bot,
  run: Run,
  { ask, audience, validMs = ttlOf(run.options) }: Sealing,
): Promise<Sealed> {
  const signer = ask.effect === 'write' && bot.signers.write !== undefined ? bot.signers.write : bot.signers.read;
  const issuedAt = bot.clock.now();
  // What is asked besides, to find the nodes, knows of no list and needs nobody's yes.
  const isItself = ask === run.ask;
  const timeoutMs = isItself ? run.options.timeoutMs : undefined;
  const request: Request = {
    v: 1,
    type: 'request',
    id: bot.newId(),
    run: run.id,
    signer: { principal: signer.principal, fingerprint: signer.fingerprint },
    caller: run.caller,
    origin: run.origin,
    collective: run.collective,
    audience,
    agent: ask.agent,
    action: ask.action,
    input: ask.input,
    filter: run.filter,
    issuedAt,
    notAfter: issuedAt + validMs,
    replyTo: bot.replyTo(run.collective),
    ...(isItself && run.targets !== undefined ? { targets: run.targets } : {}),
    ...(isItself && run.approvals !== undefined ? { approvals: run.approvals } : {}),
    ...(isItself && run.approvedAt !== undefined ? { approvedAt: run.approvedAt } : {}),
    options: {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(isItself && run.options.noop === true ? { noop: true } : {}),
      ...(isItself && isWatched(run) ? { progress: true } : {}),
    },
  };
  const body = encodeRequest(request);
  return {
    id: request.id,
    destination: audience === '*' ? broadcastDestination(run.collective) : nodeDestination(run.collective, audience),
    body,
    signature: await signer.sign('mco-request@v1', body),
    expiresAt: expiryOf(request, run.options),
    notAfter: request.notAfter,
  };
}

/** Whoever gives no `--ttl` gets the message through as long as a node may take it: clocks differ, and brokers are away. */
function expiryOf({ issuedAt, notAfter }: Request, { ttlMs }: Options): number {
  if (ttlMs !== undefined) return notAfter;
  return Math.max(notAfter, Math.min(issuedAt + DEFAULT_TTL_MS, notAfter + LIMITS.clockSkewMs));
}
