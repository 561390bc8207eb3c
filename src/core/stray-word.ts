import { IDENTITY } from './names.ts';

/** `osfamily=RedHat`, `cpus>=8`: what a filter says of a fact. */
const COMPARISON = /^[A-Za-z_][\w.:-]*(?:[=<>]|![=~])/;

/** What needs no quotes, neither here nor in a shell. */
const PLAIN = /^[\w.,:@%+=/-]+$/;

/** `it-web01`, `atlas01`, `web.example.org`; not `libc6`, which may be anything. */
const NODE_NAMES: readonly RegExp[] = [
  /^[a-z0-9]+(?:-[a-z0-9]+)*-[a-z]*\d+$/,
  /^[a-z]+\d{2,}$/,
  /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/,
];

/** They end as a domain does, and are none. */
const FILE_OR_UNIT = /\.(?:service|socket|timer|target|mount|conf|log|deb|rpm|txt)$/;

/**
 * What to do with a word too many in a question to nodes: most often it was meant to say which.
 *
 * @param usage what the command takes, for people
 */
export function hintForStray(word: string, usage: string): string {
  const meant = nodesMeantBy(word);
  return meant ?? `${usage}; nodes go by \`-F FACT=VALUE\`, \`-C CLASS\` or \`-I NODE\``;
}

/** How a word that says which nodes is written; undefined for any other. */
export function nodesMeantBy(word: string): string | undefined {
  if (COMPARISON.test(word)) {
    const isPlain = PLAIN.test(word);
    const test = isPlain ? word : /^[^'`\n\r\t]{1,100}$/.test(word) ? `'${word}'` : 'FACT=VALUE';
    return `a fact goes by \`-F ${test}\``;
  }
  const name = word.toLowerCase();
  const isNode = IDENTITY.test(name) && !FILE_OR_UNIT.test(name) && NODE_NAMES.some((shape) => shape.test(name));
  return isNode ? `nodes go by \`-I ${name}\`` : undefined;
}
