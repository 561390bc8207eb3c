import type { ActionCall } from '../../src/core/action-call.ts';
import type { NodeRuntime } from '../node-runtime.ts';

const INTERVAL_MS = 2000;
const MAX_STEP_BYTES = 2000;

/**
 * Reports what a job says as it says it: every two seconds what is new on its standard output, the end of that where it
 * is a lot. Stops when the returned function is called.
 */
export function followOutput(id: string, { report }: Pick<ActionCall, 'report'>, node: NodeRuntime): () => void {
  const output = node.jobs.output(id);
  let offset = 0;
  let isOver = false;
  let cancel = (): void => {};

  async function look(): Promise<void> {
    const { size } = await output.read('stdout', { offset, maxBytes: 0 });
    if (size <= offset || isOver) return;
    const from = Math.max(offset, size - MAX_STEP_BYTES);
    const part = await output.read('stdout', { offset: from, maxBytes: MAX_STEP_BYTES });
    offset = part.next;
    if (!isOver && part.text !== '') report({ text: part.text });
  }

  const wait = (): void => {
    cancel = node.clock.after(INTERVAL_MS, () => {
      // Only what people look on at: that it can't be read now is no failure of the job.
      void look()
        .catch(() => {})
        .then(() => {
          if (!isOver) wait();
        });
    });
  };
  wait();
  return () => {
    isOver = true;
    cancel();
  };
}
