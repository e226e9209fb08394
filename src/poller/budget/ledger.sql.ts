import type { Queryable } from '../../platform/database/database.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { Used } from './debit.ts';
import type { WindowLimit } from './limits.ts';

/**
 * Calls are booked in the minute in which they were to be sent. The carrier may count a call when
 * it ends, so the calls of a minute leave a window only this long after the minute's end.
 */
const MINUTE_MS = 60_000;
const UNDER_WAY_MS = 60_000;

/** When the calls of a minute no longer count in a window. */
function leavesAtMs(minuteMs: number, windowS: number): number {
  return minuteMs + MINUTE_MS + UNDER_WAY_MS + windowS * 1_000;
}

/** Returns the calls in each window that ends now; the count may be too high, but never too low. */
export async function usedCalls(
  db: Queryable,
  accountId: string,
  windows: readonly WindowLimit[],
  nowMs: number,
): Promise<Used[]> {
  if (windows.length === 0) return [];
  return queryRows<{ calls: number; refreshes: number }>(db, {
    name: 'used_calls',
    text: `select coalesce(sum(l.calls), 0)::int as calls, coalesce(sum(l.refreshes), 0)::int as refreshes
           from unnest($2::float8[]) with ordinality as w(from_ms, nr)
           left join call_ledger l
             on l.account_id = $1 and l.minute > to_timestamp(w.from_ms / 1000)
           group by w.nr order by w.nr`,
    values: [
      accountId,
      windows.map(({ windowS }) => nowMs - windowS * 1_000 - MINUTE_MS - UNDER_WAY_MS),
    ],
  });
}

/**
 * For each window, returns the highest number of calls in any stretch of its length that ended
 * within the last such stretch.
 */
export async function peakCalls(
  db: Queryable,
  accountId: string,
  windows: readonly WindowLimit[],
  nowMs: number,
): Promise<number[]> {
  if (windows.length === 0) return [];
  const rows = await queryRows<{ calls: number }>(db, {
    name: 'peak_calls',
    text: `select greatest(
             (select coalesce(max(ending.calls), 0) from (
                select l.minute, sum(l.calls) over (order by l.minute
                  range between make_interval(secs => w.s) preceding and current row) as calls
                from call_ledger l
                where l.account_id = $1 and l.minute > n.now - make_interval(secs => 2 * w.s)
              ) as ending where ending.minute > n.now - make_interval(secs => w.s)),
             -- The stretch that ended when the last one began: no call need have ended it.
             (select coalesce(sum(l.calls), 0) from call_ledger l
              where l.account_id = $1 and l.minute > n.now - make_interval(secs => 2 * w.s)
                and l.minute <= n.now - make_interval(secs => w.s)))::int as calls
           from unnest($2::float8[]) with ordinality as w(s, nr),
             (select to_timestamp($3 / 1000.0) as now) as n
           order by w.nr`,
    values: [accountId, windows.map(({ windowS }) => windowS), nowMs],
  });
  return rows.map(({ calls }) => calls);
}

/** Adds a call to the ledger, in the row of its minute. */
export async function bookCall(
  tx: Queryable,
  call: {
    readonly accountId: string;
    readonly merchantId: string;
    readonly mode: string;
    readonly atMs: number;
    /** Requested by a person: a refresh, an extra or a check of credentials. */
    readonly isRefresh: boolean;
  },
): Promise<void> {
  await tx.query({
    name: 'book_call',
    text: `insert into call_ledger (account_id, minute, merchant_id, mode, calls, refreshes)
           values ($1, to_timestamp($2 / 1000.0), $3, $4, 1, $5)
           on conflict (account_id, minute) do update
             set calls = call_ledger.calls + 1,
                 refreshes = call_ledger.refreshes + excluded.refreshes`,
    values: [
      call.accountId,
      Math.floor(call.atMs / MINUTE_MS) * MINUTE_MS,
      call.merchantId,
      call.mode,
      call.isRefresh ? 1 : 0,
    ],
  });
}

/**
 * Returns when a full window has room for one more call besides `reserved` ones; `counted` selects
 * all calls or only those requested by people. Returns `nowMs` if there are none to leave.
 */
export async function roomAtMs(
  db: Queryable,
  accountId: string,
  { windowS, calls }: WindowLimit,
  reserved: number,
  nowMs: number,
  counted: 'calls' | 'refreshes' = 'calls',
): Promise<number> {
  const rows = await queryRows<Row<'call_ledger', 'minuteMs' | 'calls' | 'refreshes'>>(db, {
    name: 'ledger_minutes',
    text: `select minute, calls, refreshes
           from call_ledger where account_id = $1 and minute > to_timestamp($2 / 1000.0)
           order by minute`,
    values: [accountId, nowMs - windowS * 1_000 - MINUTE_MS - UNDER_WAY_MS],
  });
  let remaining = rows.reduce((sum, row) => sum + row[counted], 0);
  for (const row of rows) {
    remaining -= row[counted];
    if (remaining + reserved < calls) return leavesAtMs(row.minuteMs, windowS);
  }
  return nowMs;
}

/**
 * Books calls now that a clock that was ahead has booked later: they were made by now, and would
 * otherwise count until their window has passed there.
 */
export async function bookAheadNow(db: Queryable, nowMs: number): Promise<void> {
  await db.query(
    `with ahead as (
       delete from call_ledger where minute > to_timestamp($1 / 1000.0) + interval '1 min'
       returning *)
     insert into call_ledger (account_id, minute, merchant_id, mode, calls, refreshes)
     select account_id, date_trunc('minute', to_timestamp($1 / 1000.0)), merchant_id, mode,
            sum(calls), sum(refreshes)
     from ahead group by account_id, merchant_id, mode
     on conflict (account_id, minute) do update
       set calls = call_ledger.calls + excluded.calls,
           refreshes = call_ledger.refreshes + excluded.refreshes`,
    [nowMs],
  );
}

/** Removes the minutes that no window includes any more. */
export async function dropOldMinutes(db: Queryable, beforeMs: number): Promise<number> {
  const { rowCount } = await db.query(
    'delete from call_ledger where minute < to_timestamp($1 / 1000.0)',
    [beforeMs],
  );
  return rowCount ?? 0;
}
