import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { divertNotes } from '../../../../src/adapters/console/divert-notes.ts';
import type { Screen } from '../../../../src/adapters/console/screen.ts';
import type { RootView, RunNote } from '../../../../src/core/surface.ts';
import { createFakeSurface } from '../../../fakes/fake-surface.ts';

const NOTE: RunNote = { header: {} as never, parts: [], isLast: false };

function divert(interactive: boolean) {
  const surface = createFakeSurface();
  const [printed, written] = [[] as string[], [] as string[]];
  const screen = { interactive, print: async (text: string) => void printed.push(text) } as unknown as Screen;
  const output = { write: (text: string) => written.push(text) > 0 };
  return {
    surface,
    printed,
    written,
    diverted: divertNotes(surface, { screen, output, drawNote: () => 'so far\n\n' }),
  };
}

describe('what nodes say on their way, on a terminal', () => {
  it('goes to standard error where the answer may be piped on', async () => {
    const { surface, printed, written, diverted } = divert(false);
    const thread = await diverted.open({ state: 'discovering' } as RootView);
    await thread.note(NOTE);
    assert.deepEqual([written, printed, surface.notes], [['so far\n'], [], []]);
  });

  it('is printed above the lines that are redrawn', async () => {
    const { printed, written, diverted } = divert(true);
    const thread = await diverted.open({ state: 'discovering' } as RootView);
    await thread.note(NOTE);
    assert.deepEqual([written, printed], [[], ['so far']]);
  });

  it('leaves everything else as it is', async () => {
    const { surface, diverted } = divert(false);
    const thread = await diverted.open({ state: 'discovering' } as RootView);
    await thread.finish({ outcome: 'OK' } as never);
    assert.equal(surface.reports.length, 1);
  });
});
