import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { MerchantFolders } from '../drops/drop-place.ts';
import {
  type ReadRecord,
  type RecordFault,
  readRecord,
  type SentRecord,
  UNKNOWN_MERCHANT,
} from './read-record.ts';

/** A rejected part, for a person to inspect. */
export interface RefusedRow {
  readonly record: SentRecord;
  /** The rejected part of the record, as JSON unless it is the whole record. */
  readonly value: string;
  readonly fault: RecordFault;
}

export interface RecordIntakeDeps {
  readonly merchants: MerchantFolders;
  /** Maximum rows in one record, and in one batch. */
  readonly rowsMax: number;
  /**
   * Stores a tenant's rows. Resolves with the fault of each (null: none) when the source need not
   * store them any more. Rejects if they must be sent again.
   */
  readonly take: (
    tenant: Tenant,
    rows: readonly unknown[],
  ) => Promise<readonly (RecordFault | null)[]>;
  /** Stores the rejected rows. Rejects if that must be tried again. */
  readonly refuse: (rows: readonly RefusedRow[]) => Promise<void>;
}

interface Row {
  readonly record: SentRecord;
  readonly row: unknown;
  readonly alone: boolean;
}

/**
 * Returns the function that handles records in their order, consecutive ones of one tenant
 * together. It resolves when each was accepted or rejected. When it rejects, all must be delivered
 * again; rows that were accepted already are recognised then.
 */
export function createRecordIntake(
  deps: RecordIntakeDeps,
): (records: readonly SentRecord[]) => Promise<void> {
  const { merchants, rowsMax } = deps;

  async function tenantOf(read: Exclude<ReadRecord, { fault: unknown }>): Promise<Tenant | null> {
    const { merchant, mode } = read;
    if (isUuid(merchant)) {
      const tenant = { merchantId: merchant.toLowerCase(), mode };
      return (await merchants.folderOf(tenant)) === null ? null : tenant;
    }
    const merchantId = await merchants.idOf(merchant);
    return merchantId === null ? null : { merchantId, mode };
  }

  return async (records) => {
    const refused: RefusedRow[] = [];
    let tenant: Tenant | null = null;
    let rows: Row[] = [];
    const takeRows = async () => {
      if (tenant !== null && rows.length > 0) {
        refused.push(...(await takeAndReturnRefused(deps, tenant, rows)));
      }
      rows = [];
    };
    for (const record of records) {
      const read = readRecord(record, rowsMax);
      const sender = 'fault' in read ? null : await tenantOf(read);
      if ('fault' in read || sender === null) {
        const fault = 'fault' in read ? read.fault : UNKNOWN_MERCHANT;
        refused.push({ record, value: record.value ?? '', fault });
        continue;
      }
      const isOther = tenant?.merchantId !== sender.merchantId || tenant.mode !== sender.mode;
      if (isOther || rows.length + read.rows.length > rowsMax) await takeRows();
      tenant = sender;
      const alone = read.rows.length === 1;
      rows.push(...read.rows.map((row) => ({ record, row, alone })));
    }
    await takeRows();
    if (refused.length > 0) await deps.refuse(refused);
  };
}

/** Passes a tenant's rows to `take`; returns those that it refused. */
async function takeAndReturnRefused(
  { take }: RecordIntakeDeps,
  tenant: Tenant,
  rows: readonly Row[],
): Promise<RefusedRow[]> {
  const faults = await take(
    tenant,
    rows.map(({ row }) => row),
  );
  return rows.flatMap(({ record, row, alone }, index) => {
    const fault = faults[index] ?? null;
    if (fault === null) return [];
    return [{ record, value: alone ? (record.value ?? '') : JSON.stringify(row), fault }];
  });
}
