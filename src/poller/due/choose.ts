import type { Queryable } from '../../platform/database/database.ts';
import type { Purpose } from '../budget/debit.ts';
import { valueAt } from '../policy/value.ts';
import { isOwed, rankOf } from './rank.ts';
import type { Plan } from './schedule.ts';
import { type TargetGroup, toParcelView } from './target.ts';
import { type Candidate, dueCandidates } from './targets.sql.ts';

/** A due number, and the purpose of a call for it. */
export interface Chosen {
  readonly trackingNumber: string;
  readonly purpose: Exclude<Purpose, 'more' | 'extra'>;
  readonly rank: number;
}

/** More candidates than wanted are read, because some values have grown faster than planned. */
const MARGIN = 1.15;
const MARGIN_MIN = 16;
/** How many rows are read from each class of urgency, at least. */
const PER_CLASS_MIN = 32;

/**
 * Values are recomputed for this many numbers on each side of the cut: only there does the order
 * matter, and it takes up to a tenth of a millisecond for a number that has waited for days.
 */
const NEAR_THE_CUT = 75;
/** A value that was computed less than this long ago still holds. */
const HOLDS_MS = 5 * 60_000;

/**
 * Returns the due numbers of a group to poll now, best first: those that somebody is waiting for,
 * then by rank (`rank.ts`). Nothing is leased yet.
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
  // Classes of urgency that reached the limit of rows may contain more.
  if (candidates.length < wanted && candidates.length >= perClass) {
    candidates = await dueCandidates(db, group, { ...search, perClass: wanted });
  }
  return bestOf(candidates, wanted, nowMs, plan);
}

/** Returns the best of the candidates from the database, best first. Pure. */
export function bestOf(
  candidates: readonly Candidate[],
  wanted: number,
  nowMs: number,
  plan: Plan,
): Chosen[] {
  const isCut = candidates.length > wanted;
  const chosen = candidates.map((target, place): Chosen => {
    const { trackingNumber } = target;
    if (target.refreshRequestedAtMs !== null) {
      return { trackingNumber, purpose: 'refresh', rank: target.rank };
    }
    // Parcels beyond the ceiling are ranked by how far beyond they are, so their value is not
    // needed.
    if (isOwed(target, nowMs, plan.spend)) {
      return { trackingNumber, purpose: 'owed', rank: target.rank };
    }
    const isNear = isCut && Math.abs(place - wanted) <= NEAR_THE_CUT;
    const isStale = nowMs - target.dueAtMs > HOLDS_MS;
    const rank = isNear && isStale ? recomputeRank(target, nowMs, plan) : target.rank;
    return { trackingNumber, purpose: 'planned', rank };
  });
  return chosen.sort(byPurposeAndRank).slice(0, wanted);
}

/** Ranks a number by the value of a call now, not by the value expected when it was planned. */
function recomputeRank(target: Candidate, nowMs: number, { tables, spend }: Plan): number {
  const value = Math.max(target.value, valueAt(toParcelView(target), nowMs, tables));
  return rankOf({ ...target, value, urgency: 0 }, nowMs, spend);
}

function byPurposeAndRank(one: Chosen, other: Chosen): number {
  const isRefresh = ({ purpose }: Chosen) => (purpose === 'refresh' ? 1 : 0);
  return isRefresh(other) - isRefresh(one) || other.rank - one.rank;
}
