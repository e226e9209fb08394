import { isTerminal } from '../../kernel/status.ts';
import type { Queryable } from '../../platform/database.ts';
import type { Purpose } from '../budget/debit.ts';
import { valueAt } from '../policy/value.ts';
import type { Plan } from './schedule.ts';
import { type PollTarget, type TargetGroup, viewOf } from './target.ts';
import { dueCandidates } from './targets.sql.ts';

/** A due number, and what a call for it would be for. */
export interface Chosen {
  readonly trackingNumber: string;
  readonly purpose: Exclude<Purpose, 'more'>;
  readonly value: number;
}

/** Looked at beyond those wanted: values have grown since they were planned, some faster. */
const MARGIN = 1.25;
const MARGIN_MIN = 16;
/** Rows read in each class of urgency, at least. */
const PER_CLASS_MIN = 32;

/**
 * The due numbers of a group that are worth most at this moment, best first: what somebody waits
 * for, then by value. Nothing is leased yet.
 */
export async function chooseDue(
  db: Queryable,
  group: TargetGroup,
  wanted: number,
  nowMs: number,
  plan: Plan,
): Promise<Chosen[]> {
  const { price, ceilingS } = plan.spend;
  const candidates = await dueCandidates(db, group, {
    nowMs,
    perClass: Math.max(PER_CLASS_MIN, Math.ceil(wanted / 2)),
    limit: Math.ceil(wanted * MARGIN) + MARGIN_MIN,
    price,
    ceilingS,
  });
  const ranked = candidates.map((target) => ({
    target,
    isAsked: target.refreshAskedAtMs !== null,
    value: Math.max(target.value, valueAt(viewOf(target), nowMs, plan.tables, plan.spend)),
  }));
  ranked.sort((one, other) =>
    one.isAsked === other.isAsked ? other.value - one.value : one.isAsked ? -1 : 1,
  );
  return ranked.slice(0, wanted).map(({ target, isAsked, value }) => ({
    trackingNumber: target.trackingNumber,
    purpose: isAsked ? 'asked' : isOwed(target, nowMs, ceilingS) ? 'owed' : 'planned',
    value,
  }));
}

/** It has waited as long as any parcel may. */
function isOwed(target: PollTarget, nowMs: number, ceilingS: number): boolean {
  const sinceMs =
    isTerminal(target.status) || target.push === 'healthy'
      ? target.dueAtMs
      : (target.lastPolledAtMs ?? target.createdAtMs);
  return nowMs - sinceMs >= ceilingS * 1_000;
}
