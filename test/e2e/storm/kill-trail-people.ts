import { between, createRandom, pick } from '../../../src/adapters/simulation/seeded-random.ts';
import { ASKERS, KINDS, type KillTrailSite, LEAD, NODES, type Person } from './kill-trail-site.ts';

/** One command, by the package that it names. */
export interface Errand {
  readonly package: string;
  readonly person: Person;
}

/** People who ask, approve, reject, take back and cancel, whatever befalls the bot. */
export interface KillTrailPeople {
  readonly errands: readonly Errand[];
  /** Somebody gives a command. */
  ask(): void;
  /** Looks at the channel and does what people do about what they see; again where it had no effect. */
  react(): void;
  /** What was done about runs: how many of each. */
  readonly reactions: ReadonlyMap<string, number>;
}

/** Whoever sees no effect of what they typed types it again after so long. */
const PATIENCE_MS = 2500;

export function createPeople(site: KillTrailSite, seed: string): KillTrailPeople {
  const random = createRandom(`people ${seed}`);
  const errands: Errand[] = [];
  const reactions = new Map<string, number>();
  const reactedAt = new Map<string, number>();

  function say(person: Person, verb: string, run: string): void {
    const at = reactedAt.get(run);
    if (at !== undefined && Date.now() - at < PATIENCE_MS) return;
    if (at === undefined) reactions.set(verb, (reactions.get(verb) ?? 0) + 1);
    reactedAt.set(run, Date.now());
    site.say(person, `${verb} ${run}`);
  }

  return {
    errands,
    reactions,
    ask() {
      const serial = errands.length;
      const kind = pick(random, [KINDS.read, KINDS.write, KINDS.approved, KINDS.approved, KINDS.slow]);
      const name = `${kind}${serial}`;
      const person = pick(random, [...ASKERS]);
      errands.push({ package: name, person });
      site.say(person, writeCommand(random, kind, name));
    },
    react() {
      const open = site.posts().filter(({ thread, text }) => thread === '' && /AWAITING APPROVAL|RUNNING/.test(text));
      if (open.length === 0) return;
      site.trail.refresh();
      for (const { text } of open) {
        const name = /\bpackage (?:update|status) ([asrw]\d+)\b/.exec(text)?.[1] ?? '';
        const errand = errands[Number(name.slice(1))];
        const run = site.trail.records.find(({ input }) => input?.package === name)?.run;
        if (errand === undefined || run === undefined) continue;
        if (text.includes('RUNNING')) {
          if (name.startsWith(KINDS.slow)) say(LEAD, 'cancel', run);
          continue;
        }
        const chance = createRandom(`${seed} ${name}`)();
        if (chance < 0.1) say(LEAD, 'reject', run);
        else if (chance < 0.2) say(errand.person, 'withdraw', run);
        else say(LEAD, 'approve', run);
      }
    },
  };
}

function writeCommand(random: () => number, kind: string, name: string): string {
  const action = kind === KINDS.read || kind === KINDS.slow ? 'status' : 'update';
  // Those who are named are not looked for; the others are looked for first.
  const some = NODES.slice(0, between(random, 2, NODES.length)).map((node) => `-I ${node}`);
  const whom = random() < 0.6 ? some.join(' ') : '-C web --dt 0.4';
  const waves = random() < 0.3 ? ' --batch 1' : '';
  return `package ${action} ${name} ${whom}${waves} --timeout 4`;
}
