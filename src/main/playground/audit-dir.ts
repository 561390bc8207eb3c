import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the playground's audit logs stay: `.mcobot/playground` here, or a temporary folder where this one is read-only. */
export function findAuditDir(): string {
  const dir = join(process.cwd(), '.mcobot', 'playground');
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.W_OK);
    return dir;
  } catch {
    return mkdtempSync(join(tmpdir(), 'mcobot-audit-'));
  }
}
