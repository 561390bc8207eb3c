import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import sshpk from 'sshpk';
import { createKeySigner } from '../src/adapters/ssh/signer.ts';
import { createSignatureCheck } from '../src/adapters/ssh/verify-signature.ts';
import type { Bench, Row } from './bench.ts';
import { callAtOnce, timeCalls } from './measure.ts';

const BODY = Buffer.alloc(1000, 'x');
/** As many as the collector checks at once. */
const AT_ONCE = 32;

const KEYS: readonly (readonly [name: string, digest: string | undefined, make: () => KeyObject])[] = [
  ['Ed25519', undefined, () => generateKeyPairSync('ed25519').privateKey],
  ['ECDSA P-256', 'sha256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['RSA 3072', 'sha512', () => generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey],
];

/** Making and checking SSHSIG with our own code, one after the other and as a burst, and the bare mathematics. */
async function measureKey([name, digest, make]: (typeof KEYS)[number], batches: number): Promise<Row> {
  const privateKey = make();
  const publicKey = createPublicKey(privateKey);
  const signer = createKeySigner({ privateKey, principal: 'bench' });
  const check = createSignatureCheck();
  const signature = await signer.sign('mco-reply@v1', BODY);
  const message = { namespace: 'mco-reply@v1', body: BODY, signature } as const;
  const raw = sign(digest, BODY, privateKey);
  const bareSign = await timeCalls({ calls: 100, batches }, (calls) => {
    for (let i = 0; i < calls; i++) sign(digest, BODY, privateKey);
  });
  const bareVerify = await timeCalls({ calls: 200, batches }, (calls) => {
    for (let i = 0; i < calls; i++) verify(digest, BODY, publicKey, raw);
  });
  const create = await timeCalls({ calls: 200, batches }, (calls) =>
    callAtOnce(calls, AT_ONCE, () => signer.sign('mco-reply@v1', BODY)),
  );
  const checked = await timeCalls({ calls: 400, batches }, (calls) =>
    callAtOnce(calls, AT_ONCE, () => check(message, () => () => true)),
  );
  return {
    key: name,
    'blob bytes': Buffer.from(signature, 'base64').length,
    'sign µs': bareSign.median,
    'verify µs': bareVerify.median,
    'SSHSIG create µs': create.median,
    'SSHSIG check µs': checked.median,
    'create/sign': create.median / bareSign.median,
    'check/verify': checked.median / bareVerify.median,
  };
}

/** The same mathematics in JavaScript, by the package that reads our key files. */
async function measureSshpk(native: Row): Promise<Row> {
  const key = sshpk.generatePrivateKey('ed25519');
  const publicKey = key.toPublic();
  const makeSignature = () => {
    const signing = key.createSign('sha512');
    signing.update(BODY);
    return signing.sign();
  };
  const signature = makeSignature();
  const signing = await timeCalls({ calls: 10, batches: 3 }, (calls) => {
    for (let i = 0; i < calls; i++) makeSignature();
  });
  const verifying = await timeCalls({ calls: 10, batches: 3 }, (calls) => {
    for (let i = 0; i < calls; i++) {
      const verification = publicKey.createVerify('sha512');
      verification.update(BODY);
      if (!verification.verify(signature)) throw new Error('its own signature does not hold');
    }
  });
  return {
    key: 'Ed25519 by sshpk',
    'sign µs': signing.median,
    'verify µs': verifying.median,
    'create/sign': signing.median / Number(native['SSHSIG create µs']),
    'check/verify': verifying.median / Number(native['SSHSIG check µs']),
  };
}

export const SIGNATURES: Bench = {
  name: 'signatures',
  about: "making and checking SSHSIG with each type of key, and sshpk's own Ed25519",
  async run({ quick }) {
    const rows: Row[] = [];
    for (const key of KEYS) rows.push(await measureKey(key, quick ? 3 : 9));
    rows.push(await measureSshpk(rows[0] ?? {}));
    const notes = [
      `a body of ${BODY.length} bytes; sign and verify are the bare mathematics on the main thread`,
      `SSHSIG runs in the thread pool, ${AT_ONCE} at once: where there are idle cores it is quicker than its mathematics`,
      "sshpk's ratios: its bare mathematics to our whole SSHSIG",
    ];
    return [{ title: 'signatures, median µs each', notes, rows }];
  },
};
