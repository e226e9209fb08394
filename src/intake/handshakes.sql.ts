import type { Queryable } from '../platform/database/database.ts';
import { queryAny, queryCount, queryRows, type Row } from '../platform/database/query-rows.ts';

export type HandshakeRow = Row<
  'handshakes',
  'id' | 'accountId' | 'carrier' | 'subscriptionId' | 'call' | 'createdAtMs'
>;

/**
 * Stores a handshake. A carrier that repeats one missed the hub's answer, so the newest call
 * replaces the waiting one.
 */
export async function upsertHandshake(
  db: Queryable,
  row: Omit<HandshakeRow, 'created_at'> & { readonly createdAtMs: number },
): Promise<void> {
  await db.query(
    `insert into handshakes (id, account_id, carrier, subscription_id, call, created_at)
     values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0))
     on conflict (account_id, carrier, subscription_id) do update
       set id = excluded.id, call = excluded.call, created_at = excluded.created_at, done_at = null`,
    [row.id, row.accountId, row.carrier, row.subscriptionId, row.call, row.createdAtMs],
  );
}

/**
 * Returns the oldest waiting handshakes; one that another process works on (its row is locked) is
 * skipped.
 */
export async function waitingHandshakes(db: Queryable, limit: number): Promise<HandshakeRow[]> {
  return queryRows<HandshakeRow>(
    db,
    `select id, account_id, carrier, subscription_id, call, created_at from handshakes
     where done_at is null order by created_at, id limit $1 for update skip locked`,
    [limit],
  );
}

/** Marks a handshake as done. False when a newer one has replaced it. */
export function endHandshake(db: Queryable, id: string, atMs: number): Promise<boolean> {
  return queryAny(
    db,
    `update handshakes set done_at = to_timestamp($2 / 1000.0) where id = $1 and done_at is null`,
    [id, atMs],
  );
}

/** Removes at most `limit` handshakes created before `beforeMs`, done or not; returns how many. */
export function dropHandshakesBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from handshakes where id in (
       select id from handshakes where created_at < to_timestamp($1 / 1000.0)
       limit $2 for update skip locked)`,
    [beforeMs, limit],
  );
}
