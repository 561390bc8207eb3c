#!/usr/bin/env node
import { exitWithError } from './exit-with-error.ts';
import { runBot } from './run-bot.ts';

runBot(process.argv.slice(2)).then((exitCode) => process.exit(exitCode), exitWithError);
