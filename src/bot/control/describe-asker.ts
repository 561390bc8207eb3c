import type { Tell } from '../../core/command.ts';
import { sleep } from '../../core/waiting.ts';
import type { Grant } from '../../policy/policy.ts';
import { formatCount } from '../../render/format-count.ts';
import { type Asker, mayUse, worldOf } from '../asker.ts';
import { decideAction } from '../authority/decide-action.ts';
import type { Bot, Question } from '../bot.ts';
import { isForbidden } from './is-forbidden.ts';

const OWN_ACTIONS = ['audit', 'policy'];

/** The agent that looks after what other actions began. */
const JOB = 'job';

/** The name is only an extra: nobody waits for a slow service to tell it. */
const NAME_WITHIN_MS = 2000;

/** Who somebody is to the bot, by which account, and what they may do where they are. */
export async function describeAsker(bot: Bot, asker: Asker): Promise<Tell> {
  const { agents, roles } = worldOf(bot, asker);
  const { of, unresolved } = asker.memberships;
  const questions = agents.flatMap(({ agent, actions }) =>
    Object.entries(actions).map(([action, { effect, input }]) => ({
      ...asker,
      agent,
      action,
      effect,
      isAboutJob: agent === JOB && Object.hasOwn(input, 'run'),
    })),
  );
  const allowed = questions.flatMap((question) => (question.isAboutJob ? [] : describeRight(bot, question)));
  const ofJobs = describeJobRights(
    bot,
    asker,
    questions.filter(({ isAboutJob }) => isAboutJob),
  );
  const own = OWN_ACTIONS.flatMap((action) =>
    describeRight(bot, { ...asker, agent: 'mcobot', action, effect: 'read' }),
  );
  const groups = [...of, ...unresolved.map((group) => `${group} could not be looked up: what it allows is left out`)];
  const lines = [...allowed, ...ofJobs, ...own];
  const name = await findName(bot, asker.account);
  return {
    kind: 'tell',
    title: `you are ${asker.caller}`,
    sections: [
      {
        heading: 'Account',
        lines: [asker.account, ...(name === undefined ? [] : [`known there as ${name}`])],
      },
      { heading: 'Place, as bindings name it', lines: [asker.place] },
      ...(groups.length === 0 ? [] : [{ heading: 'Groups of the chat service', lines: groups }]),
      { heading: 'Roles here', lines: roles.length === 0 ? ['none'] : roles },
      {
        heading: 'Actions you may use here',
        lines: lines.length === 0 ? ['none'] : lines,
      },
    ],
  };
}

/** Nothing but the right to what a job did is needed to look after it; a rule that forbids that holds all the same. */
function describeJobRights(bot: Bot, asker: Asker, questions: readonly Question[]): readonly string[] {
  const names = questions
    .filter((question) => mayUse(bot, asker, question) && !isForbidden(bot.authority, question))
    .map(({ agent, action }) => `${agent}.${action}`);
  return names.length === 0 ? [] : [`${names.join(', ')}: of jobs that come from an action you may use`];
}

/** An action that somebody may use, with what is put up with; several rules may allow it, each in its own way. */
function describeRight({ authority }: Bot, question: Question): readonly string[] {
  const decision = decideAction(authority, question);
  if (decision.outcome === 'deny') return [];
  const { agent, action, effect } = question;
  const ways = [...new Set(decision.grants.map(describeGrant))];
  const excluded = decision.excluded.map(({ text }) => `not on ${text}`);
  const limits = [...(ways.includes('') ? [] : [ways.join(', or ')]), ...excluded].join('; ');
  return [`${agent}.${action} (${effect})${limits === '' ? '' : `: ${limits}`}`];
}

function describeGrant({ nodes, maxNodes, approval }: Grant): string {
  const yes = approval && (approval.count === 1 ? '' : `${approval.count} of `);
  const over = approval?.overNodes === 0 ? '' : ` over ${approval?.overNodes}`;
  return [
    ...(nodes === undefined ? [] : [`on ${nodes.text}`]),
    ...(maxNodes === undefined ? [] : [`at most ${formatCount(maxNodes, 'node')}`]),
    ...(approval === undefined ? [] : [`approval of ${yes}${approval.from}${over}`]),
  ].join(', ');
}

/** As the service calls them. Nothing is decided by it. */
async function findName({ findPerson, clock }: Bot, account: string): Promise<string | undefined> {
  const person = findPerson(account).catch(() => undefined);
  return (await Promise.race([person, sleep(clock, NAME_WITHIN_MS)]))?.displayName;
}
