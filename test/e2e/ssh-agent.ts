import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../contract/wait-for.ts';
import { type Running, startCommand } from './programs.ts';

export interface SshAgent {
  readonly socketPath: string;
  stop(): Promise<void>;
}

/** A real ssh-agent that holds one key. */
export async function startSshAgent(dir: string, keyFile: string): Promise<SshAgent> {
  const socketPath = join(dir, 'agent.sock');
  const agent: Running = startCommand('ssh-agent', ['-D', '-a', socketPath], { cwd: dir });
  await waitFor(() => existsSync(socketPath));
  const added = await startCommand('ssh-add', [keyFile], { cwd: dir, env: { SSH_AUTH_SOCK: socketPath } }).ended;
  if (added.exitCode !== 0) throw new Error(`ssh-add: ${added.stderr}`);
  return {
    socketPath,
    async stop() {
      await agent.stop();
    },
  };
}
