import type { Tell } from '../../core/command.ts';
import type { Clock } from '../../core/ports.ts';
import type { RunReport } from '../../core/report.ts';
import type { Refusal, RootView, RunThread, Surface } from '../../core/surface.ts';
import { createProgressLog, type ProgressLog } from './progress-log.ts';
import type { Screen, TextOutput } from './screen.ts';
import { wrapLine } from './text-width.ts';

/** How views read as plain text. Everything they return is already safe to print. */
export interface ConsoleRender {
  root(view: RootView): string;
  thread(report: RunReport): string;
  refusal(refusal: Refusal): string;
  tell(answer: Tell): string;
}

export interface ConsoleSurfaceOptions {
  readonly screen: Screen;
  readonly render: ConsoleRender;
  /** Put before each line of the thread on a terminal, `│ `: in a chat it sets answers apart from what is typed. */
  readonly gutter?: string | undefined;
  /** Where the screen can't redraw lines: progress as single lines, one every 2 s at most. Left out: none. */
  readonly progress?: { readonly output: TextOutput; readonly clock: Clock } | undefined;
}

/**
 * A terminal as a surface. On a terminal the root is redrawn in place until the run is finished; elsewhere only the
 * final root and the thread are printed.
 */
export function createConsoleSurface({ screen, render, gutter = '', progress }: ConsoleSurfaceOptions): Surface {
  const drawThread = (report: RunReport) => {
    const text = render.thread(report).replace(/\n+$/, '');
    if (text === '' || gutter === '' || !screen.interactive) return text;
    const room = Math.max(screen.columns - gutter.length, 20);
    const lines = text.split('\n').flatMap((line) => wrapLine(line, room));
    return lines.map((line) => screen.paint.dim(gutter) + line).join('\n');
  };

  return {
    open(view) {
      const log = progress === undefined || screen.interactive ? undefined : createProgressLog(progress);
      const thread = openThread(screen, render, log);
      thread.update(view);
      return Promise.resolve({
        update: thread.update,
        finish(report) {
          thread.close();
          const root = screen.paint.outcome(render.root({ state: 'done', report }).replace(/\n+$/, ''));
          const body = drawThread(report);
          return screen.print(body === '' ? root : `${root}\n${gutter === '' ? '\n' : ''}${body}`);
        },
      });
    },
    refuse: (refusal) => screen.print(screen.paint.outcome(render.refusal(refusal).replace(/\n+$/, ''))),
    tell: (answer) => screen.print(render.tell(answer).replace(/\n+$/, '')),
  };
}

function openThread(
  screen: Screen,
  render: ConsoleRender,
  log: ProgressLog | undefined,
): Pick<RunThread, 'update'> & { close(): void } {
  const live = screen.addLive();
  return {
    update(view) {
      const { noProgress, quiet } = (view.state === 'done' ? view.report.header : view.header).options;
      if (noProgress || quiet || view.state === 'done') return;
      if (screen.interactive) live.show(screen.paint.outcome(render.root(view).replace(/\n+$/, '')));
      else log?.add(() => render.root(view));
    },
    close: () => live.close(),
  };
}
