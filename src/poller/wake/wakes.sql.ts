import type { Queryable } from '../../platform/database/database.ts';

/**
 * The truth about when accounts are looked at. A row is free when nobody holds it and it is due,
 * or when its holder has let its lease run out, which only a dead one does.
 */
const FREE = `(lease_until is null and due_at <= to_timestamp($1 / 1000.0))
              or lease_until <= to_timestamp($1 / 1000.0)`;

export interface WakeRequest {
  readonly accountId: string;
  readonly atMs: number;
}

/** Brings accounts forward; answers those that are due earlier than they were. */
export async function bringForward(
  db: Queryable,
  wakeRequests: readonly WakeRequest[],
): Promise<WakeRequest[]> {
  const { rows } = await db.query<{ account_id: string; due_ms: string }>({
    name: 'bring_wakes_forward',
    text: `
      insert into account_wakes as w (account_id, due_at)
      select a.id, to_timestamp(n.at_ms / 1000.0)
      from unnest($1::uuid[], $2::float8[]) as n(id, at_ms)
      join carrier_accounts a on a.id = n.id
      order by a.id
      on conflict (account_id) do update set due_at = excluded.due_at
        where w.due_at > excluded.due_at
      returning account_id, (extract(epoch from due_at) * 1000)::bigint as due_ms`,
    values: [wakeRequests.map(({ accountId }) => accountId), wakeRequests.map(({ atMs }) => atMs)],
  });
  return rows.map((row) => ({ accountId: row.account_id, atMs: Number(row.due_ms) }));
}

export interface Lease {
  readonly accountId: string;
  readonly token: string;
  /** When it was wanted; null when it was taken over from a dead holder. */
  readonly dueAtMs: number | null;
}

/** Takes the account's lease when it is free and due; null when not. */
export async function takeLease(
  db: Queryable,
  accountId: string,
  nowMs: number,
  untilMs: number,
): Promise<Lease | null> {
  const { rows } = await db.query<{ token: string; due_ms: string | null }>({
    name: 'take_wake_lease',
    text: `
      with free as (
        select account_id, due_at, lease_until from account_wakes
        where account_id = $2 and (${FREE}) for update
      )
      update account_wakes w
      set lease_until = to_timestamp($3 / 1000.0), lease_token = w.lease_token + 1,
          due_at = 'infinity'
      from free where w.account_id = free.account_id
      returning w.lease_token as token,
        case when free.lease_until is null and free.due_at <> 'infinity'
             then (extract(epoch from free.due_at) * 1000)::bigint end as due_ms`,
    values: [nowMs, accountId, untilMs],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return { accountId, token: row.token, dueAtMs: row.due_ms === null ? null : Number(row.due_ms) };
}

/** When a free account will be due; null when it is held, unknown, or nothing is due. */
export async function nextDue(db: Queryable, accountId: string): Promise<number | null> {
  const { rows } = await db.query<{ due_ms: string }>({
    name: 'next_wake_due',
    text: `select (extract(epoch from due_at) * 1000)::bigint as due_ms from account_wakes
           where account_id = $1 and lease_until is null and due_at <> 'infinity'`,
    values: [accountId],
  });
  return rows[0] === undefined ? null : Number(rows[0].due_ms);
}

/** Holds on to what is still ours; answers the accounts whose lease another has taken. */
export async function extendLeases(
  db: Queryable,
  leases: readonly Lease[],
  untilMs: number,
): Promise<string[]> {
  const { rows } = await db.query<{ account_id: string }>({
    name: 'extend_wake_leases',
    text: `
      with mine as (select * from unnest($1::uuid[], $2::bigint[]) as m(account_id, token)),
      kept as (
        update account_wakes w set lease_until = to_timestamp($3 / 1000.0) from mine m
        where w.account_id = m.account_id and w.lease_token = m.token returning w.account_id)
      select account_id from mine where account_id not in (select account_id from kept)`,
    values: [leases.map(({ accountId }) => accountId), leases.map(({ token }) => token), untilMs],
  });
  return rows.map((row) => row.account_id);
}

/**
 * Gives the account free, due at `nextMs` or earlier where somebody brought it forward meanwhile.
 * Null when the lease was another's by then, or nothing is due.
 */
export async function giveBack(
  db: Queryable,
  lease: Lease,
  nextMs: number | null,
): Promise<number | null> {
  const { rows } = await db.query<{ due_ms: string | null }>({
    name: 'give_wake_lease_back',
    text: `
      update account_wakes
      set lease_until = null,
          due_at = least(due_at, coalesce(to_timestamp($3 / 1000.0), 'infinity'))
      where account_id = $1 and lease_token = $2
      returning case when due_at <> 'infinity'
                     then (extract(epoch from due_at) * 1000)::bigint end as due_ms`,
    values: [lease.accountId, lease.token, nextMs],
  });
  const dueMs = rows[0]?.due_ms ?? null;
  return dueMs === null ? null : Number(dueMs);
}

/** Accounts that have been free and due for `overdueMs`: the queue has lost them, or a holder died. */
export async function overlooked(
  db: Queryable,
  nowMs: number,
  overdueMs: number,
  limit: number,
): Promise<string[]> {
  const { rows } = await db.query<{ account_id: string }>({
    name: 'overlooked_wakes',
    text: `
      (select account_id from account_wakes
       where lease_until is null and due_at <= to_timestamp(($1::float8 - $2) / 1000.0)
       order by due_at limit $3)
      union all
      (select account_id from account_wakes
       where lease_until <= to_timestamp($1 / 1000.0) order by lease_until limit $3)`,
    values: [nowMs, overdueMs, limit],
  });
  return rows.map((row) => row.account_id);
}

/** Makes every account known, due at once where it is new. */
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

/** Forgets accounts that are asked no more, unless they are just being looked at. */
export async function dropUnknown(db: Queryable, accountIds: readonly string[]): Promise<void> {
  await db.query({
    name: 'drop_unknown_wakes',
    text: `delete from account_wakes where lease_until is null and account_id <> all($1::uuid[])`,
    values: [accountIds],
  });
}

/** Tells whoever listens on the channel to call an account. */
export async function notifyWake(db: Queryable, channel: string, accountId: string): Promise<void> {
  await db.query('select pg_notify($1, $2)', [channel, accountId]);
}
