import type { Queryable } from '../platform/database/database.ts';
import { queryAny, queryColumn, queryCount, queryRows } from '../platform/database/query-rows.ts';
import { BULK_PARTITION, PARTITIONS } from './inbound-message.ts';
import { COLUMNS, type InboundMessageRow, lockInboundMessages } from './inbound-messages.sql.ts';

const QUALIFIED = COLUMNS.replaceAll(/\w+/g, 'm.$&');

/**
 * Returns the oldest waiting inbound messages of each partition, by the primary key: a sort over
 * several partitions would read the whole backlog.
 */
export async function waitingInboundMessages(
  db: Queryable,
  partitions: readonly number[],
  limitOfEach: number,
): Promise<InboundMessageRow[]> {
  return queryRows<InboundMessageRow>(db, {
    name: 'waiting_inbound_messages',
    text: `select waiting.* from unnest($1::smallint[]) as wanted(partition), lateral (
             select ${QUALIFIED} from waiting_inbound_messages w
             join inbound_messages m on m.id = w.inbound_message_id
             where w.partition = wanted.partition
             order by w.inbound_message_id limit $2) as waiting`,
    values: [partitions, limitOfEach],
  });
}

/** Whether an inbound message waits to be processed. */
export function isWaiting(db: Queryable, id: string): Promise<boolean> {
  return queryAny(db, {
    name: 'inbound_message_waits',
    text: `select from inbound_messages m
           join waiting_inbound_messages w on w.partition = m.partition and w.inbound_message_id = m.id
           where m.id = $1`,
    values: [id],
  });
}

/** Marks inbound messages as processed: they wait no longer. */
export async function markProcessed(db: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.query({
    name: 'mark_processed',
    text: `delete from waiting_inbound_messages w using inbound_messages m
           where m.id = any($1::uuid[])
             and w.partition = m.partition and w.inbound_message_id = m.id`,
    values: [ids],
  });
}

/** Marks an inbound message as a dead letter, with the reason. */
export async function markDead(
  db: Queryable,
  id: string,
  reason: string,
  atMs: number,
): Promise<void> {
  await db.query({
    name: 'mark_dead',
    text: `with waited as (
             delete from waiting_inbound_messages w using inbound_messages m
             where m.id = $1 and w.partition = m.partition and w.inbound_message_id = m.id)
           update inbound_messages set fate = 'dead', fate_at = to_timestamp($3 / 1000.0),
             fate_reason = $2
           where id = $1`,
    values: [id, reason, atMs],
  });
}

/** Puts dead inbound messages back into the inbox; returns the ids that were dead. */
export function revive(db: Queryable, ids: readonly string[]): Promise<string[]> {
  return queryColumn<string>(
    db,
    `with dead as (
       select id, received_at, partition from inbound_messages
       where id = any($1::uuid[]) and fate = 'dead' order by id for update),
     waits as (
       insert into waiting_inbound_messages (received_at, inbound_message_id, partition)
       select received_at, id, partition from dead on conflict do nothing)
     update inbound_messages m set fate = null, fate_at = null, fate_reason = null,
       dismissed_at = null, dismissed_by = null, dismissed_note = null
     from dead where m.id = dead.id returning m.id`,
    [ids],
  );
}

/**
 * Lets at most `limit` inbound messages wait here that a version before migration 0018 stored and
 * did not process; returns how many. That version may run after the migration, until it is stopped.
 */
export function adoptEarlierInboundMessages(db: Queryable, limit: number): Promise<number> {
  return queryCount(db, {
    name: 'adopt_earlier_inbound_messages',
    text: `with earlier as (
             select id, received_at, partition from inbound_messages where fate = 'received'
             order by partition, id limit $1 for update skip locked),
           waits as (
             insert into waiting_inbound_messages (received_at, inbound_message_id, partition)
             select received_at, id, partition from earlier on conflict do nothing)
           update inbound_messages m set fate = null from earlier where m.id = earlier.id`,
    values: [limit],
  });
}

/**
 * Locks those of the inbound messages that the pipeline has finished, until the transaction ends,
 * in the common lock order, by their ids; returns their ids.
 */
export async function lockSettledInboundMessages(
  tx: Queryable,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  await lockInboundMessages(tx, ids);
  // A statement of its own, because one that had to wait for a lock does not see rows that were
  // inserted meanwhile.
  return queryColumn<string>(tx, {
    name: 'settled_inbound_messages',
    text: `select m.id from inbound_messages m
           left join waiting_inbound_messages w
             on w.partition = m.partition and w.inbound_message_id = m.id
           where m.id = any($1::uuid[]) and w.inbound_message_id is null
             and m.fate is distinct from 'received'
           order by m.id`,
    values: [ids],
  });
}

/**
 * Returns the numbers of waiting and dead inbound messages, and when the oldest was received,
 * without the bulk, which is expected to wait, and without the postponed ones.
 */
export async function inboxFigures(db: Queryable): Promise<{
  waiting: number;
  bulkWaiting: number;
  /** Those that wait for a worker of the cluster. */
  postponed: number;
  dead: number;
  oldestWaitingMs: number | null;
}> {
  const rows = await queryRows<{
    waiting: string;
    bulk: string;
    postponed: string;
    dead: string;
    oldestMs: number | null;
  }>(
    db,
    `select count(*) filter (where partition between 0 and ${PARTITIONS - 1}) as waiting,
            count(*) filter (where partition = ${BULK_PARTITION}) as bulk,
            count(*) filter (where partition > ${BULK_PARTITION}) as postponed,
            (select count(*) from inbound_messages where fate = 'dead' and dismissed_at is null) as dead,
            min(received_at) filter (where partition between 0 and ${PARTITIONS - 1}) as oldest
     from waiting_inbound_messages`,
  );
  const row = rows[0];
  return {
    waiting: Number(row?.waiting ?? 0),
    bulkWaiting: Number(row?.bulk ?? 0),
    postponed: Number(row?.postponed ?? 0),
    dead: Number(row?.dead ?? 0),
    oldestWaitingMs: row?.oldestMs ?? null,
  };
}
