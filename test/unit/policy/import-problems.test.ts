import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importActionPolicy } from '../../../src/policy/import-action-policy.ts';

const GROUPS = { name: 'groups', text: 'ops cert=ana\n' };

const importText = (text: string, groups = GROUPS) =>
  importActionPolicy({ files: [{ name: 'package.policy', text }, groups], allowUnconfigured: false, agents: [] });

/** Rows that MCollective skips, reads otherwise than it looks, or that would mean something else here. */
const WRONG: readonly (readonly [about: string, row: string, expected: RegExp])[] = [
  ['blanks instead of tabs', 'deny cert=ana * * *', /not separated by tabs; put a tab between/],
  ['blanks between some columns', 'allow\tcert=ana    status\t*\t*', /not separated by tabs/],
  [
    'two blanks between two callers',
    'allow\tcert=ana  cert=bob\tstatus\t*\t*',
    /column 2, `cert=ana {2}cert=bob`, has several blanks in a row/,
  ],
  [
    'two blanks after a caller',
    'allow\tcert=ana  \tstatus\t*\t*',
    /column 2, `cert=ana {2}`, ends in several blanks; remove them/,
  ],
  ['two blanks before an action', 'allow\tcert=ana\t  status\t*\t*', /column 3, `\s+status`, begins in several blanks/],
  ['two blanks after a class', 'allow\tcert=ana\tstatus\t*\trole::web  ', /column 5, `role::web {2}`, ends in several/],
  ['two blanks after a star', 'allow\tcert=ana\tstatus\t*  \t*', /a blank beside a `\*`/],
  [
    'a pattern for callers',
    'allow\tcert=/^ops-/\tstatus\t*\t*',
    /`cert=\/\^ops-\/` is a pattern, and patterns for callers are not imported; name each/,
  ],
  ['a pattern for whole callers', 'allow\t/^cert=ops-/i\tstatus\t*\t*', /patterns for callers are not imported/],
  ['an unknown first word', 'alow\tcert=ana\tstatus\t*\t*', /`alow` begins no row; did you mean `allow`\?/],
  ['a first word in capitals', 'Deny\tcert=ana\tstatus\t*\t*', /did you mean `deny`/],
  ['a blank before the first word', ' deny\tcert=ana\tstatus\t*\t*', /begins with a blank/],
  ['three columns', 'allow\tcert=ana\tstatus', /there are 3 columns/],
  ['six columns', 'allow\tcert=ana\tstatus\t*\t*\t*', /there are 6 columns/],
  ['a tab at the end', 'allow\tcert=ana\tstatus\t*\t*\t', /ends in a tab/],
  ['a blank after a star', 'deny\tcert=ana\tstatus\t*\t* ', /a blank beside a `\*`/],
  ['a carriage return', 'deny\tcert=ana\tstatus\t*\t*\r', /carriage return/],
  ['a control character', 'allow\tcert=ana\x1b[2J\tstatus\t*\t*', /characters in it that no row can have/],
  ['a star in a list', 'allow\tcert=ana *\tstatus\t*\t*', /`\*` in a list of callers/],
  ['a star among actions', 'allow\tcert=ana\tstatus *\t*\t*', /`\*` in a list of actions/],
  ['an empty column', 'allow\tcert=ana\t \t*\t*', /a column is empty/],
  ['an action in capitals', 'allow\tcert=ana\tStatus\t*\t*', /`Status` can't be an action/],
  ['an unknown group', 'allow\topps\tstatus\t*\t*', /`opps` is neither a group nor a caller .*did you mean `ops`\?/],
  ['a class among facts', 'allow\tcert=ana\tstatus\twebserver\t*', /`webserver` is no fact/],
  ['a fact among classes', 'allow\tcert=ana\tstatus\t*\tenv=dev', /`env=dev` is a fact/],
  ['an order of texts', 'allow\tcert=ana\tstatus\tage<10\t*', /compares text in MCollective, and numbers here/],
  ['an order that never matches', 'allow\tcert=ana\tstatus\tage>=10\t*', /never matches anything/],
  ['an inequality', 'allow\tcert=ana\tstatus\tenv!=dev\t*', /never matches anything/],
  ['a pattern for a fact', 'allow\tcert=ana\tstatus\tenv=~dev\t*', /never matches anything/],
  ['two equations in one', 'allow\tcert=ana\tstatus\ta=b=c\t*', /can't be read as a fact/],
  ['a quoted value', "allow\tcert=ana\tstatus\tenv='dev'\t*", /can't be read as a fact/],
  ['a pattern with a flag', 'allow\tcert=ana\tstatus\t*\t/web/i', /can't be read as a pattern/],
  ['a pattern with a slash', 'allow\tcert=ana\tstatus\t*\t/a\\/b/', /can't be read as a pattern/],
  ['a look-ahead', 'allow\tcert=ana\tstatus\t*\t/web(?=1)/', /pattern that is not possible|can't be read/],
  [
    'a data function',
    "allow\tcert=ana\tstatus\tfstat('/etc/x').present=1 and env=dev",
    /data functions such as `fstat`/,
  ],
  ['a data function alone', 'allow\tcert=ana\tstatus\tpuppet().enabled=1', /data functions such as `puppet`/],
  ['and beside or', 'allow\tcert=ana\tstatus\ta=b or c=d and e', /bind equally there.*parentheses/],
  ['an open parenthesis', 'allow\tcert=ana\tstatus\t(a=b and c=d', /parenthesis is not closed/],
  ['a closing parenthesis too many', 'allow\tcert=ana\tstatus\ta=b and c=d)', /does not end where it should/],
  ['nothing after and', 'allow\tcert=ana\tstatus\ta=b and', /a fact or a class is missing/],
  ['AND in capitals', 'allow\tcert=ana\tstatus\ta=b AND (c=d)', /write it in lower case/],
  ['two tests without a joint', 'allow\tcert=ana\tstatus\ta=b (c=d)', /does not end where it should/],
  ['a comparison in an expression', 'allow\tcert=ana\tstatus\tnot a>3', /can't be read in an expression/],
  ['an inequality in an expression', 'allow\tcert=ana\tstatus\tnot a!=3', /does not end|can't be read/],
  [
    'more nodes than a rule can describe',
    `allow\tcert=ana\tstatus\t${'fact=value '.repeat(3)}${'a'.repeat(999)}=b\t*`,
    /longer than/,
  ],
  ['another default', 'policy default maybe', /only `policy default allow`/],
  ['a default with more behind it', 'policy default deny cert=ana', /only `policy default allow`/],
];

/** Lines of a `groups` file. */
const WRONG_GROUPS: readonly (readonly [about: string, line: string, expected: RegExp])[] = [
  ['nobody in it', 'web', /nobody is in the group `web`/],
  ['a group in it', 'web ops', /`ops` is no caller; groups have no groups in them/],
  ['a pattern in it', 'web cert=/^web/', /`cert=\/\^web\/` is a pattern, and patterns for callers are not imported/],
  ['a name twice', 'ops cert=bob', /`ops` is given twice/],
  ['a name with odd characters', 'we:b cert=ana', /can't be the name of a group/],
];

describe('importing an ActionPolicy', () => {
  for (const [about, row, expected] of WRONG) {
    it(`refuses ${about}, by file and line`, () => {
      const { files, problems } = importText(`# first\n\nallow\tops\tpurge\t*\t*\n${row}\n`);
      assert.deepEqual(files, []);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', /^package\.policy:4: /);
      assert.match(problems[0] ?? '', expected);
      assert.doesNotMatch(problems[0] ?? '', /[^ -~]/, 'nothing that a terminal would act on');
    });
  }

  for (const [about, line, expected] of WRONG_GROUPS) {
    it(`refuses a group with ${about}, by file and line`, () => {
      const groups = { name: 'groups', text: `ops cert=ana\n${line}\n` };
      const { files, problems } = importText('allow\tops\tpurge\t*\t*\n', groups);
      assert.deepEqual(files, []);
      assert.match(problems.join('\n'), expected);
      assert.match(problems[0] ?? '', /^groups:2: /);
    });
  }

  it('lists every problem of all files', () => {
    const { problems } = importActionPolicy({
      files: [
        {
          name: 'package.policy',
          text: 'allow\tnobody\t*\t*\t*\ndeny cert=ana\npolicy default deny\npolicy default deny\n',
        },
        { name: 'My-Agent.policy', text: 'allow\tcert=ana\t*\t*\t*\n' },
        { name: 'groups', text: 'web\n' },
      ],
      allowUnconfigured: false,
      agents: [],
    });
    assert.deepEqual(
      problems.map((problem) => problem.split(': ')[0]),
      ['groups:1', 'package.policy:2', 'package.policy:4', 'package.policy:1', 'My-Agent.policy'],
    );
  });

  const late: readonly (readonly [about: string, text: string, isRefused: boolean])[] = [
    [
      'after an allowance that it overlaps',
      'allow\tcert=ana\t*\t*\t*\ndeny\t*\tpurge\t*\t*\nallow\t*\t*\t*\t*\n',
      true,
    ],
    ['after an allowance to its group', 'allow\tops\t*\t*\t*\ndeny\tcert=ana\tpurge\t*\t*\nallow\t*\t*\t*\t*\n', true],
    [
      'after one, before `policy default allow`',
      'policy default allow\nallow\tcert=ana\t*\t*\t*\ndeny\t*\t*\t*\t*\n',
      true,
    ],
    [
      'after an allowance for other callers',
      'allow\tcert=bob\t*\t*\t*\ndeny\tops\t*\t*\t*\nallow\t*\t*\t*\t*\n',
      false,
    ],
    [
      'after an allowance of other actions',
      'allow\t*\tstatus\t*\t*\ndeny\t*\tpurge\t*\t*\nallow\tops\t*\t*\t*\n',
      false,
    ],
    ['after one on other nodes', 'allow\t*\t*\tenv=dev\t*\ndeny\t*\t*\tenv=prod\t*\nallow\tops\t*\t*\t*\n', false],
    ['at the end, where nothing is allowed any more', 'allow\tcert=ana\t*\t*\t*\ndeny\t*\t*\t*\t*\n', false],
  ];
  for (const [about, text, isRefused] of late) {
    it(`${isRefused ? 'refuses' : 'takes'} a denial ${about}`, () => {
      const { problems } = importText(text);
      assert.equal(problems.length, isRefused ? 1 : 0, problems.join());
      if (isRefused)
        assert.match(problems[0] ?? '', /^package\.policy:\d: this denial comes after the allowance of line \d/);
    });
  }

  it('needs something to import', () => {
    const { problems } = importActionPolicy({ files: [GROUPS], allowUnconfigured: true, agents: ['package'] });
    assert.deepEqual(problems, ['there is no file `AGENT.policy`']);
  });
});
