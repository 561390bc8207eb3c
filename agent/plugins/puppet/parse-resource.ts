import { McoError } from '../../../src/core/errors.ts';
import type { PuppetResource, PuppetResourceName } from '../../../src/core/host/puppet-backend.ts';

/** Properties that no chat should show. */
const SECRET = /pass|secret|token|private|credential|salt/;
const MAX_VALUE_LENGTH = 1000;

/**
 * A resource as `puppet resource` prints it, in Puppet's language: every version of it does. Secrets are left out.
 *
 * @throws McoError `failed/puppet` when there is none in it
 */
export function parseResource({ type, name }: PuppetResourceName, stdout: string): PuppetResource {
  const lines = stdout.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`${type} { `));
  if (start === -1) throw new McoError('failed/puppet', `Puppet said nothing about \`${type}[${name}]\``);
  const rest = lines.slice(start + 1);
  const end = rest.indexOf('}');
  const properties = rest.slice(0, end === -1 ? undefined : end).flatMap((line) => {
    const [, property, value] = /^ {2}([a-z][a-z0-9_]*) +=> (.*?),?$/.exec(line) ?? [];
    if (property === undefined || value === undefined) return [];
    return [[property, SECRET.test(property) ? '(not shown)' : readValue(value)] as const];
  });
  return { name: `${type}[${name}]`, properties: Object.fromEntries(properties) };
}

function readValue(value: string): string | readonly string[] {
  if (!value.startsWith('[')) return readText(value);
  return [...value.slice(1, -1).matchAll(/'(?:[^'\\]|\\.)*'|[^\s,]+/g)].map(([item]) => readText(item));
}

/** Single quotes, in which only they and backslashes are escaped; double quotes come with line breaks. */
function readText(value: string): string {
  const text = value.slice(0, MAX_VALUE_LENGTH);
  return /^'/.test(text) ? text.replace(/^'|'$/g, '').replace(/\\(['\\])/g, '$1') : text;
}
