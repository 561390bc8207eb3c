import { CONSOLE_TRAITS } from '../../../src/adapters/console/console-chat.ts';
import type { Card } from '../../../src/core/card.ts';
import type { ChatTraits } from '../../../src/core/chat.ts';
import type { Tell } from '../../../src/core/command.ts';
import type { RunReport } from '../../../src/core/report.ts';
import type { Refusal, RootView } from '../../../src/core/surface.ts';
import { drawAwaitedCards } from '../../../src/render/draw-awaited-cards.ts';
import { drawJobsCard } from '../../../src/render/draw-jobs-card.ts';
import { drawLateCard } from '../../../src/render/draw-late-card.ts';
import { drawRefusalCard } from '../../../src/render/draw-refusal-card.ts';
import { drawRootCard } from '../../../src/render/draw-root-card.ts';
import { drawTellCards } from '../../../src/render/draw-tell-cards.ts';
import { drawThreadCards } from '../../../src/render/draw-thread-cards.ts';
import { renderMattermostMessage } from '../../../src/render/mattermost/render-mattermost-message.ts';
import { renderCardText } from '../../../src/render/render-card-text.ts';
import { GOLDEN_CASES, type Shown } from './golden-cases.ts';

type Traits = Omit<ChatTraits, 'hasSingleUseButtons' | 'editGapMs' | 'progressGapMs'>;

export const SLACK_TRAITS: Traits = {
  maxCardLength: 10_000,
  maxTableRows: 99,
  maxTableColumns: 20,
  hasFiles: true,
  hasConfirm: true,
  hasButtons: true,
};

export const MATTERMOST_TRAITS: Traits = {
  maxCardLength: 15_000,
  maxTableRows: 200,
  maxTableColumns: 20,
  hasFiles: true,
  hasConfirm: false,
  hasButtons: true,
};

/** A golden case as a terminal shows it. */
export const showText = (name: string): string => (GOLDEN_CASES[name]?.() ?? []).map(writeText).join('\n\n');

const writeText = (shown: Shown): string => writeCards(drawShown(shown, CONSOLE_TRAITS));

const writeCards = (cards: readonly Card[]): string => cards.map(renderCardText).join('\n\n').trimEnd();

/** The root, and the thread, as a terminal shows them. */
export const showRoot = (view: RootView): string => renderCardText(drawRootCard(view, CONSOLE_TRAITS));
export const showThread = (report: RunReport): string => writeCards(drawThreadCards(report, CONSOLE_TRAITS));
export const showRefusal = (refusal: Refusal): string => writeText({ kind: 'refusal', refusal });
export const showTell = (tell: Tell): string => writeText({ kind: 'tell', tell });

/** A golden case as the messages of a chat. */
export const drawCards = (name: string, traits: Traits): Card[] =>
  (GOLDEN_CASES[name]?.() ?? []).flatMap((shown) => drawShown(shown, traits));

export function drawShown(shown: Shown, traits: Traits): Card[] {
  switch (shown.kind) {
    case 'report':
      return [drawRootCard({ state: 'done', report: shown.report }, traits), ...drawThreadCards(shown.report, traits)];
    case 'root':
      return [drawRootCard(shown.view, traits)];
    case 'awaiting':
      return [drawRootCard(shown.view, traits), ...drawAwaitedCards(shown.view, traits)];
    case 'refusal':
      return [drawRefusalCard(shown.refusal)];
    case 'tell':
      return drawTellCards(shown.tell, traits);
    case 'late':
      return [drawLateCard(shown.late)];
    case 'jobs':
      return [drawJobsCard(shown.news)];
  }
}

/** A Mattermost post as a golden file holds it: a ruler, the message, and its buttons. */
export function writeMarkdown(card: Card): string {
  const { message, attachments = [] } = renderMattermostMessage(card);
  const buttons = attachments.flatMap(({ actions }) => actions.map(({ id, name }) => `[${name}](${id})`));
  return [`<!-- ${'-'.repeat(60)} -->`, message, ...(buttons.length > 0 ? [`<!-- ${buttons.join(' ')} -->`] : [])].join(
    '\n\n',
  );
}
