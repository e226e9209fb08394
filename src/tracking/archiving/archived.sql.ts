import { createHash } from 'node:crypto';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import {
  queryAny,
  queryColumn,
  queryCount,
  queryRow,
  queryRows,
  queryValue,
} from '../../platform/database/query-rows.ts';

/** A parcel in the archive. */
export interface Archived extends Tenant {
  /** The parcel's name in its file. */
  readonly id: string;
  readonly shipmentId: string;
  readonly carrier: string;
  /** The sequence of its last event. */
  readonly sequence: number;
  readonly file: string;
  readonly dataKey: Uint8Array;
}

/** A parcel to be recorded as archived. */
export interface NewArchived extends Archived {
  readonly trackingNumber: string;
}

/** Returns the hash that replaces the number in what remains of a deleted shipment. */
export function numberHash(carrier: string, trackingNumber: string): string {
  return `#${createHash('sha256').update(`${carrier} ${trackingNumber}`).digest('hex')}`;
}

const COLUMNS = 'id, shipment_id, merchant_id, mode, carrier, sequence, file, data_key';

/** Records a stored file and the parcels in it. */
export async function insertArchived(
  tx: Queryable,
  file: { readonly key: string; readonly atMs: number; readonly sizeBytes: number },
  parcels: readonly NewArchived[],
): Promise<void> {
  await tx.query(
    `insert into archive_files (key, made_at, parcels, size_bytes)
     values ($1, to_timestamp($2 / 1000.0), $3, $4)`,
    [file.key, file.atMs, parcels.length, file.sizeBytes],
  );
  await tx.query(
    `insert into archived_parcels (id, shipment_id, merchant_id, mode, carrier, number_hash,
       sequence, file, data_key)
     select id, shipment_id, merchant_id, mode, carrier, hash, nr, $8, decode(key, 'hex')
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[],
       $9::text[]) as p(id, shipment_id, merchant_id, mode, carrier, hash, nr, key)`,
    [
      parcels.map(({ id }) => id),
      parcels.map(({ shipmentId }) => shipmentId),
      parcels.map(({ merchantId }) => merchantId),
      parcels.map(({ mode }) => mode),
      parcels.map(({ carrier }) => carrier),
      parcels.map(({ carrier, trackingNumber }) => numberHash(carrier, trackingNumber)),
      parcels.map(({ sequence }) => sequence),
      file.key,
      parcels.map(({ dataKey }) => Buffer.from(dataKey).toString('hex')),
    ],
  );
}

/** The archived parcels of these numbers; for each parcel, the newest version last. */
export async function archivedByNumber(
  db: Queryable,
  hashes: readonly string[],
): Promise<Archived[]> {
  return queryRows<Archived>(
    db,
    `select ${COLUMNS} from archived_parcels
     where number_hash = any($1) and data_key is not null order by sequence, id`,
    [hashes],
  );
}

/** The shipments among these whose current state is archived, each with its last sequence. */
export async function archivedSequences(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await queryRows<{ shipmentId: string; sequence: number }>(
    db,
    `select shipment_id, max(sequence) as sequence from archived_parcels
     where shipment_id = any($1::uuid[]) and data_key is not null group by shipment_id`,
    [shipmentIds],
  );
  return new Map(rows.map((row) => [row.shipmentId, row.sequence]));
}

/** Returns the owner of the archived shipment with this id; null if there is none. */
export async function ownerOfArchived(db: Queryable, shipmentId: string): Promise<Tenant | null> {
  return queryRow<Tenant>(
    db,
    `select merchant_id, mode from archived_parcels
     where shipment_id = $1 and data_key is not null limit 1`,
    [shipmentId],
  );
}

/**
 * Returns whether the archived parcel can still be opened, and locks it so that it stays so until
 * the transaction ends.
 */
export function holdArchived(tx: Queryable, id: string): Promise<boolean> {
  return queryAny(
    tx,
    'select from archived_parcels where id = $1 and data_key is not null for share',
    [id],
  );
}

/** Destroys the keys of a shipment's archive rows up to a sequence; returns how many. */
export function eraseArchived(
  tx: Queryable,
  shipmentId: string,
  atMs: number,
  upTo = 2_147_483_647,
): Promise<number> {
  return queryCount(tx, {
    name: 'erase_archived',
    text: `update archived_parcels set data_key = null, erased_at = to_timestamp($2 / 1000.0)
           where shipment_id = $1 and data_key is not null and sequence <= $3`,
    values: [shipmentId, atMs, upTo],
  });
}

export interface ArchiveFile {
  readonly key: string;
  readonly madeAtMs: number;
  /** 0 for a file of couriers' trails. */
  readonly parcels: number;
  readonly trails: number;
  readonly sizeBytes: number;
}

/** The columns of files, with the size as a float because it may exceed an integer. */
const FILE_COLUMNS = 'key, made_at, parcels, trails, size_bytes::float8 as size_bytes';

/** Returns all files of the archive, oldest first, for `waybill archive list`. */
export async function listArchiveFiles(db: Queryable): Promise<ArchiveFile[]> {
  return queryRows<ArchiveFile>(
    db,
    `select ${FILE_COLUMNS} from archive_files order by made_at, key`,
  );
}

/** Returns files with rows that were erased before `beforeMs`. */
export async function filesWithErased(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<ArchiveFile[]> {
  return queryRows<ArchiveFile>(
    db,
    `select ${FILE_COLUMNS} from archive_files f where exists (
       select from archived_parcels a
       where a.file = f.key and a.erased_at < to_timestamp($1 / 1000.0))
     order by made_at, key limit $2`,
    [beforeMs, limit],
  );
}

/** Returns the names of the parcels in a file that are not erased. */
export async function namesInFile(db: Queryable, key: string): Promise<ReadonlySet<string>> {
  return new Set(
    await queryColumn<string>(
      db,
      'select id from archived_parcels where file = $1 and data_key is not null',
      [key],
    ),
  );
}

/**
 * Replaces a file by one with the parcels that are left in it (`names`); `next` is null if none is.
 */
export async function replaceFile(
  tx: Queryable,
  old: ArchiveFile,
  next: ArchiveFile | null,
  names: ReadonlySet<string>,
): Promise<void> {
  if (next !== null) {
    await tx.query(
      `insert into archive_files (key, made_at, parcels, size_bytes)
       values ($1, to_timestamp($2 / 1000.0), $3, $4)`,
      [next.key, next.madeAtMs, next.parcels, next.sizeBytes],
    );
    await tx.query(
      'update archived_parcels set file = $2 where file = $1 and id = any($3::uuid[])',
      [old.key, next.key, [...names]],
    );
  }
  await dropFile(tx, old.key);
}

/** Deletes the rows of a file and of all parcels in it. */
export async function dropFile(tx: Queryable, key: string): Promise<void> {
  await tx.query('delete from archived_parcels where file = $1', [key]);
  await tx.query('delete from archive_files where key = $1', [key]);
}

/** Returns files made before `beforeMs`, the oldest first. */
export async function filesBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<ArchiveFile[]> {
  return queryRows<ArchiveFile>(
    db,
    `select ${FILE_COLUMNS} from archive_files where made_at < to_timestamp($1 / 1000.0)
     order by made_at limit $2`,
    [beforeMs, limit],
  );
}

/** Returns those of these keys that belong to known files. */
export async function knownFiles(
  db: Queryable,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(
    await queryColumn<string>(db, 'select key from archive_files where key = any($1)', [keys]),
  );
}

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
 * Columns that are left out: their keys would not be rotated in a file, and hashes would outlive the
 * people's data. The shipment's personal data are opened and archived separately.
 */
const SEALED = ['personal', 'people_hashes', 'note', 'data_key', 'indexed'];

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
      // Without `returning`, it is a COPY to Citus, which row-level security forbids.
      `insert into ${table} (${columns})
       select ${columns} from jsonb_populate_recordset(null::${table}, $1) returning 1`,
      [JSON.stringify(stored)],
    );
  }
}

/** Returns those of the given columns that the table still has, quoted. */
async function columnsOf(tx: Queryable, table: string, names: readonly string[]): Promise<string> {
  return (
    (await queryValue<string>(
      tx,
      `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attname = any($2)`,
      [table, names],
    )) ?? ''
  );
}

/** Removes what is left of a deleted shipment, so that it can be restored under its id. */
export async function dropLeft(tx: Queryable, shipmentId: string): Promise<void> {
  await tx.query('delete from shipments where id = $1 and deleted_at is not null', [shipmentId]);
  await tx.query('delete from erasures where subject_id = $1', [shipmentId]);
}
