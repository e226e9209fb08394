import { UNKNOWN_ZONE_MS } from '../../kernel/time/place-time.ts';
import type { FactSource } from './fold-input.ts';
import { type Judged, setVerdict, stands } from './judged.ts';

/**
 * Finds facts that a bridge and the carrier both reported: with the same status, the same piece and
 * the same time (and the same reason, where the status does not say what happened), where neither could as well be another fact of the other source. The bridge's fact
 * becomes a further observation of the carrier's: it gets the verdict `same_fact` and is not shown
 * again. An ambiguous one stays separate, because an event that is shown twice misleads less than
 * one that is missing. What several bridges report is compared in the same way.
 */
export function markSameFacts(facts: readonly Judged[]): void {
  const bridged = facts.filter((judged) => judged.fact.source === 'bridge' && isDated(judged));
  if (bridged.length === 0) return;
  const known = facts.filter((judged) => REPEATED.has(judged.fact.source) && isDated(judged));
  for (const bridge of new Set(bridged.map(({ fact }) => fact.bridge ?? '').sort())) {
    const own = bridged.filter(({ fact }) => (fact.bridge ?? '') === bridge);
    for (const [mine, theirs] of samePairs(own, known)) {
      setVerdict(mine, 'same_fact', 'same_fact', theirs);
    }
    known.push(...own.filter(stands));
  }
}

/** The sources whose facts a bridge repeats. */
const REPEATED: ReadonlySet<FactSource> = new Set(['carrier', 'imported']);

/** Whether the fact has a time by which it can be recognised. */
function isDated(judged: Judged): boolean {
  return stands(judged) && !judged.fact.summary && Number.isFinite(judged.lo);
}

/** Two facts that may be one. */
interface Pair {
  readonly mine: Judged;
  readonly theirs: Judged;
  /** How far they are apart, if a time without a zone is read as UTC. */
  readonly apartMin: number;
}

/** Returns the pairs that are one fact: first by the time, then by a zone that would explain it. */
function samePairs(
  own: readonly Judged[],
  known: readonly Judged[],
): (readonly [Judged, Judged])[] {
  const pairs = pairsOf(own, known);
  const byTime = pairs.filter(isSameTime);
  const placed = new Set(byTime.flatMap(({ mine, theirs }) => [mine, theirs]));
  const byZone = pairs.filter(
    (pair) => maySameTime(pair) && !placed.has(pair.mine) && !placed.has(pair.theirs),
  );
  // Many facts of a parcel are in the same zone, so a difference that they share is the likeliest.
  const shared = new Map<number, number>();
  for (const { apartMin } of byZone) shared.set(apartMin, (shared.get(apartMin) ?? 0) + 1);
  return [
    ...bestPairs(byTime, () => 1),
    ...bestPairs(byZone, ({ apartMin }) => shared.get(apartMin) ?? 0),
  ];
}

/**
 * Limit of comparisons for one status of a parcel, whose histories have some dozens of facts.
 * Beyond it everything is ambiguous, so that no history takes quadratic time.
 */
const COMPARISONS_MAX = 40_000;

/** Returns all pairs with the same meaning and piece. */
function pairsOf(own: readonly Judged[], known: readonly Judged[]): Pair[] {
  const others = groupByMeaning(known);
  return [...groupByMeaning(own)].flatMap(([key, group]) => {
    const candidates = others.get(key) ?? [];
    if (group.length * candidates.length > COMPARISONS_MAX) return [];
    return group.flatMap((mine) =>
      candidates.map((theirs) => ({
        mine,
        theirs,
        apartMin: readAsUtc(mine).lo - readAsUtc(theirs).lo,
      })),
    );
  });
}

/** Statuses of many different events, which only the reason tells apart. */
const NAMED_BY_REASON: ReadonlySet<string> = new Set(['none', 'exception']);

function groupByMeaning(facts: readonly Judged[]): ReadonlyMap<string, readonly Judged[]> {
  const groups = new Map<string, Judged[]>();
  for (const judged of facts) {
    const { reading, piece } = judged.fact;
    const reason = NAMED_BY_REASON.has(reading.status) ? reading.reason : null;
    const key = JSON.stringify([reading.status, reason, piece]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [judged]);
    else group.push(judged);
  }
  return groups;
}

/** Returns the pairs that are better for both facts than any other pair with one of them. */
function bestPairs(
  pairs: readonly Pair[],
  weightOf: (pair: Pair) => number,
): (readonly [Judged, Judged])[] {
  const best = new Map<Judged, { pair: Pair | null; weight: number }>();
  for (const pair of pairs) {
    const weight = weightOf(pair);
    for (const each of [pair.mine, pair.theirs]) {
      const known = best.get(each);
      if (known === undefined || weight > known.weight) best.set(each, { pair, weight });
      else if (weight === known.weight) known.pair = null;
    }
  }
  return pairs.flatMap((pair) =>
    best.get(pair.mine)?.pair === pair && best.get(pair.theirs)?.pair === pair
      ? [[pair.mine, pair.theirs] as const]
      : [],
  );
}

const MINUTE_MS = 60_000;
/** Every zone is a multiple of this away from UTC. */
const ZONE_STEP_MIN = 15;

/**
 * Whether two intervals overlap, exact to the minute. Where a zone is unknown, the local times do:
 * most services drop the zone and keep the local time.
 */
function isSameTime({ mine, theirs }: Pair): boolean {
  const local = isWithoutZone(mine) || isWithoutZone(theirs);
  const [a, b] = local
    ? [localMinutes(mine), localMinutes(theirs)]
    : [minutes(mine), minutes(theirs)];
  return a.lo <= b.hi && b.lo <= a.hi;
}

/** Whether some zone would make the two times equal, where that of one is unknown. */
function maySameTime({ mine, theirs, apartMin }: Pair): boolean {
  if (!isWithoutZone(mine) && !isWithoutZone(theirs)) return false;
  return mine.lo <= theirs.hi && theirs.lo <= mine.hi && apartMin % ZONE_STEP_MIN === 0;
}

function isWithoutZone({ winning }: Judged): boolean {
  return winning?.offsetMin === null;
}

function readAsUtc(judged: Judged) {
  return isWithoutZone(judged) ? localMinutes(judged) : minutes(judged);
}

function minutes({ lo, hi }: Judged) {
  return { lo: Math.floor(lo / MINUTE_MS), hi: Math.floor(hi / MINUTE_MS) };
}

/** The interval in local time; without a zone it was widened by what zones can be away from UTC. */
function localMinutes(judged: Judged) {
  const { lo, hi } = minutes(judged);
  const offsetMin = judged.winning?.offsetMin;
  if (offsetMin !== null) return { lo: lo + (offsetMin ?? 0), hi: hi + (offsetMin ?? 0) };
  const widthMin = UNKNOWN_ZONE_MS / MINUTE_MS;
  return { lo: lo + widthMin, hi: hi - widthMin };
}
