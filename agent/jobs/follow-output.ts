import type { ActionCall } from '../../src/core/action-call.ts';
import type { NodeRuntime } from '../node-runtime.ts';

const INTERVAL_MS = 2000;
const MAX_STEP_BYTES = 2000;

export interface Follower extends Pick<ActionCall, 'report'> {
  /** What the job has said before is left out: somebody else has told it. */
  readonly skipsPast?: boolean | undefined;
}

/**
 * Reports what a job says as it says it: every two seconds what is new on its standard output, the end of that where it
 * is a lot. Stops when the returned function is called.
 */
export function followOutput(id: string, { report, skipsPast = false }: Follower, node: NodeRuntime): () => void {
  const output = node.jobs.output(id);
  let offset = skipsPast ? undefined : 0;
  let isOver = false;
  let cancel = (): void => {};

  async function look(): Promise<void> {
    const { size } = await output.read('stdout', { offset: 0, maxBytes: 0 });
    const told = offset ?? size;
    offset = told;
    if (size <= told || isOver) return;
    const from = Math.max(told, size - MAX_STEP_BYTES);
    const part = await output.read('stdout', { offset: from, maxBytes: MAX_STEP_BYTES });
    offset = part.next;
    if (!isOver && part.text !== '') report({ text: part.text });
  }

  // Only what people look on at: that it can't be read now is no failure of the job.
  const goOn = (): void =>
    void look()
      .catch(() => {})
      .then(() => {
        if (!isOver) wait();
      });
  const wait = (): void => {
    cancel = node.clock.after(INTERVAL_MS, goOn);
  };
  if (skipsPast) goOn();
  else wait();
  return () => {
    isOver = true;
    cancel();
  };
}
