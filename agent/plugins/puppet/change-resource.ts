import type { RunAction } from '../../../src/core/agent.ts';
import type { Input } from '../../../src/core/agent-description.ts';
import { McoError } from '../../../src/core/errors.ts';
import { findPathFault } from '../../../src/core/host/path-fault.ts';
import type { PuppetBackend, PuppetResource, PuppetResourceName } from '../../../src/core/host/puppet-backend.ts';
import type { JobAction } from '../../../src/core/jobs.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { findErrors, readLines } from './describe-failure.ts';
import { parseResource } from './parse-resource.ts';
import { readProperties } from './read-properties.ts';

const MAX_OUTPUT_BYTES = 64 * 1024;
const MAX_MESSAGES = 20;

/** `resource`: how a resource is on the node. */
export function createShowResource(puppet: PuppetBackend): RunAction {
  return async ({ input, signal }) => {
    const wanted = readName(input);
    requireType(puppet.permits.readableTypes, wanted, 'shown');
    requirePlainPath(wanted);
    return tellResource(await puppet.resource(wanted, signal));
  };
}

/** `set_resource`: a job, as the resource may be a package. */
export function createChangeResource(puppet: PuppetBackend): JobAction {
  return {
    async prepare({ input, isDryRun, signal }) {
      const wanted = readName(input);
      const properties = readProperties(String(input.properties));
      requireType(puppet.permits.changeableTypes, wanted, 'changed');
      requirePlainPath(wanted);
      await requireUnmanaged(puppet, wanted, signal);
      return { work: await puppet.planChange(wanted, properties, { isNoop: isDryRun, signal }), memory: null };
    },
    async conclude({ input, exit, output }) {
      const part = { offset: -MAX_OUTPUT_BYTES, maxBytes: MAX_OUTPUT_BYTES };
      const [stdout, stderr] = await Promise.all([output.read('stdout', part), output.read('stderr', part)]);
      // INVARIANT: Puppet exits with 0 when a property could not be set; what it says counts.
      const printed = `${stderr.text}\n${stdout.text}`;
      const errors = findErrors(printed);
      const error = errors.find((text) => text.startsWith('/')) ?? errors[0];
      if (error !== undefined) throw new McoError('failed/puppet', error);
      if (exit.state !== 'exited' || exit.exitCode !== 0) {
        throw new McoError('failed/puppet', `puppet resource did not come to its end (${exit.state})`);
      }
      const messages = readLines(printed, 'Notice').slice(0, MAX_MESSAGES);
      const resource = tellResource(parseResource(readName(input), stdout.text));
      return { ...resource, changed: messages.length > 0, messages };
    },
  };
}

const readName = ({ type, name }: Input): PuppetResourceName => ({ type: String(type), name: String(name) });

function requireType(types: readonly string[], { type }: PuppetResourceName, verb: string): void {
  if (types.includes(type)) return;
  const allowed = types.length === 0 ? 'none is' : `only ${types.join(', ')}`;
  throw new McoError('failed/not-allowed', `\`${type}\` is no type that may be ${verb} on this node: ${allowed}`);
}

/** INVARIANT: a file has one spelling, so that a rule about its name holds. */
function requirePlainPath({ type, name }: PuppetResourceName): void {
  const fault = type === 'file' ? findPathFault(name) : undefined;
  if (fault === undefined) return;
  throw new McoError('usage/bad-input', `\`${name}\` can't be the name of a file: ${fault}`);
}

/** INVARIANT: what Puppet manages is not changed behind its back: its next run would change it back. */
async function requireUnmanaged(puppet: PuppetBackend, wanted: PuppetResourceName, signal: AbortSignal): Promise<void> {
  if (puppet.permits.allowManaged) return;
  const name = `${wanted.type}[${wanted.name}]`;
  const managed = await puppet.managed(signal);
  if (!managed.has(name.toLowerCase())) return;
  throw new McoError('failed/managed', `\`${name}\` is managed by Puppet on this node, and is changed there`);
}

function tellResource({ name, properties }: PuppetResource): ReplyData {
  const ensure = properties.ensure;
  return { resource: name, ensure: typeof ensure === 'string' ? ensure : '', properties };
}
