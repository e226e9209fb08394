import type { Mode } from '../../kernel/tenant.ts';
import type { RandomBytes } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryCount, queryRows, type Row } from '../../platform/database/query-rows.ts';
import { type Keyring, open, seal } from '../../platform/sealing/sealing.ts';

/** Kinds of scanners. `device`: the scanning device. `employee`: its user. */
export const SCANNER_KINDS = ['device', 'employee'] as const;
export type ScannerKind = (typeof SCANNER_KINDS)[number];

/** A scanner with its sealed name. */
interface ScannerRow extends Row<'scanners', 'id' | 'name' | 'clockMeasuredAtMs' | 'facilityCode'> {
  readonly kind: ScannerKind;
  readonly clockOffsetMs: number | null;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly scans: number;
  readonly rejected: number;
}

/** What was observed of one scanner since it was last written. */
export interface ScannerFigures {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly kind: ScannerKind;
  readonly nameHash: Uint8Array;
  /** The sealed name; it is stored only if the scanner is new. */
  readonly name: Uint8Array;
  readonly clockOffsetMs: number | null;
  readonly facilityCode: string | null;
  readonly atMs: number;
  readonly scans: number;
  readonly rejected: number;
}

/** Returns the context to which a scanner's name is bound, so that it opens in its own row only. */
export function scannerBoundTo(id: string): string {
  return `scanner ${id} name`;
}

export const SCANNER_KEY_BOUND_TO = 'scanner key';
const KEY_BYTES = 32;

/**
 * Returns the key by which devices and employees are recognised; it is created at the first
 * request.
 */
export async function scannerKey(
  db: Queryable,
  keyring: Keyring,
  random: RandomBytes,
): Promise<Uint8Array> {
  const made = seal(keyring, random(KEY_BYTES), SCANNER_KEY_BOUND_TO);
  await db.query(
    `insert into scanner_keys (id, key) values ('scanners', $1) on conflict (id) do nothing`,
    [made],
  );
  const rows = await queryRows<{ key: Buffer }>(db, 'select key from scanner_keys');
  const [row] = rows;
  if (row === undefined) throw new Error('there is no key for scanners');
  return open(keyring, row.key, SCANNER_KEY_BOUND_TO);
}

/**
 * Adds observations, in the common lock order of the hashes, so that two processes with the same
 * devices wait for each other instead of deadlocking.
 */
export async function addScannerFigures(
  db: Queryable,
  observed: readonly ScannerFigures[],
): Promise<void> {
  const rows = [...observed].sort((a, b) => Buffer.compare(a.nameHash, b.nameHash));
  await db.query({
    name: 'add_sighted_scanners',
    text: `
      insert into scanners as s (id, merchant_id, mode, kind, name_hash, name, clock_offset_ms,
        clock_measured_at, facility_code, first_seen_at, last_seen_at, scans, rejected)
      select id, merchant_id, mode, kind, decode(name_hash, 'hex'), decode(name, 'hex'), offset_ms,
        case when offset_ms is not null then at end, facility_code, at, at, scans, rejected
      from (select r.*, to_timestamp(at_ms / 1000.0) as at
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                        $7::bigint[], $8::text[], $9::float8[], $10::int[], $11::int[])
              as r(id, merchant_id, mode, kind, name_hash, name, offset_ms, facility_code, at_ms,
                   scans, rejected)) as seen
      on conflict (merchant_id, mode, kind, name_hash) do update set
        clock_offset_ms = coalesce(excluded.clock_offset_ms, s.clock_offset_ms),
        clock_measured_at = coalesce(excluded.clock_measured_at, s.clock_measured_at),
        facility_code = coalesce(excluded.facility_code, s.facility_code),
        last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at),
        scans = s.scans + excluded.scans,
        rejected = s.rejected + excluded.rejected`,
    values: [
      rows.map((row) => row.id),
      rows.map((row) => row.merchantId),
      rows.map((row) => row.mode),
      rows.map((row) => row.kind),
      rows.map((row) => Buffer.from(row.nameHash).toString('hex')),
      rows.map((row) => Buffer.from(row.name).toString('hex')),
      rows.map((row) => row.clockOffsetMs),
      rows.map((row) => row.facilityCode),
      rows.map((row) => row.atMs),
      rows.map((row) => row.scans),
      rows.map((row) => row.rejected),
    ],
  });
}

const COLUMNS = `id, kind, name, clock_offset_ms::float8 as clock_offset_ms, clock_measured_at,
  facility_code, first_seen_at as first_seen, last_seen_at as last_seen, scans::float8 as scans,
  rejected::float8 as rejected`;

/** Returns the scanners that the current role may see, ordered by id. */
export async function visibleScanners(
  db: Queryable,
  kind: ScannerKind | null,
  afterId: string | null,
  limit: number,
): Promise<ScannerRow[]> {
  return queryRows<ScannerRow>(
    db,
    `select ${COLUMNS} from scanners
     where ($1::text is null or kind = $1) and ($2::uuid is null or id > $2)
     order by id limit $3`,
    [kind, afterId, limit],
  );
}

/** Deletes a scanner. False when the current role sees none with that id. */
export function deleteScanner(db: Queryable, id: string): Promise<boolean> {
  return queryAny(db, 'delete from scanners where id = $1', [id]);
}

/** Removes at most `limit` scanners that were seen last before `beforeMs`; returns how many. */
export function dropScannersBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from scanners where id in (
       select id from scanners where last_seen_at < to_timestamp($1 / 1000.0)
       order by last_seen_at limit $2)`,
    [beforeMs, limit],
  );
}
