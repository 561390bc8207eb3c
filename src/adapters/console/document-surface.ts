import type { Tell } from '../../core/command.ts';
import type { RunReport } from '../../core/report.ts';
import type { Refusal, RootView, Surface } from '../../core/surface.ts';
import type { Screen } from './screen.ts';

export interface DocumentSurfaceOptions {
  readonly screen: Screen;
  /** The whole document: JSON, CSV. */
  formatReport(report: RunReport): string;
  /** Of a run that waits for approval: the command ends with that. */
  formatAwaiting(view: Extract<RootView, { state: 'awaiting' }>): string;
  formatRefusal(refusal: Refusal): string;
  formatTell(answer: Tell): string;
  /** Where refusals and answers in words go when the document's format has no place for them. Default: `screen`. */
  readonly remarks?: Screen | undefined;
}

/** Prints one document at the end and nothing before, so that a program can read it. */
export function createDocumentSurface(options: DocumentSurfaceOptions): Surface {
  const { screen, remarks = screen } = options;
  const printTo = (target: Screen, text: string) => target.print(text.replace(/(\r?\n)+$/, ''));
  return {
    open: () =>
      Promise.resolve({
        whenShown: () => Promise.resolve(),
        update: () => {},
        park: (view) => printTo(screen, options.formatAwaiting(view)),
        // Whoever approves sees it: this document is over.
        remind: () => Promise.resolve(),
        finish: (report) => printTo(screen, options.formatReport(report)),
        note: () => Promise.resolve(),
        // A document is over when it ends.
        append: () => Promise.resolve(),
        appendJobs: () => Promise.resolve(),
      }),
    show: (report) => printTo(screen, options.formatReport(report)),
    refuse: (refusal) => printTo(remarks, options.formatRefusal(refusal)),
    tell: (answer) => printTo(remarks, options.formatTell(answer)),
  };
}
