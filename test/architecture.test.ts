import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { checkImports, checkRegistries, findCycles, findEmptyFolders } from './architecture/import-rules.ts';
import { readImports } from './architecture/read-imports.ts';
import { createSourceFile, findSourceFiles } from './architecture/source-file.ts';
import { checkExports, checkLengths, checkNames } from './architecture/style-rules.ts';

const NONE: string[] = [];

describe('the project', () => {
  const files = findSourceFiles(['src', 'commands', 'agent', 'test', 'bench']);

  it('has files in every folder of the table', () => assert.deepEqual(findEmptyFolders(files), NONE));
  it('imports only what the table allows', () => assert.deepEqual(checkImports(files), NONE));
  it('has no import cycles', () => assert.deepEqual(findCycles(files), NONE));
  it('lists every command and plugin in its index', () => assert.deepEqual(checkRegistries(files), NONE));
  it('names files in kebab-case and by what they hold', () => assert.deepEqual(checkNames(files), NONE));
  it('keeps files short', () => assert.deepEqual(checkLengths(files), NONE));
  it('has named exports only', () => assert.deepEqual(checkExports(files), NONE));

  it('locks every optional package, so that `npm ci` takes the lock file on every system', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    assert.ok(wanted.length > 0);
    assert.deepEqual(
      wanted.filter((name) => packages[`node_modules/${name}`] === undefined),
      NONE,
    );
  });
});

/** The imports of one planted file that are refused. */
function plant(path: string, ...lines: string[]): string[] {
  return checkImports([createSourceFile(path, lines.join('\n'))]);
}

describe('the import table', () => {
  const forbidden: [path: string, specifier: string][] = [
    ['src/core/a.ts', '../policy/b.ts'],
    ['src/core/a.ts', 'node:fs'],
    ['src/core/a.ts', 'stompit'],
    ['src/language/a.ts', '../policy/b.ts'],
    ['src/language/a.ts', 'yaml'],
    ['src/policy/a.ts', '../render/b.ts'],
    ['src/policy/a.ts', 'node:crypto'],
    ['src/render/a.ts', '../bot/b.ts'],
    ['src/render/a.ts', 'sshpk'],
    ['src/bot/a.ts', '../adapters/ssh/b.ts'],
    ['src/bot/a.ts', 'yaml'],
    ['src/bot/a.ts', 'node:timers'],
    ['src/bot/a.ts', 'timers'],
    ['src/bot/a.ts', '../main/b.ts'],
    ['src/bot/a.ts', '../../agent/b.ts'],
    ['agent/a.ts', './plugins/service/b.ts'],
    ['agent/a.ts', '../src/bot/b.ts'],
    ['agent/a.ts', 'valibot'],
    ['agent/a.ts', 'node:os'],
    ['agent/plugins/package/a.ts', '../service/b.ts'],
    ['agent/plugins/package/a.ts', '../../b.ts'],
    ['agent/plugins/package/a.ts', '../index.ts'],
    ['agent/plugins/package/a.ts', 'node:fs/promises'],
    ['agent/plugins/index.ts', '../b.ts'],
    ['commands/a.ts', './b.ts'],
    ['commands/a.ts', '../src/bot/b.ts'],
    ['commands/index.ts', '../src/language/b.ts'],
    ['src/adapters/ssh/a.ts', '../stomp/b.ts'],
    ['src/adapters/ssh/a.ts', '../../bot/b.ts'],
    ['src/adapters/ssh/a.ts', 'node:child_process'],
    ['src/adapters/ssh/a.ts', 'child_process'],
    ['src/main/a.ts', 'node:child_process'],
    ['src/main/a.ts', 'node:cluster'],
    ['src/main/a.ts', '../../test/b.ts'],
    ['src/main/a.ts', '/etc/b.ts'],
    ['src/main/a.ts', 'file:///etc/b.ts'],
  ];
  for (const [path, specifier] of forbidden) {
    it(`refuses ${specifier} in ${path}`, () => {
      assert.equal(plant(path, `import { b } from '${specifier}';`).length, 1);
      assert.equal(plant(path, `import type { B } from '${specifier}';`).length, 1);
      assert.equal(plant(path, `const b = await import('${specifier}');`).length, 1);
    });
  }

  const allowed: [path: string, specifier: string][] = [
    ['src/core/a.ts', './b.ts'],
    ['src/core/a.ts', 'valibot'],
    ['src/language/a.ts', 'yargs-parser'],
    ['src/policy/a.ts', 'yaml'],
    ['src/bot/a.ts', '../render/b.ts'],
    ['src/bot/a.ts', '../language/b.ts'],
    ['agent/a.ts', '../src/policy/b.ts'],
    ['agent/plugins/package/a.ts', './b.ts'],
    ['agent/plugins/package/a.ts', '../../../src/core/b.ts'],
    ['agent/plugins/index.ts', './package/b.ts'],
    ['commands/a.ts', '../src/core/b.ts'],
    ['commands/index.ts', './a.ts'],
    ['src/adapters/exec/a.ts', 'node:child_process'],
    ['src/adapters/stomp/a.ts', 'stompit'],
    ['src/main/a.ts', '../adapters/stomp/b.ts'],
    ['test/e2e/a.test.ts', '../../src/main/b.ts'],
  ];
  for (const [path, specifier] of allowed) {
    it(`allows ${specifier} in ${path}`, () =>
      assert.deepEqual(plant(path, `import { b } from '${specifier}';`), NONE));
  }

  it('refuses what it has no rule for', () => {
    assert.equal(plant('src/shared/a.ts', '').length, 1);
    assert.equal(plant('src/adapters/a.ts', '').length, 1);
    assert.equal(plant('src/core/a.ts', 'const b = await import(name);').length, 1);
    assert.equal(plant('src/main/a.ts', 'const load = createRequire(import.meta.url);').length, 1);
    assert.equal(plant('src/core/a.ts', "process.getBuiltinModule('fs');").length, 1);
  });
});

describe('the other rules', () => {
  const file = (path: string, text = '') => createSourceFile(path, text);

  it('find an import cycle, also through types', () => {
    const one = file('src/core/a.ts', "import { b } from './b.ts';");
    const two = file('src/core/b.ts', "import type { A } from './c.ts';");
    const three = file('src/core/c.ts', "export * from './a.ts';");
    assert.deepEqual(findCycles([one, two]), NONE);
    assert.deepEqual(findCycles([one, two, three]), [
      'src/core/a.ts -> src/core/b.ts -> src/core/c.ts -> src/core/a.ts',
    ]);
  });

  it('find a command and a plugin that no index lists, and an index that is missing', () => {
    const commands = [file('commands/index.ts', "import { a } from './a.ts';"), file('commands/a.ts')];
    const plugins = [file('agent/plugins/index.ts', "import { b } from './b/b.ts';"), file('agent/plugins/b/b.ts')];
    assert.deepEqual(checkRegistries([...commands, ...plugins]), NONE);
    assert.equal(checkRegistries([...commands, ...plugins, file('commands/c.ts')]).length, 1);
    assert.equal(checkRegistries([...commands, ...plugins, file('agent/plugins/d/d.ts')]).length, 1);
    assert.equal(checkRegistries(commands).length, 1);
  });

  it('find folders without files', () => {
    assert.ok(findEmptyFolders([]).length > 5);
    const empty = findEmptyFolders([file('src/core/a.ts'), file('agent/plugins/index.ts')]);
    assert.ok(empty.includes('agent/ holds no source file'));
    assert.ok(!empty.includes('agent/plugins/ holds no source file'));
    assert.ok(!empty.includes('src/core/ holds no source file'));
  });

  it('find names that are not kebab-case or say nothing', () => {
    assert.deepEqual(checkNames([file('src/core/match-filter.ts'), file('test/unit/a.test.ts')]), NONE);
    for (const path of [
      'src/core/matchFilter.ts',
      'src/Core/a.ts',
      'src/core/string-utils.ts',
      'src/core/helpers/a.ts',
    ]) {
      assert.equal(checkNames([file(path)]).length, 1, path);
    }
    assert.equal(checkNames([file('src/core/a.ts', 'class ClockImpl {}')]).length, 1);
    assert.equal(checkNames([file('src/core/a.ts', 'interface IClock {}')]).length, 1);
    assert.deepEqual(checkNames([file('src/core/a.ts', 'interface IPv4 {} // class ClockImpl {}')]), NONE);
  });

  it('find files that are too long', () => {
    const lines = (count: number) => 'a;\n'.repeat(count);
    assert.deepEqual(checkLengths([file('src/core/a.ts', lines(250)), file('test/a.test.ts', lines(400))]), NONE);
    assert.equal(checkLengths([file('src/core/a.ts', lines(251)), file('test/a.test.ts', lines(401))]).length, 2);
  });

  it('find default exports', () => {
    assert.deepEqual(checkExports([file('src/core/a.ts', "export { a } from './b.ts';\nexport const b = 1;")]), NONE);
    for (const text of ['export default 1;', 'export { a as default };', 'export = a;']) {
      assert.equal(checkExports([file('src/core/a.ts', text)]).length, 1, text);
    }
  });
});

describe('reading imports', () => {
  const read = (source: string) => readImports(source).map(({ specifier }) => specifier);

  it('finds every form', () => {
    assert.deepEqual(read("import './a.ts';\nimport * as b from \"./b.ts\";\nimport c, { type D } from './c.ts';"), [
      './a.ts',
      './b.ts',
      './c.ts',
    ]);
    assert.deepEqual(read("import {\n  a,\n  // b,\n  from,\n} from './a.ts'"), ['./a.ts']);
    assert.deepEqual(read("export * from './a.ts'; export * as b from './b.ts'; export type { C } from './c.ts';"), [
      './a.ts',
      './b.ts',
      './c.ts',
    ]);
    assert.deepEqual(read("let a: import('./a.ts').A; const b = require('./b.ts'); await import(`./c.ts`);"), [
      './a.ts',
      './b.ts',
      './c.ts',
    ]);
  });

  it('is not misled by comments, strings, templates and regular expressions', () => {
    assert.deepEqual(read("// import './a.ts'\n/* import './a.ts' */ const a = 'import \"./a.ts\"';"), []);
    assert.deepEqual(read('const a = `import "./a.ts" ${b({ c: `${d}` })} import "./b.ts"`; import "./e.ts";'), [
      './e.ts',
    ]);
    assert.deepEqual(read("const a = /['\"`]/; import './b.ts'; const c = d / e; import './f.ts'; // `"), [
      './b.ts',
      './f.ts',
    ]);
    assert.deepEqual(read('a.import("./b.ts"); import.meta.url; const c = { import: 1, export: 2 };'), []);
    assert.deepEqual(read("await import(`./${name}.ts`); await import('./a' + b);"), [undefined, undefined]);
  });

  it('looks into the code within templates', () => {
    assert.deepEqual(read('const a = `${b({ c: 1 }, await import("./a.ts"))} import "./b.ts"`;'), ['./a.ts']);
  });

  it('tells the line', () => {
    assert.deepEqual(readImports("/*\n\n*/\nconst a = `\n`;\nimport './b.ts';"), [{ specifier: './b.ts', line: 6 }]);
  });
});
