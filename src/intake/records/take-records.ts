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

/** What was refused, to be put where somebody looks at it. */
export interface RefusedRow {
  readonly record: SentRecord;
  /** What of the record, as JSON where it was a part of it. */
  readonly value: string;
  readonly fault: RecordFault;
}

export interface RecordIntakeDeps {
  readonly merchants: MerchantFolders;
  /** Most in one record, and taken at once. */
  readonly rowsMax: number;
  /**
   * Takes what a tenant sent; resolves when it may be forgotten where it came from, with what is wrong
   * with each (null: nothing). Rejects if it is to be sent again.
   */
  readonly take: (
    tenant: Tenant,
    rows: readonly unknown[],
  ) => Promise<readonly (RecordFault | null)[]>;
  /** Keeps what was refused; rejects if that has to be tried again. */
  readonly refuse: (rows: readonly RefusedRow[]) => Promise<void>;
}

interface Row {
  readonly record: SentRecord;
  readonly row: unknown;
  readonly alone: boolean;
}

/**
 * Takes records in their order: those of one tenant that follow one another together. Resolves when each
 * was taken or refused; when it rejects, all are to be handed over again, and what was taken already is
 * known by then.
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
        refused.push(...(await refusedOf(deps, tenant, rows)));
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

async function refusedOf(
  { take }: RecordIntakeDeps,
  tenant: Tenant,
  rows: readonly Row[],
): Promise<RefusedRow[]> {
  const faults = await take(
    tenant,
    rows.map(({ row }) => row),
  );
  return rows.flatMap(({ record, row, alone }, nr) => {
    const fault = faults[nr] ?? null;
    if (fault === null) return [];
    return [{ record, value: alone ? (record.value ?? '') : JSON.stringify(row), fault }];
  });
}
