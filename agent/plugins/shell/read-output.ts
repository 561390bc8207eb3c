import type { JobOutput, JobStream } from '../../../src/core/jobs.ts';

/** Of each stream so much goes into a reply, half of it from its beginning and half from its end. */
const MAX_BYTES = 64 * 1024;
/** Of a command that failed, as much as its failure tells. */
const END_BYTES = 2000;

/** A job's output, or its beginning and its end with a mark between. */
export async function readBothEnds(
  output: JobOutput,
  stream: JobStream,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const head = await output.read(stream, { offset: 0, maxBytes: MAX_BYTES });
  if (head.size <= MAX_BYTES) return { text: head.text, isCut: false };
  const half = MAX_BYTES / 2;
  const first = await output.read(stream, { offset: 0, maxBytes: half });
  const last = await output.read(stream, { offset: head.size - half, maxBytes: half });
  return { text: `${first.text}\n[${last.offset - first.next} bytes are left out]\n${last.text}`, isCut: true };
}

/** Below what went wrong: the last that was written, errors before output. */
export async function tellEnd(output: JobOutput): Promise<string> {
  for (const stream of ['stderr', 'stdout'] as const) {
    const { text } = await output.read(stream, { offset: -END_BYTES, maxBytes: END_BYTES });
    if (text.trim() !== '') return `: ${text.trim()}`;
  }
  return '';
}
