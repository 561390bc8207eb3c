import type { AuditRecord } from '../../src/core/audit.ts';
import { McoError } from '../../src/core/errors.ts';
import type { AuditLog } from '../../src/core/ports.ts';

/** An audit log in memory, which can be full. */
export interface FakeAudit extends AuditLog {
  readonly records: AuditRecord[];
  isFull: boolean;
}

export function createFakeAudit(): FakeAudit {
  const records: AuditRecord[] = [];
  return {
    records,
    isFull: false,
    async append(record) {
      if (this.isFull) throw new McoError('failed/audit', 'the audit log can not be written: no space left');
      records.push(record);
    },
  };
}
