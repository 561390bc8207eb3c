import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createApprovalScene } from '../approval/approval-scene.ts';

describe('a run that waits for approval, shown', () => {
  it('is told with its list, arguments, digest, approvers and end, to whoever may ask', async () => {
    const scene = await createApprovalScene({ rule: { count: 2 } });
    const { id, approval } = await scene.park();
    await scene.tell('bob', `approve ${id.slice(-4)}`);
    const shown = await scene.tell('eve', `show ${id.slice(-4)}`);
    const until = new Date(approval?.expiresAt ?? 0).toISOString().slice(0, 16).replace('T', ' ');
    for (const part of [
      `AWAITING APPROVAL: run ${id.slice(-4)}, package.update on 2 nodes`,
      '@ana asked for: package update nginx',
      `needs 2 of leads, not @ana, until ${until} UTC`,
      'approved by @bob',
      'package = nginx',
      'web1   web2',
      `digest of all this: ${approval?.digest}`,
      'wanted by roles.yaml:14',
      `approve ${id.slice(-4)} ${approval?.digest.slice(0, 6)}`,
    ]) {
      assert.ok(shown.replaceAll('`', '').includes(part), `${part} in ${shown}`);
    }
  });

  it('is a run like any other when it is over', async () => {
    const scene = await createApprovalScene();
    const { id } = await scene.park();
    await scene.tell('raj', `reject ${id.slice(-4)}`);
    assert.doesNotMatch(await scene.tell('ana', `show ${id.slice(-4)}`), /AWAITING/);
  });
});
