import { UNKNOWN_ZONE_MS } from '../../kernel/time/place-time.ts';
import { compareJudged, type Judged, stands } from './judged.ts';

/**
 * Places scans whose zone is unknown between their neighbours: the scans of the same source whose
 * zone is known and whose local times are next. Read in their neighbours' zone, they keep the order
 * in which the carrier lists local times; a parcel whose scans have no zone at all stays as it is.
 * Returns the facts in their new order.
 */
export function placeUnknownZones(facts: Judged[]): Judged[] {
  const unknown = facts.filter(isWithoutZone);
  if (unknown.length === 0) return facts;
  const known = facts.filter((judged) => stands(judged) && offsetOf(judged) !== null);
  const localMs = ({ lo, winning }: Judged) => lo + (winning?.offsetMin ?? 0) * MINUTE_MS;
  const placed = facts.map((judged) => {
    if (!isWithoutZone(judged)) return judged;
    const wallMs = judged.lo + UNKNOWN_ZONE_MS;
    const own = known.filter((other) => isSameSource(other, judged));
    const before = last(
      own.filter((other) => localMs(other) <= wallMs),
      localMs,
    );
    const after = last(
      own.filter((other) => localMs(other) > wallMs),
      (other) => -localMs(other),
    );
    const offset = offsetOf(before ?? after);
    if (offset === null) return judged;
    let lo = wallMs - offset * MINUTE_MS;
    if (after !== null) lo = Math.min(lo, after.lo);
    if (before !== null) lo = Math.max(lo, before.lo);
    return { ...judged, lo, hi: lo + (judged.hi - judged.lo - 2 * UNKNOWN_ZONE_MS) };
  });
  return placed.sort(compareJudged);
}

const MINUTE_MS = 60_000;

function isWithoutZone(judged: Judged): boolean {
  const isWide = judged.hi - judged.lo >= 2 * UNKNOWN_ZONE_MS;
  return judged.winning?.offsetMin === null && isWide && Number.isFinite(judged.lo);
}

/** The offset of a scan's zone; null if it is unknown, or the scan has no time. */
function offsetOf(judged: Judged | null): number | null {
  if (judged === null || !Number.isFinite(judged.lo)) return null;
  return judged.winning?.offsetMin ?? null;
}

function isSameSource({ fact: a }: Judged, { fact: b }: Judged): boolean {
  return a.source === b.source && a.bridge === b.bridge;
}

/** The one with the greatest value, the last of equals; null if there is none. */
function last(facts: readonly Judged[], rateOf: (judged: Judged) => number): Judged | null {
  return facts.reduce<Judged | null>(
    (best, each) => (best === null || rateOf(each) >= rateOf(best) ? each : best),
    null,
  );
}
