import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { McoError } from '../../core/errors.ts';

/** What the worker thread gets, and what it answers: undefined when the passphrase does not open the key. */
export interface DecryptionRequest {
  readonly text: string;
  readonly passphrase: string;
}
export interface DecryptionAnswer {
  readonly key: KeyObject | undefined;
}

/** A file may ask for any number of bcrypt rounds; 100 take two seconds. */
const TIMEOUT_MS = 120_000;

/**
 * Decrypts an OpenSSH private key file in a thread of its own: deriving the cipher's key takes from a quarter of a
 * second to seconds, in which the main loop goes on.
 * @returns undefined when the passphrase is wrong
 * @throws McoError `failed/key-decryption`
 */
export async function decryptInWorker(text: string, passphrase: string): Promise<KeyObject | undefined> {
  const request: DecryptionRequest = { text, passphrase };
  // The compiled file's name: the compiler does not rewrite URLs.
  const worker = new Worker(new URL('./key-worker.js', import.meta.url), { workerData: request });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<DecryptionAnswer>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it took too long')), TIMEOUT_MS);
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread ended without an answer')));
    });
    return answer.key;
  } catch (error) {
    throw new McoError('failed/key-decryption', "the private key can't be decrypted", { cause: error });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
