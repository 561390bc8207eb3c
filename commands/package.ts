import type { AgentDescription } from '../src/core/agent-description.ts';
import { type Command, requireAgent, type Word } from '../src/core/command.ts';
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
    return readCall(agent, words, { line, world });
  },
};

/** The action's word in our spelling: the first one, or the second where the first is the package. */
function spellAction(agent: AgentDescription, words: readonly Word[]): readonly Word[] {
  const isAction = ({ text }: Word): boolean => Object.hasOwn(agent.actions, text) || SPELLINGS.has(text);
  const index = words.slice(0, 2).findIndex(isAction);
  return words.map((word, at) => (at === index ? { ...word, text: SPELLINGS.get(word.text) ?? word.text } : word));
}
