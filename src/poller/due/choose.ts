import { isTerminal } from '../../kernel/status.ts';
import type { Queryable } from '../../platform/database.ts';
import type { Purpose } from '../budget/debit.ts';
import { valueAt } from '../policy/value.ts';
import type { Plan } from './schedule.ts';
import { type TargetGroup, viewOf } from './target.ts';
import { type Candidate, dueCandidates } from './targets.sql.ts';

/** A due number, and what a call for it would be for. */
export interface Chosen {
  readonly trackingNumber: string;
  readonly purpose: Exclude<Purpose, 'more' | 'extra'>;
  readonly value: number;
}

/** Looked at beyond those wanted: values have grown since they were planned, some faster. */
const MARGIN = 1.15;
const MARGIN_MIN = 16;
/** Rows read in each class of urgency, at least. */
const PER_CLASS_MIN = 32;

/**
 * Values are reckoned anew for this many on each side of the cut: only there does it matter which
 * is worth more, and it takes up to a tenth of a millisecond for one that has waited for days.
 */
const NEAR_THE_CUT = 75;
/** A value planned for so short a while ago still holds. */
const HOLDS_MS = 5 * 60_000;

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
  const limit = Math.ceil(wanted * MARGIN) + MARGIN_MIN;
  const search = { nowMs, limit, price, ceilingS };
  const perClass = Math.max(PER_CLASS_MIN, Math.ceil(wanted / 4));
  let candidates = await dueCandidates(db, group, { ...search, perClass });
  // Few classes that are all read to the end of what was asked: there may be more in them.
  if (candidates.length < wanted && candidates.length >= perClass) {
    candidates = await dueCandidates(db, group, { ...search, perClass: wanted });
  }
  const isCut = candidates.length > wanted;
  const ranked = candidates.map((target, place): Chosen => {
    const { trackingNumber } = target;
    if (target.refreshAskedAtMs !== null) {
      return { trackingNumber, purpose: 'asked', value: target.rank };
    }
    // What is beyond the ceiling is ranked by how far, which needs no reckoning.
    if (isOwed(target, nowMs, ceilingS)) {
      return { trackingNumber, purpose: 'owed', value: target.rank };
    }
    const isNear = isCut && Math.abs(place - wanted) <= NEAR_THE_CUT;
    const value =
      isNear && nowMs - target.dueAtMs > HOLDS_MS
        ? Math.max(target.value, valueAt(viewOf(target), nowMs, plan.tables, plan.spend))
        : target.rank;
    return { trackingNumber, purpose: 'planned', value };
  });
  return ranked.sort(byPurposeAndValue).slice(0, wanted);
}

function byPurposeAndValue(one: Chosen, other: Chosen): number {
  const isAsked = ({ purpose }: Chosen) => (purpose === 'asked' ? 1 : 0);
  return isAsked(other) - isAsked(one) || other.value - one.value;
}

/** It has waited as long as any parcel may. */
function isOwed(target: Candidate, nowMs: number, ceilingS: number): boolean {
  const sinceMs =
    isTerminal(target.status) || target.push === 'healthy'
      ? target.dueAtMs
      : (target.lastPolledAtMs ?? target.createdAtMs);
  return nowMs - sinceMs >= ceilingS * 1_000;
}
