import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { parse } from 'yaml';
import { agentConfigSchema, resolveAgentConfig } from '../../../src/main/agent-config.ts';

const operations = readFileSync('docs/operations.md', 'utf8');
const jobs = readFileSync('docs/jobs.md', 'utf8');
const [, section = ''] = operations.split('## What a node allows\n');
const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(section) ?? [];

const BROKER = { servers: [{ host: 'mq1.example.org', port: 61614 }], login: 'agent', passcode_file: 'broker.pass' };
const readConfig = (sections: object) => v.parse(agentConfigSchema, { broker: BROKER, ...sections });

describe('what docs/operations.md says that a node allows', () => {
  it('is written as agent.yaml takes it', () => {
    const shown = parse(yaml) as Record<string, unknown>;
    assert.ok(Object.keys(shown).length > 5);
    assert.doesNotThrow(() => readConfig(shown));
  });

  it('has each section that opens something', () => {
    const told = [...section.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(told, ['package', 'puppet', 'file', 'shell', 'facter', 'jobs', 'agents']);
    for (const name of told) assert.ok(Object.hasOwn(agentConfigSchema.entries, String(name)), name);
  });
});

describe('docs/jobs.md', () => {
  it('says where jobs are kept, and how many, as the configuration has it', () => {
    const config = resolveAgentConfig({ value: readConfig({ identity: 'atlas01' }), resolvePath: (path) => path });
    const { directory, running, kept } = config.jobs;
    assert.equal(directory, '/var/lib/mco/jobs/atlas01');
    assert.ok(jobs.includes('`/var/lib/mco/jobs/IDENTITY`'));
    assert.match(jobs, new RegExp(`\\| ${running} \\| \`jobs: \\{ running: ${running} \\}\` \\|`));
    assert.match(jobs, new RegExp(`\\| ${kept} \\| \`jobs: \\{ keep: ${kept} \\}\` \\|`));
  });
});
