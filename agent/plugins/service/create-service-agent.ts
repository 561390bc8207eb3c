import type { Agent } from '../../../src/core/agent.ts';
import type { ServiceBackend } from '../../../src/core/host.ts';
import { SERVICE_DESCRIPTION } from './description.ts';

/** The agent `service` over a node's service manager. */
export function createServiceAgent(services: ServiceBackend): Agent {
  return {
    description: SERVICE_DESCRIPTION,
    actions: {
      async status({ input, signal }) {
        const { name, state, detail } = await services.status(String(input.service), signal);
        return { service: name, state, detail };
      },
    },
  };
}
