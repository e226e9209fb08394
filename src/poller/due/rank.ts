import { isTerminal, STATUSES, type Status } from '../../kernel/status.ts';
import type { Spend } from '../policy/policy.ts';
import { type PollTarget, waitingSinceMs } from './target.ts';

/**
 * The order in which due numbers are polled. PostgreSQL sorts by it, and the worker decides by it
 * at the edge of its budget, so the formula is written once, over an arithmetic with two
 * implementations: numbers, and the text of a SQL expression.
 *
 * - In progress: the current value of a call, and at least the price of a call × the value owed for
 *   a wait of this length. Beyond the ceiling that exceeds the rank of everything that is in time.
 * - Behind a healthy push: a check that push still works. It yields to all due polls until it is a
 *   ceiling late itself.
 * - Ended and confirmed: an audit, after every parcel in progress, the most valuable first.
 */
export type Ranked = Pick<
  PollTarget,
  | 'status'
  | 'confirmed'
  | 'push'
  | 'known'
  | 'value'
  | 'urgency'
  | 'dueAtMs'
  | 'createdAtMs'
  | 'trackedSinceMs'
  | 'lastPolledAtMs'
>;

/** How fast a wait beyond the ceiling outranks everything else, in prices per ceiling. */
const OVERDUE_PRICES = 100;
const HOUR_MS = 3_600_000;
const ENDED: readonly Status[] = STATUSES.filter(isTerminal);

/** The current price and ceiling. */
type Ceiling = Pick<Spend, 'price' | 'ceilingS'>;

/**
 * Returns the rank of a due number; comparable among due numbers only, and below 0 for audits of
 * ended parcels. Pure.
 */
export function rankOf(target: Ranked, nowMs: number, spend: Ceiling): number {
  return rank(NUMBERS, numbersOf(target, nowMs, spend));
}

/**
 * Whether a parcel has waited as long as any may, so that a call is owed to it. Never true of an
 * audit after the end: calls are owed only to parcels in progress.
 */
export function isOwed(target: Ranked, nowMs: number, spend: Ceiling): boolean {
  const terms = numbersOf(target, nowMs, spend);
  return !isAudit(NUMBERS, terms) && ceilingsWaited(NUMBERS, terms) >= 1;
}

/** Whether the instance has certainly ended, so that only audits for corrections remain. */
export function isAfterEnd({ status, confirmed }: Pick<Ranked, 'status' | 'confirmed'>): boolean {
  return isTerminal(status) && confirmed;
}

/** Parameters of the SQL expression, as `$4` or any other expression of type float8. */
export interface RankParameters {
  readonly nowMs: string;
  readonly price: string;
  readonly ceilingS: string;
}

/**
 * Returns the same formula over the columns of `poll_targets t`, as an expression of type float8.
 */
export function rankSql({ nowMs, price, ceilingS }: RankParameters): string {
  // As `waitingSinceMs`.
  const waitingSince = 'coalesce(t.last_polled_at, t.tracked_since, t.created_at)';
  const epochMs = (column: string) => `(extract(epoch from ${column})::float8 * 1000)`;
  return rank(SQL, {
    isEnded: `t.status in (${ENDED.map((status) => `'${status}'`).join(', ')})`,
    isConfirmed: 't.confirmed',
    isPushed: `t.push = 'healthy'`,
    isKnown: '(t.known or t.last_polled_at is null)',
    value: 't.value::float8',
    urgency: 't.urgency::float8',
    price: `${price}::float8`,
    lateMs: `(${nowMs}::float8 - ${epochMs('t.due_at')})`,
    waitedMs: `(${nowMs}::float8 - ${epochMs(waitingSince)})`,
    ceilingMs: `(${ceilingS}::float8 * 1000)`,
  });
}

interface Terms<N, B> {
  readonly isEnded: B;
  readonly isConfirmed: B;
  readonly isPushed: B;
  /** Whether we assume that the carrier knows the number: it was never polled, or has answered. */
  readonly isKnown: B;
  readonly value: N;
  readonly urgency: N;
  readonly price: N;
  /** The time since it was due. */
  readonly lateMs: N;
  /** The time since the last poll, or else since this hub began to track it. */
  readonly waitedMs: N;
  readonly ceilingMs: N;
}

interface Arithmetic<N, B> {
  of(value: number): N;
  add(one: N, other: N): N;
  subtract(from: N, what: N): N;
  multiply(one: N, other: N): N;
  divide(what: N, by: N): N;
  larger(one: N, other: N): N;
  atMost(one: N, other: N): B;
  both(one: B, other: B): B;
  not(what: B): B;
  choose(condition: B, one: N, other: N): N;
}

function rank<N, B>(a: Arithmetic<N, B>, terms: Terms<N, B>): N {
  const { value, urgency, price, lateMs } = terms;
  const worth = a.add(value, a.multiply(urgency, a.divide(lateMs, a.of(HOUR_MS))));
  const owed = a.multiply(price, owedPrices(a, ceilingsWaited(a, terms)));
  const audit = a.divide(a.of(-1), a.add(a.of(1), a.larger(worth, a.of(0))));
  return a.choose(
    isAudit(a, terms),
    audit,
    a.choose(a.both(terms.isPushed, a.not(terms.isEnded)), owed, a.larger(worth, owed)),
  );
}

function isAudit<N, B>(a: Arithmetic<N, B>, { isEnded, isConfirmed }: Terms<N, B>): B {
  return a.both(isEnded, isConfirmed);
}

/**
 * The length of the wait, in ceilings. It counts from the last poll where the price of a call
 * decides the next one; a parcel with a timetable of its own (healthy push, a number that the
 * carrier does not know, an end to be confirmed) waits from the time set by that timetable.
 */
function ceilingsWaited<N, B>(a: Arithmetic<N, B>, terms: Terms<N, B>): N {
  const { isEnded, isPushed, isKnown, lateMs, waitedMs, ceilingMs } = terms;
  const isPriced = a.both(a.not(isEnded), a.both(a.not(isPushed), isKnown));
  return a.divide(a.larger(a.of(0), a.choose(isPriced, waitedMs, lateMs)), ceilingMs);
}

/** The value owed, in prices: the square of the wait up to one ceiling, then rising steeply. */
function owedPrices<N, B>(a: Arithmetic<N, B>, waited: N): N {
  const beyond = a.multiply(a.of(OVERDUE_PRICES), a.subtract(waited, a.of(1)));
  return a.choose(a.atMost(waited, a.of(1)), a.multiply(waited, waited), a.add(a.of(1), beyond));
}

function numbersOf(target: Ranked, nowMs: number, { price, ceilingS }: Ceiling) {
  return {
    isEnded: isTerminal(target.status),
    isConfirmed: target.confirmed,
    isPushed: target.push === 'healthy',
    isKnown: target.known || target.lastPolledAtMs === null,
    value: target.value,
    urgency: target.urgency,
    price,
    lateMs: nowMs - target.dueAtMs,
    waitedMs: nowMs - waitingSinceMs(target),
    ceilingMs: ceilingS * 1_000,
  };
}

const NUMBERS: Arithmetic<number, boolean> = {
  of: (value) => value,
  add: (one, other) => one + other,
  subtract: (from, what) => from - what,
  multiply: (one, other) => one * other,
  divide: (what, by) => what / by,
  larger: Math.max,
  atMost: (one, other) => one <= other,
  both: (one, other) => one && other,
  not: (what) => !what,
  choose: (condition, one, other) => (condition ? one : other),
};

const SQL: Arithmetic<string, string> = {
  of: (value) => `${value}::float8`,
  add: (one, other) => `(${one} + ${other})`,
  subtract: (from, what) => `(${from} - ${what})`,
  multiply: (one, other) => `(${one} * ${other})`,
  divide: (what, by) => `(${what} / ${by})`,
  larger: (one, other) => `greatest(${one}, ${other})`,
  atMost: (one, other) => `(${one} <= ${other})`,
  both: (one, other) => `(${one} and ${other})`,
  not: (what) => `(not ${what})`,
  choose: (condition, one, other) => `(case when ${condition} then ${one} else ${other} end)`,
};
