import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/** Rows as PostgreSQL writes them in JSON, by table. */
export type ParcelRows = Readonly<Record<string, readonly StoredRow[]>>;
export type StoredRow = Readonly<Record<string, unknown>>;

/**
 * The tables that are archived with a parcel, the shipment's row first. Derived data (the public
 * answer, dates, places) and data with a retention period of their own (messages, webhooks, cases,
 * files) are left out.
 */
const TABLES = [
  ['shipments', 'id'],
  ['facts', 'shipment_id'],
  ['observations', 'shipment_id'],
  ['snapshots', 'shipment_id'],
  ['pulls', 'shipment_id'],
  ['links', 'shipment_id'],
  ['pieces', 'shipment_id'],
  ['command_attempts', 'shipment_id'],
] as const;

/**
 * Columns that are left out: their keys would not be rotated in a file. The shipment's personal
 * data are opened and archived separately.
 */
const SEALED = ['personal', 'people_hashes', 'note', 'data_key'];

/** Returns all rows of these shipments, grouped by shipment. */
export async function rowsOfParcels(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, ParcelRows>> {
  const parcels = new Map<string, Record<string, StoredRow[]>>(
    shipmentIds.map((id) => [id, Object.fromEntries(TABLES.map(([table]) => [table, []]))]),
  );
  for (const [table, owner] of TABLES) {
    const rows = await queryRows<{ owner: string; stored: StoredRow }>(
      db,
      `select ${owner} as owner, to_jsonb(t) - $2::text[] as stored from ${table} t
       where ${owner} = any($1::uuid[])`,
      [shipmentIds, SEALED],
    );
    for (const { owner: id, stored } of rows) parcels.get(id)?.[table]?.push(stored);
  }
  return parcels;
}

/** Inserts a parcel's rows again. Columns that were added since then get their defaults. */
export async function insertRows(tx: Queryable, parcel: ParcelRows): Promise<void> {
  for (const [table] of TABLES) {
    const stored = parcel[table] ?? [];
    const [first] = stored;
    if (first === undefined) continue;
    const columns = await columnsOf(tx, table, Object.keys(first));
    await tx.query(
      `insert into ${table} (${columns})
       select ${columns} from jsonb_populate_recordset(null::${table}, $1)`,
      [JSON.stringify(stored)],
    );
  }
}

/** Returns those of the given columns that the table still has, quoted. */
async function columnsOf(tx: Queryable, table: string, names: readonly string[]): Promise<string> {
  const rows = await queryRows<{ columns: string }>(
    tx,
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attname = any($2)`,
    [table, names],
  );
  return rows[0]?.columns ?? '';
}

/** Removes what is left of a deleted shipment, so that it can be restored under its id. */
export async function dropLeft(tx: Queryable, shipmentId: string): Promise<void> {
  await tx.query('delete from shipments where id = $1 and deleted_at is not null', [shipmentId]);
  await tx.query('delete from erasures where subject_id = $1', [shipmentId]);
}
