import { chooseSurface } from '../adapters/console/choose-surface.ts';
import { createConsoleSurface } from '../adapters/console/console-surface.ts';
import { createDocumentSurface } from '../adapters/console/document-surface.ts';
import { createScreen, type Screen } from '../adapters/console/screen.ts';
import type { Options } from '../core/command.ts';
import { writeJsonText } from '../core/escape-text.ts';
import type { Clock } from '../core/ports.ts';
import type { Surface } from '../core/surface.ts';
import { renderRefusal } from '../render/render-refusal.ts';
import { renderRoot } from '../render/render-root.ts';
import { renderTell } from '../render/render-tell.ts';
import { renderThread } from '../render/render-thread.ts';
import { reportToCsv } from '../render/report-to-csv.ts';
import { refusalToJson, reportToJson } from '../render/report-to-json.ts';

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

/**
 * A terminal as a place where commands are answered, in the format that each command asks for.
 *
 * @param options.format what refusals and plain answers are written in, and every run if `always`
 */
export function createTerminalSurface({
  screen,
  clock,
  gutter,
  format,
  always,
}: {
  readonly screen: Screen;
  readonly clock: Clock;
  readonly gutter?: string | undefined;
  readonly format?: Options['format'] | undefined;
  readonly always?: boolean | undefined;
}): Surface {
  const render = { root: renderRoot, thread: renderThread, refusal: renderRefusal, tell: renderTell };
  const remarks = createScreen({ output: process.stderr, clock, env: process.env, lifetime: process });
  const surfaces = {
    text: createConsoleSurface({ screen, render, gutter, progress: { output: process.stderr, clock } }),
    json: createDocumentSurface({
      screen,
      formatReport: (report) => writeJsonText(reportToJson(report)),
      formatRefusal: (refusal) => writeJsonText(refusalToJson(refusal)),
      formatTell: (answer) => writeJsonText(answer),
    }),
    csv: createDocumentSurface({
      screen,
      remarks,
      formatReport: reportToCsv,
      formatRefusal: renderRefusal,
      formatTell: renderTell,
    }),
  };
  return always === true && format !== undefined ? surfaces[format] : chooseSurface(surfaces, format);
}
