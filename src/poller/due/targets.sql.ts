import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import { leasedRows } from '../../platform/work/leased-rows.ts';
import { type Ranked, rankSql } from './rank.ts';
import type { PolicyInput, PollTarget, TargetGroup, TargetKey } from './target.ts';
import { ALL, LEASE_TOKEN, SAVE_TARGETS, TARGET_KEY, writtenValues } from './target-row.sql.ts';

const OF_GROUP = 't.merchant_id = $1 and t.mode = $2 and t.carrier = $3';
const groupValues = ({ merchantId, mode, carrier }: TargetGroup) => [merchantId, mode, carrier];

/** Reads and locks the rows of these keys, always in the order of the keys, to avoid deadlocks. */
export async function targetsForUpdate(
  tx: Queryable,
  keys: readonly TargetKey[],
): Promise<PollTarget[]> {
  return queryRows<PollTarget>(tx, {
    name: 'targets_for_update',
    text: `select ${ALL} from poll_targets t
           join unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
                  as k(merchant_id, mode, carrier, tracking_number)
             using (merchant_id, mode, carrier, tracking_number)
           order by t.merchant_id, t.mode, t.carrier, t.tracking_number
           for update of t`,
    values: [
      keys.map((key) => key.merchantId),
      keys.map((key) => key.mode),
      keys.map((key) => key.carrier),
      keys.map((key) => key.trackingNumber),
    ],
  });
}

/** Writes whole targets, new ones too. The caller holds the rows' locks. */
export async function saveTargets(tx: Queryable, targets: readonly PollTarget[]): Promise<void> {
  if (targets.length === 0) return;
  await tx.query({
    name: 'save_targets',
    text: SAVE_TARGETS,
    values: writtenValues(targets),
  });
}

/** Removes targets. The caller holds the rows' locks. */
export async function dropTargets(tx: Queryable, keys: readonly TargetKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.query({
    name: 'drop_targets',
    text: `delete from poll_targets t
           using unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
                   as k(merchant_id, mode, carrier, tracking_number)
           where (t.merchant_id, t.mode, t.carrier, t.tracking_number)
               = (k.merchant_id, k.mode, k.carrier, k.tracking_number)`,
    values: [
      keys.map((key) => key.merchantId),
      keys.map((key) => key.mode),
      keys.map((key) => key.carrier),
      keys.map((key) => key.trackingNumber),
    ],
  });
}

export interface CandidateSearch {
  readonly nowMs: number;
  /** The number of rows read in each class of urgency. */
  readonly perClass: number;
  readonly limit: number;
  readonly price: number;
  readonly ceilingS: number;
}

/** The fields of a due number that ranking uses. */
export type Candidate = PolicyInput &
  Ranked &
  Pick<PollTarget, 'refreshRequestedAtMs'> & {
    /** `rankOf` at this moment, as computed by the database. */
    readonly rank: number;
  };

const RANK = rankSql({ nowMs: '$4', price: '$7', ceilingS: '$8' });

/**
 * Returns roughly the most valuable due numbers of a group: from each class of urgency those that
 * have been due longest, ranked by their planned value (`rank.ts`). It reads one index range per
 * class, so it costs the same with a thousand due as with a million; `order by value` alone would
 * read them all (docs/benchmarks.md, due-index). Whole rows are read for the best only.
 */
export async function dueCandidates(
  db: Queryable,
  group: TargetGroup,
  { nowMs, perClass, limit, price, ceilingS }: CandidateSearch,
): Promise<Candidate[]> {
  return queryRows<Candidate>(db, {
    name: 'due_candidates',
    text: `
      select t.tracking_number, t.carrier, t.service, t.status, t.confirmed, t.time_zone,
        t.edd, t.push, t.known, t.misses, t.value, t.urgency, t.rank, t.created_at,
        t.tracked_since, t.last_fact_at, t.last_update_at, t.last_polled_at, t.due_at,
        t.refresh_requested_at
      from (
        select t.*, ${RANK} as rank
        from generate_series(15, 0, -1) as class(nr)
        cross join lateral (
          select * from poll_targets t
          where ${OF_GROUP} and t.value_class = class.nr and t.ended_at is null
            and t.due_at <= to_timestamp($4 / 1000.0)
          order by t.due_at limit $5) as t
        order by t.refresh_requested_at is null, rank desc
        limit $6) as t`,
    values: [...groupValues(group), nowMs, perClass, limit, price, ceilingS],
  });
}

const TARGETS = leasedRows<TargetKey & Pick<PollTarget, 'leaseToken'>>({
  table: 'poll_targets',
  alias: 't',
  key: TARGET_KEY,
  until: 'lease_until',
  token: LEASE_TOKEN,
});

/**
 * Leases those of the numbers that are still due and that nobody else is leasing at this moment.
 * Each gets the next token of its row: the holder of an older token may not reschedule it.
 */
export async function leaseTargets(
  db: Queryable,
  group: TargetGroup,
  trackingNumbers: readonly string[],
  { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number },
): Promise<PollTarget[]> {
  if (trackingNumbers.length === 0) return [];
  const rows = await TARGETS.claim<PollTarget & { readonly wasDueAtMs: number }>(db, {
    name: 'lease_targets',
    find: `
      where ${OF_GROUP} and t.tracking_number = any($4::text[]) and t.ended_at is null
        and t.due_at <= to_timestamp($5 / 1000.0)
        and (t.lease_until is null or t.lease_until <= to_timestamp($5 / 1000.0))`,
    also: 't.due_at as was_due_at',
    until: 'to_timestamp($6 / 1000.0)',
    set: 'due_at = to_timestamp($6 / 1000.0)',
    returning: `${ALL}, found.was_due_at`,
    values: [...groupValues(group), trackingNumbers, nowMs, untilMs],
  });
  return rows.map(({ wasDueAtMs, ...target }) => ({ ...target, dueAtMs: wasDueAtMs }));
}

/** When the next number of a group becomes due; null if none is left. */
export async function nextDueAtMs(db: Queryable, group: TargetGroup): Promise<number | null> {
  const next = await queryRow<{ dueAtMs: number | null }>(db, {
    name: 'next_due',
    text: `select min(t.due_at) as due_at
           from generate_series(15, 0, -1) as class(nr)
           cross join lateral (
             select t.due_at from poll_targets t
             where ${OF_GROUP} and t.value_class = class.nr and t.ended_at is null
             order by t.due_at limit 1) as t`,
    values: groupValues(group),
  });
  return next?.dueAtMs ?? null;
}

/** Reads the target of a number. Uses row-level security with the app's role. */
export async function targetByNumber(
  db: Queryable,
  carrier: string,
  trackingNumber: string,
): Promise<PollTarget | null> {
  return queryRow<PollTarget>(db, {
    name: 'target_by_number',
    text: `select ${ALL} from poll_targets t where t.carrier = $1 and t.tracking_number = $2`,
    values: [carrier, trackingNumber],
  });
}

/**
 * Reads and locks the targets whose timers have expired, skipping those that other processes have
 * locked.
 */
export async function lockExpiredTimers(
  tx: Queryable,
  nowMs: number,
  limit: number,
): Promise<PollTarget[]> {
  return queryRows<PollTarget>(tx, {
    name: 'lock_expired_timers',
    text: `select ${ALL} from poll_targets t
           where t.timer_at <= to_timestamp($1 / 1000.0) and t.ended_at is null
           order by t.timer_at limit $2 for update skip locked`,
    values: [nowMs, limit],
  });
}

export interface TargetCounts {
  readonly active: number;
  readonly due: number;
  /** The numbers that have been due for longer than the given time. */
  readonly overdue: number;
}

/** The largest count of a kind; where there are more, the answer is this many. */
export const COUNTED_MAX = 5_000;

/**
 * Counts an account's numbers for displays, each kind up to `COUNTED_MAX`. It uses the index of due
 * numbers, which takes tens of milliseconds for a million, where counting them all takes a second.
 * The `order by` makes the planner use that index even without knowing the values.
 */
export async function countTargets(
  db: Queryable,
  group: TargetGroup,
  nowMs: number,
  overdueAfterMs: number,
): Promise<TargetCounts> {
  const counted = (condition: string) => `(
    select count(*)::int from (
      select from generate_series(0, 15) as class(nr) cross join lateral (
        select from poll_targets t
        where ${OF_GROUP} and t.value_class = class.nr and t.ended_at is null ${condition}
        order by t.due_at limit ${COUNTED_MAX}) as t
      limit ${COUNTED_MAX}) as few)`;
  const dueBy = (ms: string) => `and t.due_at <= to_timestamp(${ms} / 1000.0)`;
  const rows = await queryRows<{ active: number; due: number; overdue: number }>(db, {
    name: 'count_targets',
    text: `select ${counted('')} as active, ${counted(dueBy('$4'))} as due,
             ${counted(dueBy('$5'))} as overdue`,
    values: [...groupValues(group), nowMs, nowMs - overdueAfterMs],
  });
  return rows[0] ?? { active: 0, due: 0, overdue: 0 };
}

/** Counts all active numbers exactly, for plans; reads the group's whole index. */
export async function countActive(db: Queryable, group: TargetGroup): Promise<number> {
  const rows = await queryRows<{ active: number }>(db, {
    name: 'count_active_targets',
    text: `select count(*)::int as active from poll_targets t
           where ${OF_GROUP} and t.ended_at is null`,
    values: groupValues(group),
  });
  return rows[0]?.active ?? 0;
}

/**
 * Returns a sample of a group's numbers, for estimating the value of calls. For a large group whole
 * pages are sampled, whose cost depends only on their contents.
 *
 * @param percent of the table's pages; 100 reads the group by its index.
 */
export async function sampleTargets(
  db: Queryable,
  group: TargetGroup,
  percent: number,
  limit: number,
): Promise<PollTarget[]> {
  const drawn = percent >= 100 ? '' : `tablesample system (${Math.max(0.0001, percent)})`;
  return queryRows<PollTarget>(
    db,
    `select ${ALL} from poll_targets t ${drawn}
     where ${OF_GROUP} and t.ended_at is null limit $4`,
    [...groupValues(group), limit],
  );
}

/** Returns live parcels with an update since `sinceMs`, newest first: the data for learning. */
export async function liveTargetsSince(
  db: Queryable,
  sinceMs: number,
  limit: number,
): Promise<PollTarget[]> {
  return queryRows<PollTarget>(
    db,
    `select ${ALL} from poll_targets t
     where t.mode = 'live' and t.last_update_at >= to_timestamp($1 / 1000.0)
       and t.parcel_carrier is null
       and jsonb_array_length(t.history) > 0
     order by t.last_update_at desc limit $2`,
    [sinceMs, limit],
  );
}

/**
 * Schedules one more poll of the numbers that the carrier refused to answer about, spread over
 * `overMs`: access may have changed with the account's credentials. Returns how many there are.
 *
 * @param sinceMs numbers refused earlier stay as they are: nobody waits for them any more.
 */
export async function repollRefused(
  db: Queryable,
  group: TargetGroup,
  { nowMs, sinceMs, overMs }: { nowMs: number; sinceMs: number; overMs: number },
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'repoll_refused',
    text: `with again as (
             select t.tracking_number from poll_targets t
             where ${OF_GROUP} and t.end_reason = 'refused'
               and t.ended_at >= to_timestamp($5 / 1000.0)
             order by t.tracking_number for update)
           update poll_targets t
           set ended_at = null, end_reason = null, reason = 'first_contact',
               why = 'The carrier refused to report on it; polled again, because the account may have been the reason.',
               due_at = to_timestamp(floor($4::float8 + random() * $6::float8) / 1000.0)
           from again where ${OF_GROUP} and t.tracking_number = again.tracking_number`,
    values: [...groupValues(group), nowMs, sinceMs, overMs],
  });
  return rowCount ?? 0;
}
