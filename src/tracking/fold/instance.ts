import { compare } from './compare.ts';
import { isImplausible } from './implausible.ts';
import { type Judged, setVerdict } from './judged.ts';

/**
 * The rule before all others: chooses one parcel among those that reuse a number, and takes out the
 * facts of the others. Some carriers distinguish such parcels by an id of their own. The choice
 * follows from the set of received facts, never from their order of arrival:
 * - Of the parcels with updates at or after the registration, it is the one that began first: a
 *   parcel that was registered before it moved stays that parcel when its number is reused.
 * - When none has such updates, it is the one with the newest fact: a late registration means the
 *   parcel that has the number now.
 *
 * Facts reported only under other ids become `other_instance`. Facts without an id always belong to
 * the instance. Expects `facts` in the order of `compareJudged`. Returns the chosen id; null when
 * no id was received.
 */
export function markOtherInstances(
  facts: readonly Judged[],
  registeredAtMs: number,
): string | null {
  const chosen = chooseParcelId(facts, registeredAtMs);
  if (chosen === null) return null;
  for (const judged of facts) {
    const ids = pieceIds(judged.fact);
    if (ids.size > 0 && !ids.has(chosen)) setVerdict(judged, 'other_instance', 'instance');
  }
  return chosen;
}

/** Whether a report refers to the parcel with the chosen id, or gives no id. */
export function isOfInstance(
  { carrierPieceId }: { readonly carrierPieceId: string | null },
  chosen: string | null,
): boolean {
  return carrierPieceId === null || carrierPieceId === chosen;
}

/** Returns the distinct carrier's piece ids under which a fact was reported. */
export function pieceIds(fact: {
  readonly observations: readonly { readonly carrierPieceId: string | null }[];
}): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { carrierPieceId } of fact.observations) {
    if (carrierPieceId !== null) ids.add(carrierPieceId);
  }
  return ids;
}

interface Parcel {
  readonly id: string;
  readonly first: Judged;
  newest: Judged;
  lastMs: number;
}

/** Chooses as described at `markOtherInstances`; null when no fact has an id. */
function chooseParcelId(facts: readonly Judged[], registeredAtMs: number): string | null {
  const reported = groupByParcelId(facts.filter(hasUsableTime));
  const known = reported.length > 0 ? reported : groupByParcelId(facts);
  const alive = known.filter(({ lastMs }) => lastMs >= registeredAtMs);
  const best =
    alive.length > 0
      ? alive.reduce((a, b) => (compareFirst(a, b) <= 0 ? a : b))
      : known.reduce<Parcel | null>((a, b) => (a && compareNewest(a, b) >= 0 ? a : b), null);
  return best?.id ?? null;
}

/**
 * Whether a fact's time can be compared with the registration. Without a time we only know when the
 * fact was received, and an implausible time is a mistake.
 */
function hasUsableTime(judged: Judged): boolean {
  return judged.lo !== Number.NEGATIVE_INFINITY && !isImplausible(judged);
}

/**
 * Groups the facts by the carrier's id of the parcel. Each group has the first and the newest fact
 * and the latest end of any (`lastMs`).
 */
function groupByParcelId(facts: readonly Judged[]): Parcel[] {
  const known = new Map<string, Parcel>();
  for (const judged of facts) {
    for (const id of pieceIds(judged.fact)) {
      const parcel = known.get(id);
      if (parcel === undefined) {
        known.set(id, { id, first: judged, newest: judged, lastMs: judged.hi });
      } else {
        parcel.newest = judged;
        parcel.lastMs = Math.max(parcel.lastMs, judged.hi);
      }
    }
  }
  return [...known.values()];
}

function compareFirst(a: Parcel, b: Parcel): number {
  return compare(a.first.lo, b.first.lo) || compare(a.first.hi, b.first.hi) || compare(a.id, b.id);
}

function compareNewest(a: Parcel, b: Parcel): number {
  return (
    compare(a.newest.lo, b.newest.lo) || compare(a.newest.hi, b.newest.hi) || compare(a.id, b.id)
  );
}
