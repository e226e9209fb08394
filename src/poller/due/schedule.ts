import { isTerminal } from '../../kernel/status.ts';
import type { HazardTables } from '../hazard/compile.ts';
import { type PollPolicy, type Spend, times } from '../policy/policy.ts';
import { valueAt } from '../policy/value.ts';
import { isAfterEnd } from './rank.ts';
import {
  type EndReason,
  type PolicyInput,
  type TargetSchedule,
  toParcelView,
  waitingSinceMs,
} from './target.ts';

const HOUR_MS = 3_600_000;
/** Waits count as at least this long when urgency is computed. */
const WAIT_MS_MIN = HOUR_MS / 4;

/** The number of classes of urgency, in powers of two; the last is for refreshes by people. */
const CLASSES = 16;
export const REFRESH_CLASS = CLASSES - 1;
/**
 * Audits after the end, and checks of healthy push, have classes of their own: however many are
 * late, none of them displaces a parcel that has to be polled among the rows that are read.
 */
const AFTER_END_CLASS = 0;
const PUSHED_CLASS = 1;
/**
 * The class of an urgency of one hub scan per hour, so that 0.016 … 32 have classes of their own.
 */
const CLASS_OF_ONE = 8;
const CLASS = { least: 2, most: CLASSES - 3 };

/** Pauses after calls that failed for one number while others succeeded. */
const RETRY_MS = { least: 5 * 60_000, most: 6 * HOUR_MS };
/** "Never", in a column that requires an instant. */
const NEVER_MS = Date.UTC(9999, 0, 1);

/** What currently decides about the account's calls. */
export interface Plan {
  readonly policy: PollPolicy;
  readonly tables: HazardTables;
  readonly spend: Spend;
  /** The carrier's least time between two polls of one parcel; absent: none. */
  readonly parcelPauseS?: number | undefined;
}

export interface ScheduleOptions {
  /** Poll again no later than this: an answer omitted previously known facts. */
  readonly recheckAtMs?: number;
}

type Planned = Pick<
  TargetSchedule,
  'dueAtMs' | 'value' | 'urgency' | 'valueClass' | 'reason' | 'why'
> & { readonly end: EndReason | null };

/**
 * Plans when a number is polled next, with its rank among other due numbers: its value then and the
 * increase with each hour of waiting. Pure.
 */
export function scheduleOf(
  target: PolicyInput & { readonly failures: number },
  nowMs: number,
  plan: Plan,
  { recheckAtMs }: ScheduleOptions = {},
): Planned {
  const view = toParcelView(target);
  const next = plan.policy.next(view, nowMs, plan.spend);
  if (next.reason === 'finished' && recheckAtMs !== undefined) {
    return planAt(target, recheckAtMs, plan.spend.price, 'recheck', WHY_RECHECK, plan);
  }
  if (next.reason === 'finished' || next.reason === 'give_up') {
    const end = next.reason === 'finished' ? 'finished' : 'expired';
    return { ...NO_CALL, reason: next.reason, why: next.why, end };
  }
  const retryAtMs = retryAt(target.failures, nowMs);
  if (retryAtMs > next.atMs) {
    const why = `There was no usable answer ${times(target.failures)} in a row; it will be polled again later.`;
    return planAt(target, retryAtMs, next.value, 'retry', why, plan);
  }
  if (recheckAtMs !== undefined && recheckAtMs < next.atMs) {
    const worth = Math.max(next.value, plan.spend.price);
    return planAt(target, recheckAtMs, worth, 'recheck', WHY_RECHECK, plan);
  }
  return planAt(target, next.atMs, next.value, next.reason, next.why, plan);
}

const WHY_RECHECK = 'The last answer lacked facts that were known before; polled again to be sure.';

/** The schedule of a number that is never due, because it has ended. */
export const NO_CALL = { dueAtMs: NEVER_MS, value: 0, urgency: 0, valueClass: 0 } as const;

/** The earliest retry of a number whose calls failed this often in a row. */
export function retryAt(failures: number, nowMs: number): number {
  if (failures === 0) return Number.NEGATIVE_INFINITY;
  return nowMs + Math.min(RETRY_MS.most, RETRY_MS.least * 2 ** Math.min(16, failures - 1));
}

/**
 * Returns the plan of a poll at a time, with its rank. A value of 0 or less is computed for that
 * time.
 */
function planAt(
  target: PolicyInput,
  atMs: number,
  worth: number,
  reason: TargetSchedule['reason'],
  why: string,
  { tables }: Plan,
): Planned {
  const dueAtMs = Math.min(Math.round(atMs), NEVER_MS);
  const value = worth > 0 ? worth : valueAt(toParcelView(target), dueAtMs, tables);
  const urgency = urgencyOf(target, dueAtMs, value);
  const valueClass = reason === 'confirm' ? REFRESH_CLASS : classOf(target, urgency);
  return { dueAtMs, value, urgency, valueClass, reason, why, end: null };
}

/**
 * Returns how fast the value grows per hour of waiting. Until the poll is due it grew roughly with
 * the square of the wait, so from then on it grows at twice its mean rate.
 */
function urgencyOf(target: PolicyInput, dueAtMs: number, value: number): number {
  const sinceMs = Math.max(waitingSinceMs(target), target.lastUpdateAtMs ?? target.createdAtMs);
  return (2 * value * HOUR_MS) / Math.max(WAIT_MS_MIN, dueAtMs - sinceMs);
}

/**
 * Returns the class of urgency: one per power of two, with classes of their own for audits and for
 * parcels behind a healthy push.
 */
function classOf(target: PolicyInput, urgency: number): number {
  if (isAfterEnd(target)) return AFTER_END_CLASS;
  if (target.push === 'healthy' && !isTerminal(target.status)) return PUSHED_CLASS;
  if (!(urgency > 0)) return CLASS.least;
  const index = Math.round(Math.log2(urgency)) + CLASS_OF_ONE;
  return Math.min(CLASS.most, Math.max(CLASS.least, index));
}
