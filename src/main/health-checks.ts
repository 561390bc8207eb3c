import type { Bot, HealthCheck } from '../bot/bot.ts';
import { checkBroker } from '../bot/check-broker.ts';
import type { AuditTrail } from '../core/audit-trail.ts';
import type { Chat } from '../core/chat.ts';
import { echoDestination } from '../core/destinations.ts';
import type { Store } from '../core/store.ts';

type Surroundings = Pick<Bot, 'bus' | 'clock' | 'newId' | 'collective'> & {
  readonly name: string;
  readonly store: Store;
  readonly trail?: AuditTrail | undefined;
  readonly chats: readonly Chat[];
};

/** What `health` tries: each by a round trip. */
export function listHealthChecks(surroundings: Surroundings): readonly HealthCheck[] {
  const { store, trail, chats, name, collective } = surroundings;
  return [
    {
      name: 'store',
      check: async () => {
        await store.check();
        return '';
      },
    },
    ...(trail === undefined ? [] : [{ name: 'audit', check: async () => `record ${(await trail.head()).seq}` }]),
    {
      name: 'broker',
      check: async () => {
        await checkBroker(surroundings, echoDestination(collective, name));
        return '';
      },
    },
    ...chats.map((chat) => ({ name: chat.name, check: async () => (await chat.checkHealth()).about })),
  ];
}
