import type { AuditRecord } from './audit.ts';

/**
 * The outside world as the bot, the agent and their plugins see it. Adapters implement these interfaces;
 * `src/main` puts the two together.
 */

/** Time, so that tests can hold it. All values are milliseconds; `now` counts from the Unix epoch. */
export interface Clock {
  now(): number;
  /** Calls `fn` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, fn: () => void): () => void;
}

/** Makes UUIDv7 identifiers (RFC 9562): sortable by time. */
export type NewId = () => string;

/** SHA-256 of a text's UTF-8, 64 hex digits. */
export type Hash = (text: string) => string;

/** What a signature is for; it is part of what is signed, so that one kind can't pass for another. */
export type SignatureNamespace = 'mco-request@v1' | 'mco-reply@v1' | 'mco-alive@v1' | 'mco-audit@v1';

/** A private key that may sign messages: a file, or a key held by an ssh-agent. */
export interface Signer {
  /** Who the signature stands for: a principal of the nodes' `allowed_signers`, or a node's identity. */
  readonly principal: string;
  /** `SHA256:...`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** The base64 SSHSIG blob over `body` for the header `mco_sig`. */
  sign(namespace: SignatureNamespace, body: Uint8Array): Promise<string>;
}

/** A key whose signature held. */
export interface VerifiedKey {
  readonly fingerprint: string;
  /** Whether this key is listed for exactly this principal or host, at the time of verification. */
  speaksFor(name: string): boolean;
}

/** Checks signatures against a list of known keys: `allowed_signers` for requests, `known_hosts` for replies. */
export interface Verifier {
  /**
   * @param signature the value of `mco_sig`: a base64 SSHSIG blob; of several, comma-separated, the first counts
   * @throws McoError `untrusted/no-signature`, `untrusted/malformed-signature`, `untrusted/unknown-key`,
   *   `untrusted/unsupported-key`, `untrusted/malformed-key`, `untrusted/wrong-namespace`, `untrusted/revoked-key`,
   *   `untrusted/bad-signature`; `failed/overloaded` when too many wait to be checked
   */
  verify(namespace: SignatureNamespace, body: Uint8Array, signature: string | undefined): Promise<VerifiedKey>;
}

/** A message as it goes to or comes from the broker. Only the body and its signature are to be believed. */
export interface BusMessage {
  readonly body: Uint8Array;
  /** The header `mco_sig`, if there was one. */
  readonly signature: string | undefined;
}

export interface Outgoing {
  /** For example `/topic/mco.mcollective.request`; see `destinations.ts`. */
  readonly destination: string;
  readonly body: Uint8Array;
  readonly signature: string;
  /** The broker drops the message after this moment (ms since the epoch). */
  readonly expiresAt: number;
  /** Withdraws the message: one that has not left never will. */
  readonly signal?: AbortSignal | undefined;
}

/** The publish-subscribe connection. It reconnects and resubscribes by itself and never throws from a callback. */
export interface Bus {
  /**
   * Resolves when a broker confirmed the message. While no broker is reachable it waits, until `expiresAt`.
   * @throws McoError `unreachable/not-sent` when it never left: expired, withdrawn, or the outgoing queue is full;
   *   `unreachable/unconfirmed` when the connection broke, or it was withdrawn, before the broker confirmed it: it may
   *   have arrived;
   *   `unreachable/refused` when the broker does not take it, for lack of a right; `failed/too-large` when the body
   *   is over the limit
   */
  publish(message: Outgoing): Promise<void>;
  /** Stays subscribed across reconnects until the returned function is called. */
  subscribe(destination: string, onMessage: (message: BusMessage) => void): () => void;
  /** How often the connection was lost since the start: it tells whether a run may have missed something. */
  readonly losses: number;
  readonly state: 'connecting' | 'up' | 'down' | 'closed';
  /** What was tried and why it failed, for people: "amq1:61613 refused the connection". */
  readonly lastError: string | undefined;
}

/** The audit trail. */
export interface AuditLog {
  /**
   * INVARIANT: resolves only when the record is on disk. The caller does not act before that.
   * @throws McoError `failed/audit` when it can't be written
   */
  append(record: AuditRecord): Promise<void>;
}

/**
 * The latest issue time, ms since the epoch, of a request that was run although it came from the future (the bot's
 * clock is ahead). Kept across restarts: without it, such a request could be replayed after one.
 */
export interface HighWaterMark {
  current(): number;
  /**
   * INVARIANT: resolves only when the mark is on disk. The request is not run before that.
   * @throws McoError `failed/high-water-mark`
   */
  raise(toMs: number): Promise<void>;
}

/** A finished child process. Output is bounded; `truncated` says whether some is missing. */
export interface Finished {
  /** Undefined when it was ended by a signal or never started. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

export interface ProcessRequest {
  /** An absolute path, or a name that is looked up in the fixed path `/usr/sbin:/usr/bin:/sbin:/bin`. */
  readonly file: string;
  readonly args: readonly string[];
  /** Added to a minimal fixed environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string | undefined;
  readonly signal: AbortSignal;
  /** Of standard output and of standard error each; what is over it is dropped. Default 1 MiB. */
  readonly maxOutputBytes?: number | undefined;
  /** Whether a program that says more on standard output is ended at once, and `failed/too-much-output`. */
  readonly isOverflowFatal?: boolean | undefined;
}

/** Starts programs: argument arrays, no shell. */
export interface ProcessRunner {
  /**
   * Resolves with whatever exit code; aborting kills the process group and never waits for a stuck child.
   * @throws McoError `failed/not-installed`, `failed/timeout` when the signal aborted, `failed/not-started`,
   *   `failed/too-much-output`
   */
  run(request: ProcessRequest): Promise<Finished>;
  /** How many programs were given up and are still there: nothing ends them, not even SIGKILL. */
  stuck(): number;
}
