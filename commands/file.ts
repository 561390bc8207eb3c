import { type Command, requireAgent } from '../src/core/command.ts';
import { actionFirst, readCall } from '../src/core/read-call.ts';

/** Files: both word orders that people know from `mco filemgr`. */
export const fileCommand: Command = {
  name: 'file',
  about: 'Files on the nodes: state, checksum, last lines; creates and removes them where a node allows it',
  usage: [
    'file status /PATH',
    'file tail /PATH',
    'file tail /PATH 50',
    'file create /PATH',
    'file create /PATH content=TEXT',
    'file touch /PATH',
    'file remove /PATH',
  ],
  examples: [
    'file status /etc/hosts',
    'file status /etc/ssh/sshd_config checksum=sha256 -C webserver',
    'file tail /var/log/syslog 50 -I atlas01',
    'file touch /var/spool/mco-test/maintenance -C webserver --noop',
  ],
  plan(line, world) {
    const agent = requireAgent(world, 'file');
    return readCall(agent, actionFirst(agent, line.words.slice(1)), { line, world });
  },
};
