import type { Arguments } from './read-arguments.ts';
import type { Mischief, SlackCall, SlackChaos } from './slack-types.ts';
import type { Workspace } from './workspace.ts';

/** What goes back over HTTP; `cut`: the connection is ended instead. */
export type Answer =
  | { readonly cut: true }
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };

/** Something that was asked for over HTTP. */
export interface Asked {
  readonly method: string;
  readonly args: Arguments;
  /** The effect and its answer. Never throws. */
  run(): { status: number; headers?: Record<string, string>; body: string; error?: string };
}

/** Runs calls the way `chaos.onCall` wants it and writes down how they ended. */
export function createCallRunner(
  workspace: Workspace,
  chaos: SlackChaos,
  calls: SlackCall[],
): (asked: Asked) => Promise<Answer> {
  function note(asked: Asked, answer: { status: number; error?: string | undefined }): void {
    const { channel = asked.args.channel_id } = asked.args;
    calls.push({
      method: asked.method,
      at: workspace.clock.now(),
      ok: answer.error === undefined && answer.status === 200,
      ...(answer.error === undefined ? {} : { error: answer.error }),
      status: answer.status,
      ...(typeof channel === 'string' ? { channel } : {}),
    });
  }

  function runAndNote(asked: Asked): Answer {
    const answer = asked.run();
    note(asked, answer);
    return answer;
  }

  async function misbehave(asked: Asked, mischief: Mischief): Promise<Answer> {
    if ('drop' in mischief) {
      if (mischief.drop === 'after') asked.run();
      note(asked, { status: 0, error: 'connection_cut' });
      return { cut: true };
    }
    if ('delayMs' in mischief) {
      const early = mischief.effect === 'at-once' ? runAndNote(asked) : undefined;
      await new Promise<void>((resolve) => void workspace.clock.after(mischief.delayMs, resolve));
      return early ?? runAndNote(asked);
    }
    if (mischief.status === 429) return limit(asked, mischief.retryAfter);
    note(asked, { status: mischief.status, error: 'server_error' });
    return { status: mischief.status, headers: { 'content-type': 'text/html' }, body: '<h1>Server Error</h1>' };
  }

  function limit(asked: Asked, retryAfter: number): Answer {
    note(asked, { status: 429, error: 'ratelimited' });
    return answerRateLimited(retryAfter);
  }

  return async (asked) => {
    const mischief = chaos.onCall?.({ method: asked.method, args: { ...asked.args } });
    return mischief === undefined ? runAndNote(asked) : await misbehave(asked, mischief);
  };
}

export function answerRateLimited(retryAfter: number): {
  status: number;
  headers: Record<string, string>;
  body: string;
  error: string;
} {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'retry-after': String(retryAfter) };
  return { status: 429, headers, body: JSON.stringify({ ok: false, error: 'ratelimited' }), error: 'ratelimited' };
}

export function answerJson(
  status: number,
  value: object,
): { status: number; headers: Record<string, string>; body: string } {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}
