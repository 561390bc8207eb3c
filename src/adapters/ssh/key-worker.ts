import type { KeyObject } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { DecryptionAnswer, DecryptionRequest } from './key-decryption.ts';
import { importOpensshSection, readOpensshKeyFile } from './openssh-key.ts';

/** The program of the worker thread that `decryptInWorker` starts; sshpk is loaded here and nowhere else. */
async function decrypt({ text, passphrase }: DecryptionRequest): Promise<KeyObject | undefined> {
  const { default: sshpk } = await import('sshpk');
  let plain: string;
  try {
    plain = sshpk.parsePrivateKey(text, 'ssh', { passphrase }).toString('ssh');
  } catch {
    return undefined;
  }
  return importOpensshSection(readOpensshKeyFile(plain).section);
}

const answer: DecryptionAnswer = { key: await decrypt(workerData as DecryptionRequest) };
parentPort?.postMessage(answer);
