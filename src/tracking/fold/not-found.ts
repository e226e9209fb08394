import type { FoldPull } from './fold-input.ts';
import { type Judged, takeOut } from './judged.ts';
import type { Shown } from './status.ts';

/**
 * A `not_found` fact says "the carrier does not know this number". It is the reason for a `created`
 * without any other explanation, as long as the fact it refers to still steers and no pull has
 * brought anything since. The status stays: an unknown number does not move a parcel.
 */
export function applyNotFound(
  facts: readonly Judged[],
  pulls: readonly FoldPull[],
  base: Shown,
): Shown {
  if (base.status !== 'created' || base.reason !== null) return base;
  const about = base.steering === null ? null : base.steering.fact.identity;
  const note = facts.findLast(
    (judged) => judged.rule === 'not_found' && judged.fact.about === about,
  );
  if (note === undefined || pulls.some(({ atMs }) => atMs > note.hi)) return base;
  takeOut(note, 'standing', 'not_found');
  return { ...base, reason: note.fact.reading.reason ?? 'not_found' };
}
