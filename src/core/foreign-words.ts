/**
 * What people type who come from MCollective, from other tools or from how one would say it, and what it is called here.
 * None of these is carried out: it is what a hint names. Whole words only; the keys are in lower case.
 */

/** The first words of a command, two or one; where one is meant, what follows them may follow it. */
export const FOREIGN_COMMANDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['filemgr', ['file']],
  ['plugin doc', ['help']],
  ['plugin', ['help']],
  ['history', ['runs']],
  ['jobs', ['job list']],
  ['ps', ['process list']],
  ['exec', ['shell run']],
  ['cmd.run', ['shell run']],
  ['test.ping', ['ping']],
  ['nodes', ['find', 'ping']],
  ['remove', ['package uninstall', 'file remove']],
  ['upgrade', ['package update']],
]);

/** An agent's name and the word that was to be an action of it. */
export const FOREIGN_ACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['package remove', ['package uninstall', 'package purge']],
  ['package erase', ['package uninstall', 'package purge']],
  ['package delete', ['package uninstall', 'package purge']],
  ['package upgrade', ['package update']],
  ['package show', ['package status']],
  ['package version', ['package status']],
  ['package list', ['package count', 'package status']],
  ['service state', ['service status']],
  ['file delete', ['file remove']],
  ['file stat', ['file status']],
  ['puppet noop', ['puppet runonce']],
  ['puppet apply', ['puppet runonce']],
  ['shell list', ['job list']],
  ['shell show', ['job show']],
  ['shell status', ['job show']],
  ['shell tail', ['job tail']],
  ['shell watch', ['job watch']],
  ['shell kill', ['job kill']],
  ['shell exec', ['shell run']],
]);

/** A command's first word and an option, without its dashes: what to type in its place. */
export const FOREIGN_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['* dry-run', '`--noop` is a dry run; `--preview` asks no node and shows whom it would ask'],
  ['* dryrun', '`--noop` is a dry run; `--preview` asks no node and shows whom it would ask'],
  ['* check', '`--noop` is a dry run; `--preview` asks no node and shows whom it would ask'],
  ['inventory list-collectives', '`collectives` lists them'],
  ['inventory lc', '`collectives` lists them'],
  ['filemgr f', '`filemgr` is `file` here: `file status /PATH`'],
  ['filemgr file', '`filemgr` is `file` here: `file status /PATH`'],
  ['rpc a', 'inputs are words: `rpc AGENT ACTION key=value`'],
  ['rpc arg', 'inputs are words: `rpc AGENT ACTION key=value`'],
  ['rpc argument', 'inputs are words: `rpc AGENT ACTION key=value`'],
  ['rpc agent', 'agent and action are words: `rpc AGENT ACTION key=value`'],
]);
