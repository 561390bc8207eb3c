import * as v from 'valibot';
import { McoError } from './errors.ts';
import { wordSchema } from './names.ts';

/** A read never changes a node. What is not declared is a write. */
export type Effect = 'read' | 'write';

/** An input's value. */
export type Scalar = string | number | boolean;

/** The input of a request, by name. */
export type Input = Readonly<Record<string, Scalar>>;

/** One input of an action. Patterns must match the whole value and run in linear time (RE2 syntax). */
export interface InputField {
  readonly about: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly optional?: boolean | undefined;
  readonly default?: Scalar | undefined;
  /** Strings: characters. Default 256. */
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  /** Strings: the value is itself a regular expression (RE2 syntax), and is refused where it is none. */
  readonly isPattern?: boolean | undefined;
  /** Strings: the value is an absolute path on the node, and is refused unless it says where it leads: see `findPathFault`. */
  readonly isPath?: boolean | undefined;
  readonly oneOf?: readonly Scalar[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Masked wherever it would be shown or recorded. */
  readonly secret?: boolean | undefined;
}

/** What a number counts, where people would rather read `3 d 4 h` and `1.2 GiB`. */
export type Unit = 'seconds' | 'bytes' | 'kibibytes';

/** One output of an action, and the words it is shown under ("Ensure"). */
export interface OutputField {
  readonly about: string;
  readonly label: string;
  /** Left out: anything that JSON can hold. */
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'object' | undefined;
  /** Of a list of maps: the columns that are times or sizes. They are shown in words; JSON and CSV have the numbers. */
  readonly units?: Readonly<Record<string, Unit>> | undefined;
}

/**
 * How the replies of many nodes become one line: `summary` counts equal values, `average` and `sum` add numbers,
 * `distribution` tells the least, the average and the most, and how they spread.
 */
export interface Aggregation {
  readonly function: 'summary' | 'average' | 'sum' | 'distribution';
  readonly output: string;
}

export interface ActionDescription {
  readonly about: string;
  readonly effect: Effect;
  /**
   * What `--noop` is here: `read` where a dry run changes nothing at all, `write` where it leaves traces. Left out: the
   * action has none, and a request for one is refused.
   */
  readonly dryRun?: Effect | undefined;
  /** Its work is a job: it outlives the request and the agent, and can be shown, tailed and killed by the run's id. */
  readonly isJob?: boolean | undefined;
  /** After this long the node gives up and answers `timeout`. */
  readonly timeoutMs: number;
  readonly input: Readonly<Record<string, InputField>>;
  readonly output: Readonly<Record<string, OutputField>>;
  readonly aggregate?: readonly Aggregation[] | undefined;
  /** Inputs that bare words fill, in this order: `package status NAME`. */
  readonly words?: readonly string[] | undefined;
  /** One node's result on one line, with outputs in braces: `{package}-{ensure}.{arch}`. Default: each output on its own line. */
  readonly line?: string | undefined;
  /** Which results are listed one by one: those that failed (default), those that went well, or all. */
  readonly display?: 'ok' | 'failed' | 'always' | undefined;
  readonly examples?: readonly string[] | undefined;
}

/**
 * What an agent can do, as plain data: the bot loads it without the code, nodes advertise it, and an agent in any
 * language can ship it as JSON. MCollective calls it the DDL.
 */
export interface AgentDescription {
  readonly agent: string;
  readonly version: string;
  readonly about: string;
  readonly actions: Readonly<Record<string, ActionDescription>>;
}

/** Input as it travels. What an action accepts of it is checked by `checkInput`. */
export const inputSchema: v.GenericSchema<unknown, Input> = v.record(
  wordSchema,
  v.union([v.pipe(v.string(), v.maxLength(65_536)), v.pipe(v.number(), v.finite()), v.boolean()]),
);

/**
 * What an action does when it is asked like this. INVARIANT: a dry run is what the description says it is, and nothing
 * where it says nothing.
 *
 * @throws McoError `usage/no-dry-run`
 */
export function effectOf(action: ActionDescription, isDryRun: boolean): Effect {
  if (!isDryRun) return action.effect;
  if (action.dryRun !== undefined) return action.dryRun;
  throw new McoError('usage/no-dry-run', 'this action has no dry run', { hint: 'leave out `--noop`' });
}

/**
 * Refuses what no agent may have: a secret that is typed as a bare word. Only by its name is it known for a secret while
 * it is typed, and so masked in every record.
 *
 * @throws McoError `bug/bad-description`
 */
export function requireSound({ agent, actions }: AgentDescription): void {
  for (const [action, { input, words = [] }] of Object.entries(actions)) {
    const name = words.find((word) => Object.hasOwn(input, word) && input[word]?.secret === true);
    if (name === undefined) continue;
    throw new McoError(
      'bug/bad-description',
      `the secret input \`${name}\` of \`${agent}.${action}\` is one of its words`,
      {
        hint: 'leave it out of `words`: a secret is given by its name',
      },
    );
  }
}
