import { McoError } from '../../core/errors.ts';

const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';
const COLUMNS = 70;
const MAX_CHARS = 16_384;

/** A raw SSHSIG blob as the text file that `ssh-keygen -Y verify` reads, byte for byte as it would write it. */
export function armourSshsig(blob: Uint8Array): string {
  const base64 = Buffer.from(blob).toString('base64');
  const lines = base64.match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [];
  return `${[BEGIN, ...lines, END].join('\n')}\n`;
}

/**
 * The raw SSHSIG blob in a text file that `ssh-keygen -Y sign` wrote.
 * @throws McoError `untrusted/malformed-signature`
 */
export function dearmourSshsig(text: string): Buffer {
  const trimmed = text.length > MAX_CHARS ? '' : text.trim();
  if (!trimmed.startsWith(`${BEGIN}\n`) || !trimmed.endsWith(`\n${END}`)) {
    throw new McoError('untrusted/malformed-signature', 'the file is not an armoured SSH signature');
  }
  return decodeBase64(trimmed.slice(BEGIN.length, -END.length).replaceAll('\n', ''));
}

/**
 * Strict base64: canonical, padded, nothing else in between.
 * @throws McoError `untrusted/malformed-signature`
 */
export function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) {
    throw new McoError('untrusted/malformed-signature', 'the signature is not base64');
  }
  return bytes;
}
