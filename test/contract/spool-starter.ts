import { createSpoolRig, startScript } from './spool-rig.ts';

/** A process that starts a job and says so; a test kills it: `node spool-starter.js DIRECTORY SCRIPT`. */
const [directory = '', text = ''] = process.argv.slice(2);
const spool = await createSpoolRig(directory).open();
const id = await startScript(spool, text);
process.stdout.write(`${id}\n`);
setInterval(() => {}, 1000);
