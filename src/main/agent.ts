#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// A program that is idle most of its life: this saves some 11 MB of 66, the pages of V8's optimising compiler and a young heap
// that was made for a burst. What costs time in an agent (signatures, child processes) is not JavaScript; what is, filters,
// has a budget. It only helps when it comes before everything else is loaded.
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--no-opt');

const { exitWithError } = await import('./exit-with-error.ts');
process.once('uncaughtException', exitWithError);
const { runAgent } = await import('./run-agent.ts');
// What is still open at the end, such as a child that can't be killed, must not keep the process.
runAgent(process.argv.slice(2)).then(() => process.exit(0), exitWithError);
