import { randomBytes } from 'node:crypto';

const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';
const ID_LENGTH = 26;

/** 26 characters of a-z and 0-9, as every Mattermost id and token. */
export function newMattermostId(): string {
  return [...randomBytes(ID_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

export const isMattermostId = (text: unknown): text is string =>
  typeof text === 'string' && /^[a-z0-9]{26}$/.test(text);
