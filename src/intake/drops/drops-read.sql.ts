import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { DropState, HeldDrop } from './drop.ts';

export interface DropRow
  extends Row<
    'drops',
    | 'id'
    | 'merchantId'
    | 'mode'
    | 'place'
    | 'name'
    | 'sameAs'
    | 'facilityCode'
    | 'ignoredColumns'
    | 'problem'
    | 'unreadable'
    | 'filedName'
    | 'startedAtMs'
    | 'finishedAtMs'
  > {
  /** The merchant's slug; empty if the role sees no merchants. */
  readonly merchant: string;
  readonly state: DropState;
  readonly observedAtMs: number;
  readonly sizeBytes: number;
  readonly readBytes: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

const COLUMNS = `d.id, d.merchant_id, d.mode, coalesce(m.slug, '') as merchant, d.place, d.name,
  d.state, d.size_bytes::float8 as size_bytes, d.read_bytes::float8 as read_bytes,
  d.rows::float8 as rows, d.accepted::float8 as accepted, d.duplicates::float8 as duplicates,
  d.rejected::float8 as rejected, d.same_as, d.facility_code, d.ignored_columns, d.problem,
  d.unreadable, d.filed_name, d.last_seen_at as observed_at, d.started_at, d.finished_at`;

/** Returns the drops that the current role may see, newest first. */
export async function dropRows(
  db: Queryable,
  {
    state,
    under = '',
    before,
    limit,
  }: {
    readonly state: DropState | null;
    /** The folder of the files, with `/` at the end; absent: any. */
    readonly under?: string;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<DropRow[]> {
  return queryRows<DropRow>(
    db,
    `select ${COLUMNS} from drops d left join merchants m on m.id = d.merchant_id
     where ($1::text is null or d.state = $1) and ($2::uuid is null or d.id < $2)
       and starts_with(d.name, $4)
     order by d.id desc limit $3`,
    [state, before, limit, under],
  );
}

/** Counts the drops that the current role may see, by state. */
export async function dropCounts(
  db: Queryable,
): Promise<readonly { readonly state: DropState; readonly count: number }[]> {
  return queryRows(db, 'select state, count(*)::int as count from drops group by state');
}

/** Returns a drop; null when the current role sees none with that id. */
export async function dropRow(db: Queryable, id: string): Promise<DropRow | null> {
  return queryRow<DropRow>(
    db,
    `select ${COLUMNS} from drops d left join merchants m on m.id = d.merchant_id where d.id = $1`,
    [id],
  );
}

/** A rejected row, and why. */
export interface RejectedRow {
  readonly line: number;
  readonly reason: string;
  readonly fields: readonly string[];
}

/** Sealed chunks read at once: a few thousand rows. */
const CHUNKS = 8;
/** Limit of a chunk: the rows of a batch are limited, and so is each row. */
const CHUNK_BYTES_MAX = 128 * 1_048_576;

/** Stores the rejected rows of a batch until they are next to the file. */
export async function addRejects(
  tx: Queryable,
  sealer: EnvelopeSealer,
  { id: dropId, tenant }: Pick<HeldDrop, 'id' | 'tenant'>,
  { id, firstRow, rows }: { id: string; firstRow: number; rows: readonly RejectedRow[] },
): Promise<void> {
  if (rows.length === 0) return;
  const { sealed, dataKey } = sealer.seal(deflateRawSync(JSON.stringify(rows), { level: 1 }));
  await tx.query({
    name: 'add_drop_rejects',
    text: `insert into drop_rejects (id, drop_id, first_row, merchant_id, mode, content, data_key)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [id, dropId, firstRow, tenant.merchantId, tenant.mode, sealed, dataKey],
  });
}

/**
 * Reads all rejected rows of a drop in the order of the file, a few thousand in memory at a time.
 */
export async function* readRejects(
  db: Queryable,
  sealer: EnvelopeSealer,
  dropId: string,
): AsyncGenerator<RejectedRow> {
  let after = -1;
  for (;;) {
    const rows = await queryRows<Row<'drop_rejects', 'firstRow' | 'content' | 'dataKey'>>(db, {
      name: 'read_drop_rejects',
      text: `select first_row, content, data_key from drop_rejects
             where drop_id = $1 and first_row > $2 order by first_row limit $3`,
      values: [dropId, after, CHUNKS],
    });
    for (const row of rows) {
      const packed = sealer.open(row.content, row.dataKey);
      const text = inflateRawSync(packed, { maxOutputLength: CHUNK_BYTES_MAX }).toString('utf8');
      yield* JSON.parse(text) as readonly RejectedRow[];
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < CHUNKS) return;
    after = Number(last.firstRow);
  }
}

/**
 * Removes the rejected rows of files that vanished before `beforeMs`, one drop at a time: nobody
 * can find them there any more, and they name people. Returns the number of drops.
 */
export async function forgetRejects(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rows } = await db.query(
    `with old as (select d.id from drops d
                  where d.state = 'vanished' and d.finished_at < to_timestamp($1 / 1000.0)
                    and exists (select from drop_rejects r where r.drop_id = d.id)
                  limit $2),
          gone as (delete from drop_rejects r using old where r.drop_id = old.id)
     select id from old`,
    [beforeMs, limit],
  );
  return rows.length;
}
