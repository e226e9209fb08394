import type { Queryable } from '../platform/database/database.ts';
import {
  queryColumn,
  queryCount,
  queryRow,
  queryRows,
  type Row,
} from '../platform/database/query-rows.ts';
import { INBOUND_MESSAGES_CHANNEL } from '../platform/event-log/announce.ts';

/** A row as it is written: content already sealed. */
export interface InboundMessageInsert {
  readonly id: string;
  readonly receivedAtMs: number;
  readonly kind: string;
  readonly source: string;
  readonly carrier: string;
  readonly accountId: string | null;
  readonly merchantId: string | null;
  readonly mode: string | null;
  readonly trust: string;
  readonly partition: number;
  readonly content: Uint8Array;
  readonly dataKey: Uint8Array;
}

export interface InboundMessageRow
  extends Row<
    'inbound_messages',
    | 'id'
    | 'receivedAtMs'
    | 'source'
    | 'carrier'
    | 'accountId'
    | 'merchantId'
    | 'trust'
    | 'content'
    | 'dataKey'
  > {
  readonly mode: string | null;
}

/**
 * Inserts a batch of messages and the rows by which they wait, in one statement. All contents travel
 * as one binary parameter, split in SQL: an array of bytea would be sent as escaped hex, twice the
 * size and parsed on both sides. Each source is sent only once, because arrays of text cost the most
 * to write and to read (docs/benchmarks.md, ingest).
 */
export async function insertInboundMessages(
  db: Queryable,
  rows: readonly InboundMessageInsert[],
): Promise<void> {
  const { blob, contentFrom, contentLength, keyLength } = packContents(rows);
  const { sources, sourceOf } = distinctSources(rows);
  await db.query({
    name: 'insert_inbound_messages',
    text: `
      with waits as (
        insert into waiting_inbound_messages (received_at, inbound_message_id, partition)
        select to_timestamp(received_ms / 1000.0), id, partition
        from unnest($2::uuid[], $3::float8[], $4::smallint[]) as w(id, received_ms, partition))
      insert into inbound_messages (id, received_at, kind, source, carrier, account_id, merchant_id, mode, trust,
                            partition, content, data_key, fate)
      select r.id, to_timestamp(r.received_ms / 1000.0), s.kind, s.source, s.carrier, s.account_id,
             s.merchant_id, s.mode, s.trust, r.partition,
             substring($1::bytea from r.content_from for r.content_length),
             substring($1::bytea from r.content_from + r.content_length for r.key_length),
             null
      from unnest($2::uuid[], $3::float8[], $4::smallint[], $5::int[], $6::int[], $7::int[],
                  $8::int[])
             as r(id, received_ms, partition, content_from, content_length, key_length, source_nr)
      join unnest($9::text[], $10::text[], $11::uuid[], $12::uuid[], $13::text[], $14::text[],
                  $15::text[])
             with ordinality
             as s(source, carrier, account_id, merchant_id, mode, trust, kind, source_nr)
        using (source_nr)`,
    values: [
      blob,
      rows.map((row) => row.id),
      rows.map((row) => row.receivedAtMs),
      rows.map((row) => row.partition),
      contentFrom,
      contentLength,
      keyLength,
      sourceOf,
      sources.map((row) => row.source),
      sources.map((row) => row.carrier),
      sources.map((row) => row.accountId),
      sources.map((row) => row.merchantId),
      sources.map((row) => row.mode),
      sources.map((row) => row.trust),
      sources.map((row) => row.kind),
    ],
  });
}

/**
 * Returns all contents as one byte string, each followed by its key, with their positions, counted
 * from one.
 */
function packContents(rows: readonly InboundMessageInsert[]) {
  const blobs: Uint8Array[] = [];
  const contentFrom: number[] = [];
  const contentLength: number[] = [];
  const keyLength: number[] = [];
  let at = 1;
  for (const { content, dataKey } of rows) {
    blobs.push(content, dataKey);
    contentFrom.push(at);
    contentLength.push(content.length);
    keyLength.push(dataKey.length);
    at += content.length + dataKey.length;
  }
  return { blob: Buffer.concat(blobs, at - 1), contentFrom, contentLength, keyLength };
}

/** Returns the distinct sources of a batch, and which of them (from one) each row has. */
function distinctSources(rows: readonly InboundMessageInsert[]) {
  const sources: InboundMessageInsert[] = [];
  const numbers = new Map<string, number>();
  const sourceOf = rows.map((row) => {
    const { kind, source, carrier, trust, accountId, merchantId, mode } = row;
    const name = `${kind} ${source} ${carrier} ${trust} ${accountId ?? `${merchantId} ${mode}`}`;
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, sources.push(row));
    return sources.length;
  });
  return { sources, sourceOf };
}

/** The columns of an inbound message, unqualified. */
export const COLUMNS = `id, received_at, source, carrier, account_id, merchant_id, mode, trust, content,
  data_key`;

/** Returns these inbound messages, ordered by id. */
export async function inboundMessagesById(
  db: Queryable,
  ids: readonly string[],
): Promise<InboundMessageRow[]> {
  return queryRows<InboundMessageRow>(db, {
    name: 'inbound_messages_by_id',
    text: `select ${COLUMNS} from inbound_messages where id = any($1::uuid[]) order by id`,
    values: [ids],
  });
}

/** A dead inbound message without its content. */
export type DeadRow = Row<
  'inbound_messages',
  | 'id'
  | 'receivedAtMs'
  | 'source'
  | 'carrier'
  | 'accountId'
  | 'fateAtMs'
  | 'fateReason'
  | 'dismissedAtMs'
  | 'dismissedBy'
  | 'dismissedNote'
>;

const DEAD_COLUMNS = `id, received_at, source, carrier, account_id, fate_at, fate_reason,
  dismissed_at, dismissed_by, dismissed_note`;

/** Selects dead inbound messages: of one carrier, or (null) of all. */
interface DeadFilter {
  readonly carrier: string | null;
  /** The id of the last one already read; null starts at the newest. */
  readonly before: string | null;
}

/**
 * Returns dead inbound messages that are not dismissed, newest first, by the index
 * `inbound_messages_dead` or its counterpart.
 */
export async function deadInboundMessages(
  db: Queryable,
  { carrier, before }: DeadFilter,
  limit: number,
): Promise<DeadRow[]> {
  return queryRows<DeadRow>(
    db,
    `select ${DEAD_COLUMNS} from inbound_messages
     where fate = 'dead' and dismissed_at is null ${carrier === null ? '' : 'and carrier = $3'}
       and id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') order by id desc limit $1`,
    [limit, before, ...(carrier === null ? [] : [carrier])],
  );
}

/** Returns a dead inbound message, dismissed or not; null if it is not dead. */
export async function deadInboundMessage(
  db: Queryable,
  id: string,
): Promise<(DeadRow & InboundMessageRow) | null> {
  return queryRow<DeadRow & InboundMessageRow>(
    db,
    `select ${COLUMNS}, fate_at, fate_reason, dismissed_at, dismissed_by, dismissed_note
     from inbound_messages
     where id = $1 and fate = 'dead'`,
    [id],
  );
}

/** Returns the number of dead letters that nobody has handled, by carrier; the most first. */
export async function deadByCarrier(
  db: Queryable,
): Promise<readonly { readonly carrier: string; readonly count: number }[]> {
  const rows = await queryRows<{ carrier: string; count: string }>(
    db,
    `select carrier, count(*) as count from inbound_messages
     where fate = 'dead' and dismissed_at is null group by carrier order by count(*) desc, carrier`,
  );
  return rows.map(({ carrier, count }) => ({ carrier, count: Number(count) }));
}

/**
 * Returns when each carrier's newest inbound message was received. Only the newest 10,000 of all
 * carriers are read, so a carrier without one among them is absent.
 */
export async function newestByCarrier(
  db: Queryable,
): Promise<readonly { readonly carrier: string; readonly receivedAtMs: number }[]> {
  return queryRows(
    db,
    `select carrier, max(received_at) as received_at
     from (select carrier, received_at from inbound_messages order by id desc limit 10000) as newest
     group by carrier`,
  );
}

/** Notifies workers of all processes that inbound messages wait. */
export async function announceInboundMessages(db: Queryable): Promise<void> {
  await db.query('select pg_notify($1, $2)', [INBOUND_MESSAGES_CHANNEL, '']);
}

/** Who dismissed a dead inbound message, and why. */
export interface Dismissal {
  readonly by: string;
  readonly note: string | null;
  readonly atMs: number;
}

/**
 * Dismisses dead inbound messages; returns the ids that were dead. The first dismissal stays
 * recorded.
 */
export function dismissDead(
  db: Queryable,
  ids: readonly string[],
  { by, note, atMs }: Dismissal,
): Promise<string[]> {
  return queryColumn<string>(
    db,
    `update inbound_messages set dismissed_at = coalesce(dismissed_at, to_timestamp($2 / 1000.0)),
       dismissed_by = coalesce(dismissed_by, $3),
       dismissed_note = case when dismissed_at is null then $4 else dismissed_note end
     where id = any($1::uuid[]) and fate = 'dead' returning id`,
    [ids, atMs, by, note],
  );
}

/**
 * Erases inbound messages: destroys their keys and sealed contents, so that nobody can read them
 * again, even with the master key.
 */
export async function eraseInboundMessages(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query({
    name: 'erase_inbound_messages',
    text: `update inbound_messages set data_key = null, content = '', fate_reason = null
           where id = any($1::uuid[])`,
    values: [ids],
  });
}

/** Locks inbound messages until the transaction ends, in the order of their ids. */
export async function lockInboundMessages(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query({
    name: 'lock_inbound_messages',
    text: 'select from inbound_messages where id = any($1::uuid[]) order by id for update',
    values: [ids],
  });
}

/** Replaces the content of an inbound message, sealed with another key. */
export async function replaceContent(
  tx: Queryable,
  id: string,
  { sealed, dataKey }: { readonly sealed: Uint8Array; readonly dataKey: Uint8Array },
): Promise<void> {
  await tx.query({
    name: 'replace_inbound_message_content',
    text: 'update inbound_messages set content = $2, data_key = $3 where id = $1',
    values: [id, sealed, dataKey],
  });
}

/** Removes inbound messages that are no longer needed; locked and settled, so that none waits. */
export async function deleteInboundMessages(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query({
    name: 'delete_inbound_messages',
    text: 'delete from inbound_messages where id = any($1::uuid[])',
    values: [ids],
  });
}

/**
 * Removes at most `limit` inbound messages with a lower id, which are older; those still waiting to
 * be processed stay. Returns how many.
 */
export async function dropInboundMessagesBefore(
  db: Queryable,
  beforeId: string,
  limit: number,
): Promise<number> {
  // Dead ones apart, because one may be put back after the statement began. The lock then makes the
  // statement check the message's row again, but not whether it waits.
  const dead = await dropDeadBefore(db, beforeId, limit);
  const processed = await dropInboundMessages(
    db,
    'drop_old_inbound_messages',
    `not exists (select from waiting_inbound_messages w
       where w.partition = m.partition and w.inbound_message_id = m.id)
     and (fate is null or fate = 'processed')`,
    beforeId,
    limit - dead,
  );
  return dead + processed;
}

/**
 * Removes at most `limit` dead inbound messages with a lower id, dismissed or not. Returns how
 * many.
 */
export async function dropDeadBefore(
  db: Queryable,
  beforeId: string,
  limit: number,
): Promise<number> {
  return dropInboundMessages(
    db,
    'drop_old_dead_inbound_messages',
    "fate = 'dead'",
    beforeId,
    limit,
  );
}

function dropInboundMessages(
  db: Queryable,
  name: string,
  which: string,
  beforeId: string,
  limit: number,
): Promise<number> {
  return queryCount(db, {
    name,
    text: `with old as (
             select id from inbound_messages m where ${which} and id < $1::uuid
             order by id limit $2 for update skip locked)
           delete from inbound_messages r using old where r.id = old.id`,
    values: [beforeId, limit],
  });
}
