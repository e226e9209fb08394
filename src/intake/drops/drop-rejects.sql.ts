import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { HeldDrop } from './drop.ts';

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
