#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// A program that is idle most of its life: this saves some 13 MB of 72, the pages of V8's optimising compiler, machine code
// for what runs once, and a young heap that grew for a burst. What costs time in an agent (signatures, child processes) is
// not JavaScript; what is, filters, has a budget. It only helps when it comes before everything else is loaded.
const THRIFT = ['--optimize-for-size', '--no-opt', '--no-sparkplug', '--semi-space-growth-factor=1'];
for (const flag of THRIFT) setFlagsFromString(flag);

const { exitWithError } = await import('./exit-with-error.ts');
process.once('uncaughtException', exitWithError);
const { runAgent } = await import('./run-agent.ts');
// What is still open at the end, such as a child that can't be killed, must not keep the process.
runAgent(process.argv.slice(2)).then(() => process.exit(0), exitWithError);
