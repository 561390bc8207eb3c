import { McoError } from '../../core/errors.ts';
import type { PuppetResource, PuppetResourceName } from '../../core/host/puppet-backend.ts';
import type { VirtualHost } from './virtual-host.ts';

const TYPES = ['package', 'service', 'user'];

/** @throws McoError `failed/puppet` for a type that the playground does not play */
export function showResource(host: VirtualHost, { type, name }: PuppetResourceName): PuppetResource {
  if (!TYPES.includes(type)) throw new McoError('failed/puppet', `Could not run: Could not find type ${type}`);
  return { name: `${type}[${name}]`, properties: propertiesOf(host, { type, name }) };
}

function propertiesOf(host: VirtualHost, { type, name }: PuppetResourceName): Record<string, string> {
  if (type === 'package') return { ensure: host.packages.get(name)?.ensure ?? 'purged' };
  if (type === 'user') return { ensure: name === 'root' ? 'present' : 'absent' };
  const service = host.services.get(name);
  if (service === undefined) return { ensure: 'stopped', enable: 'false' };
  return { ensure: service.state === 'running' ? 'running' : 'stopped', enable: String(service.enabled ?? true) };
}

/** Sets what a service shall be, and prints what Puppet would. */
export function changeResource(
  host: VirtualHost,
  wanted: PuppetResourceName,
  { properties, isNoop }: { readonly properties: readonly string[]; readonly isNoop: boolean },
): string {
  const before = propertiesOf(host, wanted);
  const changes = properties
    .map((property) => property.split('=', 2) as [string, string])
    .filter(([name, value]) => before[name] !== value);
  const service = host.services.get(wanted.name);
  if (!isNoop && service !== undefined) {
    const { ensure = before.ensure, enable = before.enable } = Object.fromEntries(changes);
    const isRunning = ensure === 'running';
    const state = isRunning ? 'running' : 'stopped';
    const detail = isRunning ? 'active (running)' : 'inactive (dead)';
    host.services.set(wanted.name, { ...service, state, detail, enabled: enable === 'true' });
  }
  const title = `/${wanted.type.charAt(0).toUpperCase()}${wanted.type.slice(1)}[${wanted.name}]`;
  const notices = changes.map(([name, value]) =>
    isNoop
      ? `Notice: ${title}/${name}: current_value '${before[name]}', should be '${value}' (noop)`
      : `Notice: ${title}/${name}: ${name} changed '${before[name]}' to '${value}'`,
  );
  const after = Object.entries(propertiesOf(host, wanted)).map(([name, value]) => `  ${name} => '${value}',`);
  return [...notices, `${wanted.type} { '${wanted.name}':`, ...after, '}', ''].join('\n');
}
