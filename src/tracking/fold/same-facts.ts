import { UNKNOWN_ZONE_MS } from '../../kernel/time/place-time.ts';
import type { FactSource } from './fold-input.ts';
import { type Judged, setVerdict, stands } from './judged.ts';

/**
 * Finds facts that a bridge and the carrier both reported: with the same status, piece and time,
 * and the same reason where the status does not say what happened. Neither may fit another fact of
 * the other source as well. The bridge's fact becomes a further observation of the carrier's: it
 * gets the verdict `same_fact` and is not shown again. An ambiguous one stays separate, because an
 * event that is shown twice misleads less than one that is missing. Facts of several bridges are
 * compared in the same way.
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
    for (const judged of own) if (stands(judged)) known.push(judged);
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
  const exact = bestPairs(pairs.filter(isSameTime), () => 1);
  const placed = new Set(exact.flat());
  const left = pairs.filter(
    (pair) => maySameTime(pair) && !placed.has(pair.mine) && !placed.has(pair.theirs),
  );
  return [...exact, ...bestPairs(left, likelihood(left))];
}

/**
 * A source writes most times of a parcel in the same way, so of several pairs the likeliest is the
 * one whose way explains most pairs: local times without their zone, or times that differ by the
 * same number of minutes. Between ways that explain as many, local time is likelier than UTC, and
 * UTC than another zone.
 */
function likelihood(pairs: readonly Pair[]): (pair: Pair) => number {
  const localCount = pairs.filter(isSameLocalTime).length;
  const countByApart = new Map<number, number>();
  for (const { apartMin } of pairs) {
    countByApart.set(apartMin, (countByApart.get(apartMin) ?? 0) + 1);
  }
  return (pair) => {
    const local = isSameLocalTime(pair) ? localCount + 0.5 : 0;
    const apart = (countByApart.get(pair.apartMin) ?? 0) + (pair.apartMin === 0 ? 0.25 : 0);
    return Math.max(local, apart);
  };
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

type Range = Pick<Judged, 'lo' | 'hi'>;

const MINUTE_MS = 60_000;
/** Every zone is a multiple of this away from UTC. */
const ZONE_STEP_MIN = 15;

/** Whether two times with known zones overlap, exact to the minute. */
function isSameTime({ mine, theirs }: Pair): boolean {
  if (isWithoutZone(mine) || isWithoutZone(theirs)) return false;
  return overlap(minutes(mine), minutes(theirs));
}

/** Whether the local times overlap. */
function isSameLocalTime({ mine, theirs }: Pair): boolean {
  return overlap(localMinutes(mine), localMinutes(theirs));
}

function overlap(a: Range, b: Range): boolean {
  return a.lo <= b.hi && b.lo <= a.hi;
}

/** Whether some zone would make the two times equal, where that of one is unknown. */
function maySameTime(pair: Pair): boolean {
  const { mine, theirs, apartMin } = pair;
  if (!isWithoutZone(mine) && !isWithoutZone(theirs)) return false;
  return overlap(mine, theirs) && (apartMin % ZONE_STEP_MIN === 0 || isSameLocalTime(pair));
}

function isWithoutZone({ winning }: Judged): boolean {
  return winning?.offsetMin === null;
}

function readAsUtc(judged: Judged): Range {
  return isWithoutZone(judged) ? localMinutes(judged) : minutes(judged);
}

function minutes({ lo, hi }: Judged): Range {
  return { lo: Math.floor(lo / MINUTE_MS), hi: Math.floor(hi / MINUTE_MS) };
}

/** The interval in local time; without a zone it was widened by what zones can be away from UTC. */
function localMinutes(judged: Judged): Range {
  const { lo, hi } = minutes(judged);
  const offsetMin = judged.winning?.offsetMin;
  if (offsetMin !== null) return { lo: lo + (offsetMin ?? 0), hi: hi + (offsetMin ?? 0) };
  const widthMin = UNKNOWN_ZONE_MS / MINUTE_MS;
  return { lo: lo + widthMin, hi: hi - widthMin };
}
