import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryCount, queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { leasedRows } from '../../platform/work/leased-rows.ts';
import { shipmentsByIds } from '../shipments.sql.ts';
import type {
  ImportCounts,
  ImportError,
  ImportedRow,
  ImportRow,
  ShipmentImport,
} from './import.ts';

/** An import leased by a process. */
export interface HeldImport {
  readonly id: string;
  readonly leaseToken: string;
  readonly tenant: Tenant;
  readonly dryRun: boolean;
  readonly columns: readonly string[];
}

type ImportKey = Pick<HeldImport, 'id' | 'leaseToken'>;

const IMPORTS = leasedRows<ImportKey>({
  table: 'shipment_imports',
  alias: 'i',
  key: { id: { type: 'uuid', of: ({ id }) => id } },
  until: 'due_at',
  token: { column: 'lease_token', type: 'bigint', of: ({ leaseToken }) => leaseToken },
});

export interface NewImport {
  readonly id: string;
  readonly tenant: Tenant;
  readonly dryRun: boolean;
  readonly columns: readonly string[];
  readonly ignoredColumns: readonly string[];
  readonly rows: number;
  readonly nowMs: number;
  /** Whether it waits until somebody says what its columns contain. */
  readonly isDraft: boolean;
}

/** A draft is never due. */
export const NEVER = "'infinity'";
/** Maximum of drafts of a tenant; a new one replaces the oldest. */
const DRAFTS_MAX = 5;
/** The position of a draft's header and first rows, before all parts that are registered. */
export const SAMPLE_NR = -1;

/** First key of the two-key advisory locks, so that other uses of the database cannot collide. */
const BEGIN_LOCK_CLASS = 0x5742_0030;

/**
 * Counts a tenant's unfinished imports, drafts not included. Concurrent calls of one tenant wait
 * for each other until their transactions end, because counting and storing must not interleave.
 */
export async function lockOpenImports(
  tx: Queryable,
  { merchantId, mode }: Tenant,
): Promise<number> {
  // A separate statement, because the next one must see rows stored while this one waited.
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [
    BEGIN_LOCK_CLASS,
    `${merchantId} ${mode}`,
  ]);
  const [row] = await queryRows<{ open: number }>(tx, {
    name: 'count_open_shipment_imports',
    text: `select count(*)::int as open from shipment_imports
           where merchant_id = $1 and mode = $2 and finished_at is null and due_at < ${NEVER}`,
    values: [merchantId, mode],
  });
  return row?.open ?? 0;
}

/**
 * Stores a file.
 *
 * @param parts rows of the file, each sealed separately.
 */
export async function insertImport(
  tx: Queryable,
  { tenant, ...file }: NewImport,
  parts: readonly { readonly sealed: Uint8Array; readonly dataKey: Uint8Array }[],
): Promise<void> {
  const { merchantId, mode } = tenant;
  const { id, dryRun, isDraft, columns, ignoredColumns, rows, nowMs } = file;
  await tx.query({
    name: 'insert_shipment_import',
    text: `insert into shipment_imports (id, merchant_id, mode, dry_run, columns, ignored_columns, rows,
             requested_at, due_at)
           values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8 / 1000.0),
                   case when $9 then ${NEVER} else to_timestamp($8 / 1000.0) end)`,
    values: [
      ...[id, merchantId, mode, dryRun, [...columns], [...ignoredColumns], rows, nowMs],
      isDraft,
    ],
  });
  for (const [index, { sealed, dataKey }] of parts.entries()) {
    await tx.query({
      name: 'insert_shipment_import_part',
      text: `insert into shipment_import_parts (import_id, nr, merchant_id, mode, content, data_key)
             values ($1, $2, $3, $4, $5, $6)`,
      values: [id, isDraft ? index + SAMPLE_NR : index, merchantId, mode, sealed, dataKey],
    });
  }
  if (isDraft) {
    await tx.query(
      `delete from shipment_imports where id in (
         select id from shipment_imports where merchant_id = $1 and mode = $2 and due_at = ${NEVER}
         order by requested_at desc, id desc offset $3)`,
      [merchantId, mode, DRAFTS_MAX],
    );
  }
}

/** Wakes the processes that import files. */
export const IMPORTS_CHANNEL = 'waybill_shipment_imports';

/** Wakes the processes that import files, at the commit. */
export async function announceImport(db: Queryable, id: string): Promise<void> {
  await db.query({
    name: 'announce_shipment_import',
    text: 'select pg_notify($1, $2)',
    values: [IMPORTS_CHANNEL, id],
  });
}

/** Returns the tenant's import with the first errors of its file; null if it has no such import. */
export async function findImport(
  tx: Queryable,
  id: string,
  errorsMax: number,
): Promise<ShipmentImport | null> {
  const rows = await queryRows<
    Row<
      'shipment_imports',
      | 'id'
      | 'dryRun'
      | 'ignoredColumns'
      | 'rows'
      | 'created'
      | 'existing'
      | 'rejected'
      | 'requestedAtMs'
      | 'finishedAtMs'
    >
  >(tx, {
    name: 'find_shipment_import',
    text: `select id, dry_run, ignored_columns, rows, created, existing, rejected, requested_at,
                  finished_at
           from shipment_imports where id = $1`,
    values: [id],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const { created, existing, rejected, ...described } = row;
  const reported = (isWarning: boolean) =>
    queryRows<ImportError>(tx, {
      name: 'errors_of_shipment_import',
      text: `select line, reason from shipment_import_errors
             where import_id = $1 and is_warning = $3 order by line limit $2`,
      values: [id, errorsMax, isWarning],
    });
  const errors = await reported(false);
  const warnings = await reported(true);
  const imported = await queryRows<ImportedRow>(tx, {
    name: 'rows_of_shipment_import',
    text: `select line, created, shipment_id from shipment_import_rows
           where import_id = $1 order by line`,
    values: [id],
  });
  const shipments = await shipmentsByIds(tx, [
    ...new Set(imported.map(({ shipmentId }) => shipmentId)),
  ]);
  const byId = new Map(shipments.map((each) => [each.id, each]));
  return {
    ...described,
    counts: { created, existing, rejected },
    errors,
    warnings,
    imported: imported.flatMap((each) => {
      const shipment = byId.get(each.shipmentId);
      if (shipment === undefined) return [];
      const { carrier, trackingNumber } = shipment;
      return [{ ...each, carrier, trackingNumber }];
    }),
  };
}

/**
 * Leases the import that has waited longest.
 *
 * @param except tenants to skip.
 */
export async function leaseImport(
  db: Queryable,
  {
    nowMs,
    untilMs,
    except,
  }: { readonly nowMs: number; readonly untilMs: number; readonly except: readonly Tenant[] },
): Promise<HeldImport | null> {
  const [row] = await IMPORTS.claim<
    Row<'shipment_imports', 'id' | 'leaseToken' | 'merchantId' | 'mode' | 'dryRun' | 'columns'>
  >(db, {
    name: 'lease_shipment_import',
    find: `where i.finished_at is null and i.due_at <= to_timestamp($1 / 1000.0)
             and not exists (select from unnest($3::uuid[], $4::text[]) as e(merchant_id, mode)
                             where e.merchant_id = i.merchant_id and e.mode = i.mode)
           order by i.due_at, i.id limit 1`,
    until: 'to_timestamp($2 / 1000.0)',
    returning: 'i.id, i.lease_token, i.merchant_id, i.mode, i.dry_run, i.columns',
    values: [
      ...[nowMs, untilMs, except.map(({ merchantId }) => merchantId)],
      except.map(({ mode }) => mode),
    ],
  });
  if (row === undefined) return null;
  const { merchantId, mode, ...held } = row;
  return { ...held, tenant: { merchantId, mode } };
}

/** A part of an import whose rows are not registered yet. */
export interface ImportPart {
  readonly nr: number;
  readonly rows: readonly ImportRow[];
}

/**
 * Returns the first part still to be processed after this index (-1: from the start); null if none
 * is left.
 */
export async function nextPart(
  db: Queryable,
  sealer: EnvelopeSealer,
  importId: string,
  behindNr: number,
): Promise<ImportPart | null> {
  const rows = await queryRows<Row<'shipment_import_parts', 'nr' | 'content' | 'dataKey'>>(db, {
    name: 'next_shipment_import_part',
    text: `select nr, content, data_key from shipment_import_parts
           where import_id = $1 and nr > $2 order by nr limit 1`,
    values: [importId, behindNr],
  });
  const [row] = rows;
  return row === undefined
    ? null
    : { nr: row.nr, rows: openPart(sealer, { sealed: row.content, dataKey: row.dataKey }) };
}

export function openPart(
  sealer: EnvelopeSealer,
  { sealed, dataKey }: { readonly sealed: Uint8Array; readonly dataKey: Uint8Array },
): readonly ImportRow[] {
  return JSON.parse(Buffer.from(sealer.open(sealed, dataKey)).toString('utf8'));
}

/** Thrown when another process holds the import now. */
export class ImportLeaseLost extends Error {
  override readonly name = 'ImportLeaseLost';
}

/** Records the results of a part and removes it. Throws `ImportLeaseLost`. */
export async function settlePart(
  tx: Queryable,
  held: HeldImport,
  index: number,
  {
    counts,
    errors,
    warnings,
    imported,
    untilMs,
  }: {
    readonly counts: ImportCounts;
    readonly errors: readonly ImportError[];
    readonly warnings: readonly ImportError[];
    /** The rows that the report lists. */
    readonly imported: readonly ImportedRow[];
    readonly untilMs: number;
  },
): Promise<void> {
  const renewedRows = await IMPORTS.change(tx, [held], {
    name: 'settle_shipment_import_part',
    set: `created = i.created + given.created, existing = i.existing + given.existing,
          rejected = i.rejected + given.rejected, due_at = to_timestamp(given.until_ms / 1000.0)`,
    given: {
      created: { type: 'int', of: () => counts.created },
      existing: { type: 'int', of: () => counts.existing },
      rejected: { type: 'int', of: () => counts.rejected },
      until_ms: { type: 'float8', of: () => untilMs },
    },
  });
  if (renewedRows.length === 0) throw new ImportLeaseLost(`import ${held.id} is somebody else's`);
  await tx.query({
    name: 'insert_shipment_import_errors',
    text: `insert into shipment_import_errors (import_id, merchant_id, mode, line, reason, is_warning)
           select $1, $2, $3, e.line, e.reason, e.nr > $6
           from unnest($4::int[], $5::text[]) with ordinality as e(line, reason, nr)`,
    values: [
      held.id,
      held.tenant.merchantId,
      held.tenant.mode,
      [...errors, ...warnings].map(({ line }) => line),
      [...errors, ...warnings].map(({ reason }) => reason),
      errors.length,
    ],
  });
  if (imported.length > 0) {
    await tx.query({
      name: 'insert_shipment_import_rows',
      text: `insert into shipment_import_rows (import_id, merchant_id, mode, line, shipment_id, created)
             select $1, $2, $3, r.line, r.shipment_id, r.created
             from unnest($4::int[], $5::uuid[], $6::bool[]) as r(line, shipment_id, created)
             on conflict do nothing`,
      values: [
        held.id,
        held.tenant.merchantId,
        held.tenant.mode,
        imported.map(({ line }) => line),
        imported.map(({ shipmentId }) => shipmentId),
        imported.map(({ created }) => created),
      ],
    });
  }
  await tx.query({
    name: 'delete_shipment_import_part',
    text: 'delete from shipment_import_parts where import_id = $1 and nr = $2',
    values: [held.id, index],
  });
}

/**
 * Records the names in rows of a dry run, so that repeats are detected in later parts.
 *
 * @param names hashes with the installation's key, so that unregistered numbers cannot be read
 * here.
 * @returns how many of them no earlier row has.
 */
export function noteRehearsed(
  tx: Queryable,
  { id, tenant: { merchantId, mode } }: HeldImport,
  names: readonly Uint8Array[],
): Promise<number> {
  return queryCount(tx, {
    name: 'insert_shipment_import_names',
    text: `insert into shipment_import_names (import_id, merchant_id, mode, name)
           select $1, $2, $3, n.name from unnest($4::bytea[]) as n(name)
           on conflict do nothing`,
    values: [id, merchantId, mode, names],
  });
}

/** Marks an import as finished, and deletes the names of a dry run. Requires a transaction. */
export async function finishImport(tx: Queryable, held: HeldImport, nowMs: number): Promise<void> {
  const renewedRows = await IMPORTS.change(tx, [held], {
    name: 'finish_shipment_import',
    set: 'finished_at = to_timestamp(given.now_ms / 1000.0)',
    given: { now_ms: { type: 'float8', of: () => nowMs } },
  });
  if (renewedRows.length === 0 || !held.dryRun) return;
  await tx.query({
    name: 'delete_shipment_import_names',
    text: 'delete from shipment_import_names where import_id = $1',
    values: [held.id],
  });
}

/** Releases the import, so that another process can continue at once. */
export async function releaseImport(db: Queryable, held: HeldImport, nowMs: number): Promise<void> {
  await IMPORTS.extend(db, [held], nowMs);
}

/**
 * Removes the reports of at most `limit` imports that ended before `beforeMs`, and drafts that were
 * abandoned before `draftsBeforeMs`; returns how many.
 */
export function dropImportsBefore(
  db: Queryable,
  { beforeMs, draftsBeforeMs }: { readonly beforeMs: number; readonly draftsBeforeMs: number },
  limit: number,
): Promise<number> {
  return queryCount(db, {
    name: 'drop_shipment_imports_before',
    text: `delete from shipment_imports where id in (
             select id from shipment_imports
             where finished_at < to_timestamp($1 / 1000.0)
                or due_at = ${NEVER} and requested_at < to_timestamp($3 / 1000.0)
             order by finished_at limit $2)`,
    values: [beforeMs, limit, draftsBeforeMs],
  });
}
