import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCa, startActivemq, whyNoActivemq } from './activemq.ts';
import { describeBusContract } from './bus.ts';

describeBusContract(
  'ActiveMQ',
  async () => {
    const broker = await startActivemq({ tls: true });
    const dir = mkdtempSync(join(tmpdir(), 'mco-other-ca-'));
    const otherCa = makeCa(dir, 'other');
    rmSync(dir, { recursive: true });
    const { port, login, passcode, kill, restart, stop } = broker;
    const tls = { port: broker.tlsPort ?? 0, ca: broker.ca ?? '', otherCa };
    return { port, login, passcode, kill, restart, stop, tls };
  },
  { skip: whyNoActivemq(), tls: true },
);
