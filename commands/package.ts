import type { AgentDescription } from '../src/core/agent-description.ts';
import { type Command, type CommandLine, requireAgent, type Word } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { nearest } from '../src/core/nearest.ts';
import { actionFirst, readCall } from '../src/core/read-call.ts';

/** Other spellings of actions that people know from `mco package`. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['md5', 'checksum'],
  ['apt_update', 'refresh'],
  ['yum_clean', 'refresh'],
  ['apt_checkupdates', 'checkupdates'],
  ['yum_checkupdates', 'checkupdates'],
]);

/** Packages: both word orders that people know from `mco package`. */
export const packageCommand: Command = {
  name: 'package',
  about: 'Packages and their versions: shows and changes what is installed',
  usage: [
    'package status NAME',
    'package NAME status',
    'package install NAME',
    'package install NAME VERSION',
    'package update NAME',
    'package update NAME VERSION',
    'package uninstall NAME',
    'package purge NAME',
    'package checkupdates',
    'package refresh',
    'package count',
    'package checksum',
  ],
  examples: [
    'package -F lsbmajdistrelease=14.04 status openafs-modules-dkms',
    'package status bash',
    'package count -C webserver',
    'package checkupdates -C webserver',
    'package install htop -C webserver --noop',
    'package update bash -C webserver --batch 10%',
  ],
  plan(line, world) {
    const agent = requireAgent(world, 'package');
    const words = actionFirst(agent, spellAction(agent, line.words.slice(1)));
    refuseAttached(agent, words, line);
    return readCall(agent, words, { line, world });
  },
};

/** `bash=4.3` and `bash-4.3` are other tools' way: the first can be told. */
const ATTACHED = /^([a-z0-9][a-z0-9+.:-]*)==?([^=]+)$/i;

/**
 * Says where the version of a package belongs.
 *
 * @throws McoError `usage/invalid-input`
 */
function refuseAttached(agent: AgentDescription, [action, named]: readonly Word[], { text }: CommandLine): void {
  const { input } = (action && Object.hasOwn(agent.actions, action.text) && agent.actions[action.text]) || {};
  const [, name, version] = ATTACHED.exec(named?.text ?? '') ?? [];
  if (input === undefined || action === undefined || named === undefined) return;
  const isInput = name === undefined || nearest(name, Object.keys(input)) !== undefined;
  if (isInput || !Object.hasOwn(input, 'package')) return;
  const words = Object.hasOwn(input, 'version') ? [name, version] : [name];
  throw new McoError('usage/invalid-input', `\`${named.text}\` is not the name of a package`, {
    hint: `did you mean \`package ${[action.text, ...words].join(' ')}\`?`,
    at: { text, start: named.start, end: named.end },
  });
}

/** The action's word in our spelling: the first one, or the second where the first is the package. */
function spellAction(agent: AgentDescription, words: readonly Word[]): readonly Word[] {
  const isAction = ({ text }: Word): boolean => Object.hasOwn(agent.actions, text) || SPELLINGS.has(text);
  const index = words.slice(0, 2).findIndex(isAction);
  return words.map((word, at) => (at === index ? { ...word, text: SPELLINGS.get(word.text) ?? word.text } : word));
}
