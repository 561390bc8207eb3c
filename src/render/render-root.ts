import type { RootView } from '../core/surface.ts';
import { drawRootCard } from './draw-root-card.ts';
import { renderCardText } from './render-card-text.ts';

/** The root message of a run as plain text. */
export const renderRoot = (view: RootView): string =>
  renderCardText(drawRootCard(view, { hasButtons: false, hasConfirm: false }));
