import { startEmbeddedBroker } from '../../src/adapters/embedded-broker/embedded-broker.ts';
import { describeBusContract } from './bus.ts';

describeBusContract('the embedded broker', async () => {
  const account = { login: 'mco', passcode: 'secret' };
  let broker = await startEmbeddedBroker(account);
  const { port } = broker;
  return {
    ...account,
    port,
    kill: () => broker.kill(),
    async restart() {
      broker = await startEmbeddedBroker({ ...account, port });
    },
    stop: () => broker.close(),
  };
});
