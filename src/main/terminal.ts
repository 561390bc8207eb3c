import { systemClock } from '../adapters/clock/system-clock.ts';
import { chooseSurface } from '../adapters/console/choose-surface.ts';
import { CONSOLE_TRAITS, createConsoleChat } from '../adapters/console/console-chat.ts';
import { divertNotes } from '../adapters/console/divert-notes.ts';
import { createDocumentSurface } from '../adapters/console/document-surface.ts';
import { createScreen, type Screen } from '../adapters/console/screen.ts';
import { createChatSurface } from '../bot/conversation/chat-surface.ts';
import { handleCommand } from '../bot/handle-command.ts';
import type { Handled } from '../bot/handled.ts';
import type { Chat } from '../core/chat.ts';
import type { Options } from '../core/command.ts';
import { writeJsonText } from '../core/escape-text.ts';
import type { Clock } from '../core/ports.ts';
import type { IncomingMessage, Surface } from '../core/surface.ts';
import { drawNoteCard } from '../render/draw-note-card.ts';
import { awaitingToJson } from '../render/draw-order-file.ts';
import { drawRefusalCard } from '../render/draw-refusal-card.ts';
import { drawRootCard } from '../render/draw-root-card.ts';
import { drawTellCards } from '../render/draw-tell-cards.ts';
import { renderCardText } from '../render/render-card-text.ts';
import { reportToCsv } from '../render/report-to-csv.ts';
import { refusalToJson, reportToJson } from '../render/report-to-json.ts';
import type { RunningBot } from './create-bot.ts';

/** A reader that has gone (`mco ... | head`) or a full disk is no reason to die: the run goes on to its record. */
function ignoreWriteErrors(): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
}

export function createStdoutScreen(clock: Clock): Screen {
  ignoreWriteErrors();
  return createScreen({ output: process.stdout, clock, env: process.env, lifetime: process });
}

/** Whether a command asks for JSON, so that its refusal is JSON as well: a program reads it. */
export const asksForJson = (words: readonly string[]): boolean => words.includes('--json') || words.includes('-j');

/** A terminal as a chat that the bot speaks in. */
export function createTerminalChat({
  name,
  screen,
  clock,
  people,
  gutter,
}: {
  readonly name: string;
  readonly screen: Screen;
  readonly clock: Clock;
  readonly people: readonly string[];
  readonly gutter?: string | undefined;
}): Chat {
  const progress = { output: process.stderr, clock };
  return createConsoleChat({ name, screen, people, renderCard: renderCardText, gutter, progress });
}

export interface Terminal {
  readonly chat: Chat;
  readonly screen: Screen;
  /** What refusals and plain answers are written in, and every run if `always`. */
  readonly format?: Options['format'] | undefined;
  readonly always?: boolean | undefined;
}

/** Carries out a command that was typed in a terminal. Resolves when everything it shows has been written. */
export async function answerInTerminal(
  bot: RunningBot,
  { chat, screen, format, always }: Terminal,
  { message, signal }: { readonly message: IncomingMessage; readonly signal: AbortSignal },
): Promise<Handled> {
  const { conversations } = bot;
  const lane = bot.newId();
  const place = { chat: chat.name, channel: '' };
  const recipient = { account: message.account, channel: '' };
  const surfaces = {
    text: divertNotes(createChatSurface(conversations.of(chat), { place, recipient, lane }), {
      screen,
      output: process.stderr,
      drawNote: (note) => renderCardText(drawNoteCard(note)),
    }),
    ...createDocuments(screen),
  };
  // A refusal or an answer in words is written as its own command asks for it.
  const otherwise = asksForJson(message.text.split(/\s+/)) ? 'json' : format;
  const surface = always === true && format !== undefined ? surfaces[format] : chooseSurface(surfaces, otherwise);
  const handled = await handleCommand(bot, { ...message, place }, { surface, signal });
  const run = handled.report?.header.run ?? handled.awaiting?.run;
  const lanes = run === undefined ? [lane] : [lane, run];
  await Promise.all(lanes.map((name) => conversations.outbox.whenEmpty(name)));
  return handled;
}

/** Answers that programs read. */
function createDocuments(screen: Screen): Readonly<Record<'json' | 'csv', Surface>> {
  const remarks = createScreen({ output: process.stderr, clock: systemClock, env: process.env, lifetime: process });
  return {
    json: createDocumentSurface({
      screen,
      formatReport: (report) => writeJsonText(reportToJson(report)),
      formatAwaiting: (view) => writeJsonText(awaitingToJson(view)),
      formatRefusal: (refusal) => writeJsonText(refusalToJson(refusal)),
      formatTell: (answer) => writeJsonText(answer),
    }),
    csv: createDocumentSurface({
      screen,
      remarks,
      formatReport: reportToCsv,
      formatAwaiting: (view) => renderCardText(drawRootCard(view, CONSOLE_TRAITS)),
      formatRefusal: (refusal) => renderCardText(drawRefusalCard(refusal)),
      formatTell: (answer) => drawTellCards(answer, CONSOLE_TRAITS).map(renderCardText).join('\n\n'),
    }),
  };
}
