import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import { leasedRows } from '../../platform/work/leased-rows.ts';

/**
 * The condition for a free row. This table is the source of truth for when accounts run. A row is
 * free if nobody holds it and it is due, or if its holder's lease has expired, which happens only
 * when the holder is dead.
 */
const FREE = `(lease_until is null and due_at <= to_timestamp($1 / 1000.0))
              or lease_until <= to_timestamp($1 / 1000.0)`;

export interface WakeRequest {
  readonly accountId: string;
  readonly atMs: number;
}

/** Brings accounts forward; returns those that are due earlier than they were. */
export async function bringForward(
  db: Queryable,
  wakeRequests: readonly WakeRequest[],
): Promise<WakeRequest[]> {
  return queryRows<WakeRequest>(db, {
    name: 'bring_wakes_forward',
    text: `
      insert into account_wakes as w (account_id, due_at)
      select a.id, to_timestamp(n.at_ms / 1000.0)
      from unnest($1::uuid[], $2::float8[]) as n(id, at_ms)
      join carrier_accounts a on a.id = n.id
      order by a.id
      on conflict (account_id) do update set due_at = excluded.due_at
        where w.due_at > excluded.due_at
      returning account_id, due_at as at`,
    values: [wakeRequests.map(({ accountId }) => accountId), wakeRequests.map(({ atMs }) => atMs)],
  });
}

export interface Lease {
  readonly accountId: string;
  readonly token: string;
  /** The account's due time; null if it was taken over from a dead holder. */
  readonly dueAtMs: number | null;
}

const WAKES = leasedRows<Pick<Lease, 'accountId' | 'token'>>({
  table: 'account_wakes',
  alias: 'w',
  key: { account_id: { type: 'uuid', of: ({ accountId }) => accountId } },
  until: 'lease_until',
  token: { column: 'lease_token', type: 'bigint', of: ({ token }) => token },
});

/** Takes the account's lease if it is free and due; otherwise returns null. */
export async function takeLease(
  db: Queryable,
  accountId: string,
  nowMs: number,
  untilMs: number,
): Promise<Lease | null> {
  const [lease] = await WAKES.claim<Lease>(db, {
    name: 'take_wake_lease',
    find: `where w.account_id = $2 and (${FREE})`,
    also: 'w.due_at as was_due_at, w.lease_until as was_held_until',
    until: 'to_timestamp($3 / 1000.0)',
    set: `due_at = 'infinity'`,
    returning: `w.account_id, w.lease_token as token,
      case when found.was_held_until is null
           then nullif(found.was_due_at, 'infinity') end as due_at`,
    values: [nowMs, accountId, untilMs],
  });
  return lease ?? null;
}

/** When a free account will be due; null if it is held or unknown, or nothing is due. */
export async function nextDue(db: Queryable, accountId: string): Promise<number | null> {
  const next = await queryRow<{ dueAtMs: number }>(db, {
    name: 'next_wake_due',
    text: `select due_at from account_wakes
           where account_id = $1 and lease_until is null and due_at <> 'infinity'`,
    values: [accountId],
  });
  return next?.dueAtMs ?? null;
}

/** Extends our leases; returns the accounts whose lease another process has taken. */
export async function extendLeases(
  db: Queryable,
  leases: readonly Lease[],
  untilMs: number,
): Promise<string[]> {
  const lost = await WAKES.extend(db, leases, untilMs);
  return lost.map(({ accountId }) => accountId);
}

/**
 * Releases the account, due at `nextMs` or earlier if somebody brought it forward meanwhile.
 * Returns when it is due; null if another process had the lease by then, or nothing is due.
 */
export async function releaseAccount(
  db: Queryable,
  lease: Lease,
  nextMs: number | null,
): Promise<number | null> {
  const [row] = await WAKES.change<{ dueAtMs: number | null }>(db, [lease], {
    name: 'release_wake_lease',
    set: `lease_until = null,
      due_at = least(w.due_at, coalesce(to_timestamp(given.next_ms / 1000.0), 'infinity'))`,
    given: { next_ms: { type: 'float8', of: () => nextMs } },
    returning: `nullif(w.due_at, 'infinity') as due_at`,
  });
  return row?.dueAtMs ?? null;
}

/**
 * Returns accounts, except `exceptIds`, that have been free and due for `overdueMs`: the queue lost
 * them, or a holder died. `freeSinceMs` is when they became due, or when the dead holder's lease
 * expired.
 */
export async function overlooked(
  db: Queryable,
  nowMs: number,
  overdueMs: number,
  limit: number,
  exceptIds: readonly string[],
): Promise<{ readonly accountId: string; readonly freeSinceMs: number }[]> {
  return queryRows(db, {
    name: 'overlooked_wakes',
    text: `
      (select account_id, due_at as free_since from account_wakes
       where lease_until is null and due_at <= to_timestamp(($1::float8 - $2) / 1000.0)
         and account_id <> all($4::uuid[])
       order by due_at limit $3)
      union all
      (select account_id, lease_until from account_wakes
       where lease_until <= to_timestamp($1 / 1000.0) and account_id <> all($4::uuid[])
       order by lease_until limit $3)`,
    values: [nowMs, overdueMs, limit, exceptIds],
  });
}

/** Adds the accounts that have no row yet, due at once. */
export async function addMissing(
  db: Queryable,
  accountIds: readonly string[],
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'add_missing_wakes',
    text: `
      insert into account_wakes (account_id, due_at)
      select a.id, to_timestamp($2 / 1000.0) from unnest($1::uuid[]) as n(id)
      join carrier_accounts a on a.id = n.id
      where not exists (select from account_wakes w where w.account_id = n.id)
      order by a.id on conflict do nothing`,
    values: [accountIds, nowMs],
  });
}

/** Removes accounts that no longer poll, unless they are running. */
export async function dropUnknown(db: Queryable, accountIds: readonly string[]): Promise<void> {
  await db.query({
    name: 'drop_unknown_wakes',
    text: `delete from account_wakes where lease_until is null and account_id <> all($1::uuid[])`,
    values: [accountIds],
  });
}

/** Sends a notification on the channel to wake an account. */
export async function notifyWake(db: Queryable, channel: string, accountId: string): Promise<void> {
  await db.query('select pg_notify($1, $2)', [channel, accountId]);
}
