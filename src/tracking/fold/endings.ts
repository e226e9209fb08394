import { type Judged, speaks, stands, takeOut } from './judged.ts';

/**
 * Rule 3: takes out every `cancelled` fact if there is any physical scan, before or after it. A
 * scan shows that the parcel is on its way, so the label was not voided.
 */
export function markCancelled(facts: readonly Judged[]): void {
  const scan = facts.findLast(
    (judged) => stands(judged) && judged.physical && judged.fact.reading.status !== 'cancelled',
  );
  if (scan === undefined) return;
  for (const judged of facts) {
    if (stands(judged) && judged.fact.reading.status === 'cancelled') {
      takeOut(judged, 'cancelled_ignored', 'cancelled', scan);
    }
  }
}

/**
 * Rule 4, first half: takes out every delivery that began before the end of the newest correction.
 * A correction is a fact whose code is on the carrier's list of corrections.
 */
export function markCorrected(facts: readonly Judged[]): void {
  let latest: Judged | null = null;
  for (const judged of facts) {
    if (!judged.fact.reading.correction || !speaks(judged)) continue;
    if (latest === null || judged.hi > latest.hi) latest = judged;
  }
  if (latest === null) return;
  for (const judged of facts) {
    if (judged.delivery && stands(judged) && judged.lo <= latest.hi) {
      takeOut(judged, 'corrected', 'correction', latest);
    }
  }
}

/**
 * Rule 4, second half: the delivery whose interval ends first ends the instance and supersedes
 * every fact that is certainly later. Facts that only overlap it are left to the return latch and
 * the ranks. A parcel that is back at the sender counts as delivered here.
 */
export function markAfterDelivery(facts: readonly Judged[]): void {
  let end: Judged | null = null;
  for (const judged of facts) {
    if (judged.delivery && stands(judged) && (end === null || judged.hi < end.hi)) end = judged;
  }
  if (end === null) return;
  for (const judged of facts) {
    const counts = stands(judged) || (judged.fact.reading.returnCancelled && speaks(judged));
    if (counts && judged.lo > end.hi) takeOut(judged, 'superseded', 'delivered', end);
  }
}
