import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FILE_DESCRIPTION } from '../../../agent/plugins/file/description.ts';
import { JOB_DESCRIPTION } from '../../../agent/plugins/job/description.ts';
import { NETTEST_DESCRIPTION } from '../../../agent/plugins/nettest/description.ts';
import { PROCESS_DESCRIPTION } from '../../../agent/plugins/process/description.ts';
import { PUPPET_DESCRIPTION } from '../../../agent/plugins/puppet/description.ts';
import { SHELL_DESCRIPTION } from '../../../agent/plugins/shell/description.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { planCommand } from '../../../src/bot/plan-command.ts';
import { keepWindow } from '../../../src/bot/sending/window-options.ts';
import type { Ask, CommandWorld } from '../../../src/core/command.ts';
import { McoError } from '../../../src/core/errors.ts';
import { formatCommand } from '../../../src/language/format-command.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';

const AGENTS = [
  FILE_DESCRIPTION,
  JOB_DESCRIPTION,
  NETTEST_DESCRIPTION,
  PROCESS_DESCRIPTION,
  PUPPET_DESCRIPTION,
  SHELL_DESCRIPTION,
];

const WORLD: CommandWorld = { agents: AGENTS, commands: COMMANDS, caller: 'person:ana', roles: [], may: () => true };

/** What it asks; and its canonical spelling asks the same. */
function ask(text: string): Ask {
  const read = (typed: string): Ask => {
    const plan = planCommand(parseCommandLine(typed), COMMANDS, WORLD);
    return plan.kind === 'ask' ? plan : assert.fail(`${typed} asks nothing`);
  };
  const line = parseCommandLine(text);
  const options = keepWindow(line, read(text));
  const again = formatCommand({ ...line, options, words: line.words.map((word) => word.text) });
  assert.deepEqual(read(again), read(text), again);
  return read(text);
}

function refused(text: string): { readonly code: string; readonly marked: string; readonly hint: string } {
  try {
    ask(text);
  } catch (error) {
    if (!(error instanceof McoError)) throw error;
    const { at, code, hint = '' } = error;
    return { code, marked: at?.text.slice(at.start, at.end) ?? '', hint };
  }
  return assert.fail(`${text} is accepted`);
}

const brief = ({ agent, action, input }: Ask): readonly unknown[] => [`${agent}.${action}`, input];

describe('the commands for long work', () => {
  for (const command of COMMANDS.filter(({ name }) => AGENTS.some(({ agent }) => agent === name))) {
    it(`${command.name} has examples that ask its agent`, () => {
      assert.ok(command.examples.length > 0);
      for (const example of command.examples) assert.equal(ask(example).agent, command.name, example);
    });
  }
});

describe('puppet', () => {
  it('runs everywhere, so many at a time', () => {
    const { action, effect, input, atOnce } = ask('puppet runall 20 tags=ssh -F env=prod --max-fail 5');
    assert.deepEqual([action, effect, input.tags, atOnce], ['runonce', 'write', 'ssh', { count: 20 }]);
    assert.deepEqual(ask('puppet runall 5%').atOnce, { percent: 5 });
    assert.equal(ask('puppet runonce').atOnce, undefined);
  });

  it('wants to know how many, and says where it is wrong', () => {
    assert.equal(refused('puppet runall').code, 'usage/missing-input');
    for (const wrong of ['0', '101%', 'many', '1.5']) {
      assert.deepEqual(
        [refused(`puppet runall ${wrong}`).code, refused(`puppet runall ${wrong}`).marked],
        ['usage/bad-number', wrong],
      );
    }
    assert.equal(refused('puppet runall 3 4').code, 'usage/stray-word');
  });

  it('is disabled with a message, in quotes or without', () => {
    for (const text of [
      'puppet disable "until Friday, ana"',
      'puppet disable until Friday, ana',
      'puppet disable message="until Friday, ana"',
    ]) {
      assert.deepEqual(brief(ask(text)), ['puppet.disable', { message: 'until Friday, ana' }]);
    }
    assert.deepEqual(brief(ask('puppet disable')), ['puppet.disable', {}]);
  });

  it('shows a resource, and changes it where properties are given', () => {
    assert.deepEqual(brief(ask('puppet resource service sshd')), [
      'puppet.resource',
      { type: 'service', name: 'sshd' },
    ]);
    assert.deepEqual(brief(ask('puppet resource service sshd ensure=running enable=true')), [
      'puppet.set_resource',
      { type: 'service', name: 'sshd', properties: 'ensure=running enable=true' },
    ]);
    assert.deepEqual(ask('puppet resource user ana "comment=Ana B"').input.properties, 'comment="Ana B"');
    assert.equal(ask('puppet resource service sshd ensure=running').effect, 'write');
    assert.deepEqual(
      brief(ask('puppet set_resource service sshd ensure=running')),
      brief(ask('puppet set_resource service sshd "properties=ensure=running"')),
    );
    assert.equal(ask('puppet resource type=service name=sshd').action, 'resource');
  });

  it('knows what the ancestor called things', () => {
    assert.equal(ask('puppet summary').action, 'last_run');
    assert.equal(ask('puppet count').action, 'count');
  });

  it('suggests what is near', () => {
    assert.match(refused('puppet runone').hint, /runonce/);
    assert.equal(refused('puppet').code, 'usage/missing-action');
  });
});

describe('shell', () => {
  it('takes a whole command, or its words', () => {
    assert.equal(ask('shell run "uname -a"').input.command, 'uname -a');
    assert.equal(ask('shell run uname').input.command, 'uname');
    assert.equal(ask('shell run ls /tmp').input.command, 'ls /tmp');
    assert.equal(ask('shell run ls -- -la').input.command, 'ls -la');
    assert.equal(ask("shell run echo 'a b' \"it's\"").input.command, "echo 'a b' 'it'\\''s'");
    assert.equal(ask("shell run echo '$HOME' '*'").input.command, "echo '$HOME' '*'");
  });

  it('takes no option away from the program', () => {
    const torn: readonly (readonly [string, string, string])[] = [
      ['shell run rm -v -q /tmp/x -I n', '-v', '`shell run "rm -v -q /tmp/x" -I n`'],
      ['shell run echo -1 a', '-1', '`shell run "echo -1 a"`'],
      ['shell run ls -v', '-v', '`shell run "ls -v"`'],
      ['shell run ls -la', '-la', '`shell run "ls -la"`'],
      ['shell run ls -la /tmp -I n', '-la', '`shell run "ls -la /tmp" -I n`'],
      ['shell run df -h', '-h', '`shell run "df -h"`'],
      ['shell run ls --color=auto', '--color=auto', '`shell run "ls --color=auto"`'],
      ['shell run uptime --json', '--json', '`shell run "uptime --json"`'],
      ['shell start tail -t 5 /tmp/x', '-t', '`shell start "tail -t 5 /tmp/x"`'],
      ['shell run ls -I n -- -la', '-I', '`shell run "ls -I n -- -la"`'],
      ['rpc shell run ls -v', '-v', '`rpc shell run "ls -v"`'],
      ['policy explain shell run rm -v x', '-v', '`policy explain shell run "rm -v x"`'],
      ["shell run echo '$X' -v", '-v', '`shell run "PROGRAM WORD WORD"`'],
    ];
    for (const [text, marked, hint] of torn) {
      const error = refused(text);
      assert.deepEqual([error.code, error.marked], ['usage/torn-program', marked], text);
      assert.ok(error.hint.includes(hint), `${text}: ${error.hint}`);
    }
  });

  it("takes options where they can be nobody else's", () => {
    for (const [text, command] of [
      ['shell run "uptime" -v', 'uptime'],
      ['shell run "ls -la" -v -I n', 'ls -la'],
      ['shell run command=uptime -v', 'uptime'],
      ['shell run -v ls /tmp', 'ls /tmp'],
      ['-q shell -v run ls /tmp -I n', 'ls /tmp'],
      ['shell run -I n -- ls -la', 'ls -la'],
      ['shell run ls /tmp -I n -F a=b -C c -S a -T x --limit 5', 'ls /tmp'],
      ['shell run ls -I n shell=sh', 'ls'],
    ] as const) {
      assert.equal(ask(text).input.command, command, text);
    }
    const again = parseCommandLine('-v shell run ls /tmp -I n').canonical;
    assert.equal(again, 'shell run -I n -v ls /tmp');
    assert.equal(parseCommandLine('shell run uptime -I n').canonical, 'shell run uptime -I n');
    assert.equal(parseCommandLine('shell run --help').canonical, 'help shell');
  });

  it('refuses what only a shell would understand, left bare', () => {
    for (const [text, marked] of [
      ['shell run ls | wc', '|'],
      ['shell run ls > /tmp/x', '>'],
      ['shell run make && echo', '&&'],
      ['shell run make 2>&1', '2>&1'],
      ['shell run ls | wc shell=sh', '|'],
      ['shell run "echo hi | wc"', '"echo hi | wc"'],
      ['shell start directory=/tmp command="a; b"', 'command="a; b"'],
      ['shell run "echo \\"hi" directory=/tmp', '"echo \\"hi"'],
    ] as const) {
      const error = refused(text);
      assert.deepEqual([error.code, error.marked], ['usage/needs-shell', marked], text);
      assert.match(error.hint, /shell=sh/);
    }
    assert.equal(ask("shell run echo '|'").input.command, "echo '|'");
  });

  it('keeps its other inputs apart', () => {
    const { input } = ask('shell run ls /tmp shell=sh directory=/var');
    assert.deepEqual([input.command, input.shell, input.directory], ['ls /tmp', 'sh', '/var']);
    assert.equal(refused('shell run').code, 'usage/missing-input');
    assert.equal(refused('shell').code, 'usage/missing-action');
  });
});

describe('process, file and nettest', () => {
  it('understand both word orders', () => {
    assert.deepEqual(
      [ask('process list nginx').input.pattern, ask('process nginx list').input.pattern],
      ['nginx', 'nginx'],
    );
    assert.deepEqual(brief(ask('file /etc/hosts status')), brief(ask('file status /etc/hosts')));
    assert.deepEqual(brief(ask('nettest connect db 5432')), [
      'nettest.connect',
      { host: 'db', port: 5432, seconds: 5 },
    ]);
    assert.equal(ask('nettest ping www.example.org').input.host, 'www.example.org');
  });
});

describe('a pattern that is none', () => {
  it('is refused before any node is asked, at the word that it is', () => {
    const { code, marked, hint } = refused('process list (');
    assert.deepEqual([code, marked], ['usage/bad-pattern', '(']);
    assert.match(hint, /RE2/);
    assert.equal(refused('process list "a(?=b)"').code, 'usage/bad-pattern');
    assert.equal(refused('process list user=www-data pattern=[').marked, 'pattern=[');
  });
});

describe('job', () => {
  it('is about the last run unless one is named', () => {
    assert.deepEqual([ask('job').action, ask('job').input.run], ['show', 'last']);
    assert.deepEqual([ask('job 7F3A').action, ask('job 7F3A').input.run], ['show', '7f3a']);
    assert.equal(ask('job show run 7f3a').input.run, '7f3a');
    assert.deepEqual([ask('job tail').input.run, ask('job tail').input.lines], ['last', 20]);
    assert.deepEqual([ask('job tail 7f3a 100').input.run, ask('job tail 7f3a 100').input.lines], ['7f3a', 100]);
    assert.deepEqual([ask('job tail 100').input.run, ask('job tail 100').input.lines], ['last', 100]);
    assert.equal(ask('job tail 7f3a stream=stderr').input.stream, 'stderr');
  });

  it('kills, and by force where that is said', () => {
    const { action, effect, input } = ask('job kill 7f3a force');
    assert.deepEqual([action, effect, input.run, input.force], ['kill', 'write', '7f3a', true]);
    assert.equal(ask('job kill force').input.run, 'last');
    assert.equal(ask('job kill 7f3a').input.force, false);
  });

  it('watches, which is to ask for the end of it again and again', () => {
    assert.deepEqual([ask('job watch 7f3a').action, ask('job watch 7f3a').input.run], ['tail', '7f3a']);
  });

  it('lists, and points at what is wrong', () => {
    assert.equal(ask('job list').action, 'list');
    assert.deepEqual(refused('job show nonsense').marked, 'nonsense');
    assert.equal(refused('job shwo').code, 'unknown/action');
    assert.equal(refused('job show 7f3a 8f3a').code, 'usage/stray-word');
  });
});
