import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import { NODE_FILES } from './malformed-node-files.ts';
import { messageOf } from './policy-fixtures.ts';

describe('readNodePolicy refuses', () => {
  for (const [title, text, message] of NODE_FILES) {
    it(title, () => {
      assert.equal(
        messageOf(() => readNodePolicy(text, 'n.yaml')),
        `usage/bad-file ${message}`,
      );
    });
  }
});
