import type { Queryable } from '../platform/database.ts';
import type { Fate } from './receipt.ts';

/** A row as it is written: content already sealed. */
export interface ReceiptInsert {
  readonly id: string;
  readonly receivedAtMs: number;
  readonly door: string;
  readonly carrier: string;
  readonly accountId: string | null;
  readonly merchantId: string | null;
  readonly mode: string | null;
  readonly trust: string;
  readonly lane: number;
  readonly content: Uint8Array;
  readonly dataKey: Uint8Array;
}

export interface ReceiptRow {
  readonly id: string;
  readonly received_at: Date;
  readonly door: string;
  readonly carrier: string;
  readonly account_id: string | null;
  readonly merchant_id: string | null;
  readonly mode: string | null;
  readonly trust: string;
  readonly content: Buffer;
  readonly data_key: Buffer | null;
  readonly fate: Fate;
  readonly fate_at: Date | null;
  readonly fate_reason: string | null;
}

/**
 * One insert for a whole batch. All contents travel as a single binary parameter and are cut
 * apart in SQL: an array of bytea would go over the wire as escaped hex, twice the size and
 * parsed on both sides.
 */
export async function insertReceipts(db: Queryable, rows: readonly ReceiptInsert[]): Promise<void> {
  const blobs: Uint8Array[] = [];
  const contentFrom: number[] = [];
  const contentLength: number[] = [];
  const keyFrom: number[] = [];
  const keyLength: number[] = [];
  let at = 1; // SQL counts from one
  for (const row of rows) {
    blobs.push(row.content, row.dataKey);
    contentFrom.push(at);
    contentLength.push(row.content.length);
    keyFrom.push(at + row.content.length);
    keyLength.push(row.dataKey.length);
    at += row.content.length + row.dataKey.length;
  }
  await db.query({
    name: 'insert_receipts',
    text: `
      insert into receipts (id, received_at, door, carrier, account_id, merchant_id, mode, trust,
                            lane, content, data_key)
      select r.id, to_timestamp(r.received_ms / 1000.0), r.door, r.carrier, r.account_id,
             r.merchant_id, r.mode, r.trust, r.lane,
             substring($1::bytea from r.content_from for r.content_length),
             substring($1::bytea from r.key_from for r.key_length)
      from unnest($2::uuid[], $3::float8[], $4::text[], $5::text[], $6::uuid[], $7::uuid[],
                  $8::text[], $9::text[], $10::smallint[], $11::int[], $12::int[], $13::int[],
                  $14::int[])
        as r(id, received_ms, door, carrier, account_id, merchant_id, mode, trust, lane,
             content_from, content_length, key_from, key_length)`,
    values: [
      Buffer.concat(blobs),
      rows.map((row) => row.id),
      rows.map((row) => row.receivedAtMs),
      rows.map((row) => row.door),
      rows.map((row) => row.carrier),
      rows.map((row) => row.accountId),
      rows.map((row) => row.merchantId),
      rows.map((row) => row.mode),
      rows.map((row) => row.trust),
      rows.map((row) => row.lane),
      contentFrom,
      contentLength,
      keyFrom,
      keyLength,
    ],
  });
}

const COLUMNS = `id, received_at, door, carrier, account_id, merchant_id, mode, trust, content,
  data_key, fate, fate_at, fate_reason`;

/** The oldest waiting receipts of a lane, by the partial index `receipts_waiting`. */
export async function waitingReceipts(
  db: Queryable,
  lane: number,
  limit: number,
): Promise<ReceiptRow[]> {
  const { rows } = await db.query<ReceiptRow>({
    name: 'waiting_receipts',
    text: `select ${COLUMNS} from receipts
           where lane = $1 and fate = 'received' order by id limit $2`,
    values: [lane, limit],
  });
  return rows;
}

export async function receiptsById(db: Queryable, ids: readonly string[]): Promise<ReceiptRow[]> {
  const { rows } = await db.query<ReceiptRow>({
    name: 'receipts_by_id',
    text: `select ${COLUMNS} from receipts where id = any($1::uuid[]) order by id`,
    values: [ids],
  });
  return rows;
}

export async function markProcessed(
  db: Queryable,
  ids: readonly string[],
  atMs: number,
): Promise<void> {
  if (ids.length === 0) return;
  await db.query({
    name: 'mark_processed',
    text: `update receipts set fate = 'processed', fate_at = to_timestamp($2 / 1000.0),
             fate_reason = null
           where id = any($1::uuid[])`,
    values: [ids, atMs],
  });
}

export async function markDead(
  db: Queryable,
  id: string,
  reason: string,
  atMs: number,
): Promise<void> {
  await db.query({
    name: 'mark_dead',
    text: `update receipts set fate = 'dead', fate_at = to_timestamp($3 / 1000.0),
             fate_reason = $2
           where id = $1`,
    values: [id, reason, atMs],
  });
}

/** Dead receipts, newest first; `before` is the id of the last one already seen. */
export async function deadReceipts(
  db: Queryable,
  limit: number,
  before: string | null,
): Promise<ReceiptRow[]> {
  const { rows } = await db.query<ReceiptRow>(
    `select ${COLUMNS} from receipts
     where fate = 'dead' and ($2::uuid is null or id < $2) order by id desc limit $1`,
    [limit, before],
  );
  return rows;
}

/** Puts dead receipts back into the inbox; says which were dead. */
export async function revive(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `update receipts set fate = 'received', fate_at = null, fate_reason = null
     where id = any($1::uuid[]) and fate = 'dead' returning id`,
    [ids],
  );
  return rows.map((row) => row.id);
}

export async function inboxFigures(
  db: Queryable,
): Promise<{ waiting: number; dead: number; oldestWaitingMs: number | null }> {
  const { rows } = await db.query<{ waiting: string; dead: string; oldest: Date | null }>(
    `select (select count(*) from receipts where fate = 'received') as waiting,
            (select count(*) from receipts where fate = 'dead') as dead,
            (select min(received_at) from receipts where fate = 'received') as oldest`,
  );
  const row = rows[0];
  return {
    waiting: Number(row?.waiting ?? 0),
    dead: Number(row?.dead ?? 0),
    oldestWaitingMs: row?.oldest ? row.oldest.getTime() : null,
  };
}
