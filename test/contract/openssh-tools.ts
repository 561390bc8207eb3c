import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs an OpenSSH tool to its end, in this process's time zone. */
export function runTool(tool: string, args: readonly string[], options: { input?: string; cwd?: string } = {}) {
  const { status, stdout, stderr, error } = spawnSync(tool, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TZ: Intl.DateTimeFormat().resolvedOptions().timeZone },
    ...options,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Runs `ssh-keygen` and throws unless it succeeds. */
export function runKeygen(args: readonly string[], options: { input?: string; cwd?: string } = {}): string {
  const { status, stdout, stderr } = runTool('ssh-keygen', args, options);
  if (status !== 0) throw new Error(`ssh-keygen ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** For the `skip` of a test: a reason when OpenSSH's tools are missing; never where CI promises them. */
export function reasonToSkip(tool = 'ssh-keygen'): string | false {
  if (process.env.CI === 'true') return false;
  const isThere = spawnSync(tool, ['-?']).error === undefined;
  return isThere ? false : `${tool} is not installed`;
}

/** The kinds of keys we sign and verify with, as options of `ssh-keygen`. */
export const KEY_KINDS = {
  ed25519: ['-t', 'ed25519'],
  p256: ['-t', 'ecdsa', '-b', '256'],
  rsa: ['-t', 'rsa', '-b', '2048'],
} as const;

export interface KeyFolder {
  readonly path: string;
  /** Makes a key pair; returns the private key's file. */
  makeKey(name: string, options: readonly string[], passphrase?: string): string;
  /** `TYPE BASE64` of a key that was made. */
  publicKey(name: string): string;
  remove(): void;
}

/** A temporary folder with keys. */
export function createKeyFolder(): KeyFolder {
  const path = mkdtempSync(join(tmpdir(), 'mco-keys-'));
  return {
    path,
    makeKey(name, options, passphrase = '') {
      const file = join(path, name);
      runKeygen(['-q', ...options, '-N', passphrase, '-C', 'test', '-a', '1', '-f', file]);
      return file;
    },
    publicKey: (name) =>
      readFileSync(join(path, `${name}.pub`), 'utf8')
        .split(' ', 2)
        .join(' '),
    remove: () => rmSync(path, { recursive: true }),
  };
}
