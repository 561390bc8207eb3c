import type { ActionDescription } from '../../../src/core/agent-description.ts';
import { checkOutput } from '../../../src/core/check-output.ts';
import { McoError } from '../../../src/core/errors.ts';
import { escapeText } from '../../../src/core/escape-text.ts';
import { decodeJson, type JsonValue } from '../../../src/core/json.ts';
import type { ReplyData } from '../../../src/core/reply.ts';

/** The longest answer: what a reply can hold. */
export const MAX_ANSWER_BYTES = 900 * 1024;

const COMPLAINT_LINES = 3;
const COMPLAINT_LENGTH = 300;
const MESSAGE_LENGTH = 4000;

/** How a program ended, and what it left. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** It is gone and left no word: a job after a crash of the machine. */
  readonly isLost?: boolean | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether some of its output is missing. */
  readonly isCut: boolean;
}

/**
 * The outputs in a program's answer, `{"status": "ok", "message": "", "data": {...}}`, each part of which may be missing.
 *
 * @param name `hello.greet`
 * @throws McoError `failed/external` when the program says that it failed, or ended badly; `failed/bad-answer` when
 *   what it says is not as the protocol and its description have it
 */
export function readAnswer(name: string, action: ActionDescription, ended: Ended): ReplyData {
  requireGoodEnd(name, ended);
  const { status, message, data } = readDocument(name, ended);
  if (status === 'failed') throw new McoError('failed/external', message === '' ? `\`${name}\` failed` : message);
  try {
    checkOutput(action, data);
  } catch (thrown) {
    throw thrown instanceof McoError ? bad(name, thrown.message) : thrown;
  }
  return data;
}

function requireGoodEnd(name: string, { exitCode, signal, isLost, stderr }: Ended): void {
  if (exitCode === 0) return;
  const how =
    isLost === true
      ? 'is gone and left no word'
      : signal === undefined
        ? `ended with ${exitCode}`
        : `was ended by ${signal}`;
  const complaint = quoteLines(stderr);
  throw new McoError('failed/external', `\`${name}\` ${how}${complaint === '' ? '' : `: ${complaint}`}`);
}

interface Answer {
  readonly status: 'ok' | 'failed';
  readonly message: string;
  readonly data: ReplyData;
}

function readDocument(name: string, { stdout, isCut }: Ended): Answer {
  if (isCut) throw tellTooMuch(name);
  if (stdout.trim() === '') throw bad(name, 'it wrote nothing to its standard output; one JSON document is expected');
  const document = parse(name, stdout);
  if (!isRecord(document)) throw bad(name, 'its answer is no JSON object');
  const { status = 'ok', message = '', data = {}, ...rest } = document;
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined) {
    throw bad(name, `its answer has the key \`${stranger.slice(0, 64)}\`; known are status, message, data`);
  }
  if (status !== 'ok' && status !== 'failed') throw bad(name, 'the status of its answer is neither `ok` nor `failed`');
  if (typeof message !== 'string') throw bad(name, 'the message of its answer is no text');
  if (!isRecord(data)) throw bad(name, 'the data of its answer is no JSON object');
  return { status, message: message.slice(0, MESSAGE_LENGTH), data };
}

/** Of whatever was longer than an answer may be. */
export const tellTooMuch = (name: string): McoError => bad(name, `it wrote more than ${MAX_ANSWER_BYTES} bytes`);

function parse(name: string, stdout: string): JsonValue {
  try {
    return decodeJson(new TextEncoder().encode(stdout), Number.POSITIVE_INFINITY) as JsonValue;
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    if (thrown.code !== 'untrusted/not-json') throw bad(name, thrown.message.replace('the message', 'its answer'));
    throw bad(
      name,
      `what it wrote to its standard output is not one JSON document; it begins with \`${quoteLines(stdout, 60)}\``,
    );
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, JsonValue>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first lines of what a program wrote, on one line. */
const quoteLines = (text: string, maxLength = COMPLAINT_LENGTH): string =>
  escapeText(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .slice(0, COMPLAINT_LINES)
      .join(' / '),
    maxLength,
  );

const bad = (name: string, why: string): McoError => new McoError('failed/bad-answer', `\`${name}\`: ${why}`);
