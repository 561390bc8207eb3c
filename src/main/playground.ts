#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { DEFAULT_BOT_CONFIG } from './bot-args.ts';
import { exitWithError } from './exit-with-error.ts';
import { runBot } from './run-bot.ts';
import { runPlayground } from './run-playground.ts';

/** What `npm start` runs: the bot where it is configured, else the playground. Options of the playground ask for that. */
function start(argv: readonly string[]): Promise<number> {
  const config = ['mcobot.yaml', DEFAULT_BOT_CONFIG].find((path) => existsSync(path));
  return config === undefined || argv.length > 0 ? runPlayground(argv) : runBot(['start', '--config', config]);
}

start(process.argv.slice(2)).then((exitCode) => process.exit(exitCode), exitWithError);
