import { type Judged, setVerdict, stands } from './judged.ts';

/**
 * Rule 6: supersedes facts by rank, from the highest rank downwards. A fact is superseded when a
 * standing fact of higher rank overlaps it: which of the two came last is unknown, so the further
 * one holds. A logical fact is also superseded when one of higher rank began at or before its end,
 * because a notice proves no movement; and so is one that is known only by its category, by a fact
 * of higher rank whose code is known: the category covers much that moves nothing. `facts` is ordered by `lo`; each rank costs one pass and a
 * binary search per fact.
 */
export function supersedeByRank(facts: readonly Judged[]): void {
  for (const rank of standingRanksDownwards(facts)) {
    const higher = higherRanked(facts, rank);
    if (higher.los.length === 0) continue;
    for (const judged of facts) {
      if (judged.rank !== rank || !stands(judged)) continue;
      const index = lastAtOrBefore(higher.los, judged.hi);
      if (index < 0) continue;
      const longest = higher.longest[index];
      if (longest !== undefined && longest.hi >= judged.lo) {
        setVerdict(judged, 'superseded', 'superseded', longest);
      } else if (!judged.isPhysical) {
        setVerdict(judged, 'superseded', 'superseded', higher.facts[index] ?? null);
      } else if (judged.isCoarse) {
        const known = higher.known[index] ?? null;
        if (known !== null) setVerdict(judged, 'superseded', 'superseded', known);
      }
    }
  }
}

interface HigherRanked {
  readonly los: readonly number[];
  readonly facts: readonly Judged[];
  /** At each index, the fact that ends last among those up to that index. */
  readonly longest: readonly Judged[];
  /** At each index, the last fact up to that index whose code is known; null if there is none. */
  readonly known: readonly (Judged | null)[];
}

/** Returns the standing facts above `rank`, ordered by their beginning. */
function higherRanked(facts: readonly Judged[], rank: number): HigherRanked {
  const los: number[] = [];
  const higher: Judged[] = [];
  const longest: Judged[] = [];
  const known: (Judged | null)[] = [];
  let end: Judged | null = null;
  let last: Judged | null = null;
  for (const judged of facts) {
    if (judged.rank === null || judged.rank <= rank || !stands(judged)) continue;
    if (end === null || judged.hi > end.hi) end = judged;
    los.push(judged.lo);
    higher.push(judged);
    longest.push(end);
    if (!judged.isCoarse) last = judged;
    known.push(last);
  }
  return { los, facts: higher, longest, known };
}

function standingRanksDownwards(facts: readonly Judged[]): number[] {
  const ranks = new Set<number>();
  for (const judged of facts) if (judged.rank !== null && stands(judged)) ranks.add(judged.rank);
  return [...ranks].sort((a, b) => b - a);
}

/** Returns the index of the last number ≤ `limit` in an ascending list; −1 when there is none. */
function lastAtOrBefore(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Number.POSITIVE_INFINITY) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
