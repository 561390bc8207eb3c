#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// A program that is idle most of its life: this saves some 6 MB of 62, a young heap that was made for a burst. It only helps
// when it comes before everything else is loaded. `--no-opt` would save 5 MB more and make a hostile filter ten times dearer.
setFlagsFromString('--optimize-for-size');

const { exitWithError } = await import('./exit-with-error.ts');
process.once('uncaughtException', exitWithError);
const { runAgent } = await import('./run-agent.ts');
// What is still open at the end, such as a child that can't be killed, must not keep the process.
runAgent(process.argv.slice(2)).then(() => process.exit(0), exitWithError);
