import type { AgentDescription, InputField } from '../core/agent-description.ts';
import { McoError, type Span } from '../core/errors.ts';
import type { IncomingMessage } from '../core/surface.ts';
import { splitWords } from '../language/split-words.ts';
import { findAsker, mayUse } from './asker.ts';
import type { Bot } from './bot.ts';

/** What can be repeated in a hint as it is. */
const PLAIN = /^[A-Za-z0-9_.,:@%+/-]{1,60}$/;

/**
 * An option that does not exist, and has the name of an input: `puppet runonce --tags ssh` means `tags=ssh`. Told to whom
 * may use the action; any other error stays as it is. Never rejects.
 */
export async function explainOption(bot: Bot, message: IncomingMessage, error: McoError): Promise<McoError> {
  const { code, at } = error;
  if (code !== 'usage/unknown-option' || at === undefined) return error;
  const found = findInput(bot.agents, at);
  if (found === undefined) return error;
  const asker = await findAsker(bot, message).catch(() => undefined);
  const isUsable = asker !== undefined && found.actions.some((action) => mayUse(bot, asker, { ...found, action }));
  if (!isUsable) return error;
  return new McoError(code, error.message, { hint: `inputs are words: \`${found.spelling}\``, at });
}

interface FoundInput {
  readonly agent: string;
  /** The actions that take it. */
  readonly actions: readonly string[];
  /** `tags=ssh` */
  readonly spelling: string;
}

function findInput(agents: readonly AgentDescription[], { text, start, end }: Span): FoundInput | undefined {
  const name = text.slice(start, end).replace(/^-+/, '').replaceAll('-', '_').toLowerCase();
  const typed = splitWords(text);
  const plain = typed.map((word) => word.text).filter((word) => !word.startsWith('-'));
  const [subject, ...others] = plain[0] === 'rpc' ? plain.slice(1) : plain;
  const agent = agents.find((candidate) => candidate.agent === subject);
  if (agent === undefined) return undefined;
  const named = others.slice(0, 2).find((word) => Object.hasOwn(agent.actions, word));
  const taking = Object.entries(agent.actions).flatMap(([action, { input }]) => {
    const field = Object.hasOwn(input, name) ? input[name] : undefined;
    return field === undefined || (named !== undefined && action !== named) ? [] : [{ action, field }];
  });
  const [first] = taking;
  if (first === undefined) return undefined;
  const at = typed.findIndex((word) => word.start === start);
  const attached = /=(.*)$/s.exec(typed[at]?.text ?? '')?.[1];
  const next = typed[at + 1]?.text;
  const value = attached ?? (next?.startsWith('-') === true ? undefined : next);
  const actions = taking.map(({ action }) => action);
  return { agent: agent.agent, actions, spelling: `${name}=${spellValue(first.field, { name, value })}` };
}

/** A secret is not repeated. */
function spellValue(
  { secret, type }: InputField,
  { name, value }: { readonly name: string; readonly value: string | undefined },
): string {
  if (type === 'boolean') return value === 'false' ? value : 'true';
  return value !== undefined && secret !== true && PLAIN.test(value) ? value : name.toUpperCase();
}
