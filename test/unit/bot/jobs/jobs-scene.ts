import type { Question } from '../../../../src/bot/bot.ts';
import type { ReplyData, StatusName } from '../../../../src/core/reply.ts';
import type { Request } from '../../../../src/core/request.ts';
import type { Decision } from '../../../../src/policy/policy.ts';
import { allowed } from '../../../fakes/decisions.ts';
import { type ChatScene, createChatScene } from '../chat-scene.ts';
import { alive, type Script } from '../scripted-fleet.ts';

/** What a node answers when it is asked about its job; undefined is silence. */
export type Told = { readonly status?: StatusName; readonly data?: ReplyData } | undefined;

export const GOING: Told = { data: { state: 'running' } };
export const ended = (status: StatusName = 'ok', message = ''): Told => ({
  data: { state: 'concluded', status, message, outputs: { after: '2' } },
});

/** What it says at its first look, its second and so on; the last for ever. */
export const saying = (...told: readonly Told[]): Script => {
  let looks = 0;
  return alive(({ agent }) => {
    if (agent === 'job') return told[Math.min(looks++, told.length - 1)];
    return { status: 'timeout', data: { job: 'j1' } };
  });
};

/** A bot that tells of jobs, before nodes whose jobs outlive their run. */
export function createJobsScene(fleet: Readonly<Record<string, Script>>) {
  const policy = { decide: (_: Question): Decision => allowed('roles.yaml:1') };
  const scene: ChatScene = createChatScene(fleet, {
    decide: (question) => policy.decide(question),
    bot: {
      jobs: {
        follow: (report) => scene.conversations().jobs.follow(report),
        drop: (run, nodes) => scene.conversations().jobs.drop(run, nodes),
      },
    },
  });
  return {
    ...scene,
    policy,
    /** The questions about jobs that were sent. */
    looks: (): readonly Request[] => scene.requests().filter(({ agent }) => agent === 'job'),
    /** What stands in the thread of the first run of jobs that ended later. */
    news: (id?: string): readonly string[] => {
      const cards = scene.thread(id).flatMap(({ cards }) => cards);
      return cards
        .filter(({ outcome }) => outcome?.startsWith('JOB') === true)
        .map(({ outcome, summary, body }) => {
          const lines = body.flatMap((part) => (part.kind === 'prose' ? part.lines : []));
          return [`${outcome} · ${summary}`, ...lines].join('\n');
        });
    },
    awaited: () => scene.store.jobs.all(),
  };
}
