import type { Queryable } from '../platform/database/database.ts';
import { queryRows } from '../platform/database/query-rows.ts';

/**
 * Removes at most `limit` numbers that ended before `beforeMs`, the oldest first, with their
 * requests for proofs and registrations with bridges. Locked rows are left for the next time.
 */
export async function dropTargetsEndedBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const counts = await queryRows<{ gone: number }>(db, {
    name: 'drop_ended_targets',
    text: `
      with old as (
        select merchant_id, mode, carrier, tracking_number from poll_targets
        where ended_at < to_timestamp($1 / 1000.0)
        order by ended_at limit $2 for update skip locked),
      gone as (
        delete from poll_targets t using old
        where (t.merchant_id, t.mode, t.carrier, t.tracking_number)
            = (old.merchant_id, old.mode, old.carrier, old.tracking_number)
        returning 1),
      requests as (
        delete from proof_requests p using old
        where (p.merchant_id, p.mode, p.carrier, p.tracking_number)
            = (old.merchant_id, old.mode, old.carrier, old.tracking_number)),
      registrations as (
        delete from bridge_registrations r using old
        where (r.merchant_id, r.mode, r.carrier, r.tracking_number)
            = (old.merchant_id, old.mode, old.carrier, old.tracking_number)
          and r.state in ('stopped', 'refused', 'excluded'))
      select count(*)::int as gone from gone`,
    values: [beforeMs, limit],
  });
  return counts[0]?.gone ?? 0;
}

/**
 * Removes at most `limit` requests for proofs that are no longer tried and were made before
 * `beforeMs`.
 */
export async function dropProofRequestsBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'drop_old_proof_requests',
    text: `
      with old as (
        select merchant_id, mode, carrier, tracking_number from proof_requests
        where next_try_at is null and wanted_at < to_timestamp($1 / 1000.0)
        order by wanted_at limit $2 for update skip locked)
      delete from proof_requests p using old
      where (p.merchant_id, p.mode, p.carrier, p.tracking_number)
          = (old.merchant_id, old.mode, old.carrier, old.tracking_number)`,
    values: [beforeMs, limit],
  });
  return rowCount ?? 0;
}

/** Removes at most `limit` learned tables, except the newest `count` and the active one. */
export async function dropTablesBut(db: Queryable, count: number, limit: number): Promise<number> {
  const { rowCount } = await db.query({
    name: 'drop_old_tables',
    text: `delete from hazard_tables where not active and version in (
             select version from hazard_tables order by learned_at desc, version desc
             offset $1 limit $2)`,
    values: [count, limit],
  });
  return rowCount ?? 0;
}
