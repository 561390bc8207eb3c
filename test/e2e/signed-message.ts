import { join } from 'node:path';
import { armourSshsig, dearmourSshsig } from '../../src/adapters/ssh/armour.ts';
import type { BusMessage, SignatureNamespace } from '../../src/core/ports.ts';
import { runKeygen, runTool } from '../contract/openssh-tools.ts';
import type { Site } from './site.ts';

/** A message as it travels: text, and the base64 blob that is said to be its signature. */
export interface Signed {
  readonly body: string;
  readonly signature: string;
}

/** Signs with `ssh-keygen -Y sign`, which knows nothing of us. @param key name of a key in the site's folder */
export function signWithKeygen(site: Site, key: string, { body, namespace }: Unsigned): Signed {
  const armour = runKeygen(['-q', '-Y', 'sign', '-f', site.path(key), '-n', namespace], { input: body });
  return { body, signature: dearmourSshsig(armour).toString('base64') };
}

export interface Unsigned {
  readonly body: string;
  readonly namespace: SignatureNamespace;
}

export interface Verification {
  /** A file in the format of `allowed_signers`. */
  readonly signers: string;
  readonly principal: string;
  readonly namespace: SignatureNamespace;
}

/** Whether `ssh-keygen -Y verify` accepts a message. */
export function acceptedByKeygen(site: Site, { body, signature }: Signed, check: Verification): boolean {
  const { signers, principal, namespace } = check;
  const file = site.write('message.sig', armourSshsig(Buffer.from(signature, 'base64')));
  const args = ['-Y', 'verify', '-f', join(site.dir, signers), '-I', principal, '-n', namespace, '-s', file];
  return runTool('ssh-keygen', args, { input: body }).status === 0;
}

/** What came from the broker. */
export const readSigned = ({ body, signature = '' }: BusMessage): Signed => ({
  body: Buffer.from(body).toString('utf8'),
  signature,
});

/** The same message with some of its text replaced: what somebody on its way could do. */
export function changeBody({ body, signature }: Signed, from: string, to: string): Signed {
  if (!body.includes(from)) throw new Error(`${from} is not in ${body}`);
  return { body: body.replace(from, to), signature };
}
