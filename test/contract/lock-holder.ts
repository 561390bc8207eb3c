import { lockSpool } from '../../src/adapters/exec/spool/lock-spool.ts';
import { toMcoError } from '../../src/core/errors.ts';

/** A process that takes a spool, says what came of it and stays: `node lock-holder.js DIRECTORY`. */
const [directory = ''] = process.argv.slice(2);
const word = await lockSpool(directory).then(
  () => 'mine',
  (thrown: unknown) => `${toMcoError(thrown).code} ${toMcoError(thrown).message}`,
);
process.stdout.write(`${word}\n`);
setInterval(() => {}, 1000);
