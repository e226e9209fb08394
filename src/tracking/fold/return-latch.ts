import { hasEffect, type Judged, setVerdict, stands } from './judged.ts';
import type { ReturnFlag } from './snapshots.ts';

/** The beginning of a return to the sender, and what proves it. */
export interface ReturnLatch {
  /** The beginning of the earliest standing `returning` fact or of the flag, whichever is first. */
  readonly sinceMs: number;
  /** The earliest `returning` fact; null when only the flag proves the return. */
  readonly first: Judged | null;
  /** The newest snapshot's return flag; null if it is not set or was cancelled. */
  readonly flag: ReturnFlag | null;
}

/**
 * Rule 5: once a return has begun, it continues. Later scans change only the place, even when they
 * say "out for delivery" (to the sender). Only a "return cancelled" that is certainly later ends
 * earlier returns; a snapshot that no longer says "return" does not. Returns null when there is no
 * return.
 */
export function latchReturn(
  facts: readonly Judged[],
  returnFlag: ReturnFlag | null,
): ReturnLatch | null {
  const cancel = newestReturnCancelled(facts);
  const flag =
    returnFlag !== null && (cancel === null || cancel.lo <= returnFlag.asOfMs) ? returnFlag : null;
  let first: Judged | null = null;
  for (const judged of facts) {
    if (!stands(judged) || judged.fact.reading.status !== 'returning') continue;
    if (cancel !== null && cancel.lo > judged.hi) {
      setVerdict(judged, 'superseded', 'return_latch', cancel);
    } else first ??= judged;
  }
  if (first === null && flag === null) return null;
  const sinceMs = Math.min(
    first?.lo ?? Number.POSITIVE_INFINITY,
    flag?.asOfMs ?? Number.POSITIVE_INFINITY,
  );
  markPlaceOnly(facts, sinceMs, first);
  return { sinceMs, first, flag };
}

function newestReturnCancelled(facts: readonly Judged[]): Judged | null {
  return (
    facts.findLast((judged) => judged.fact.reading.returnCancelled && hasEffect(judged)) ?? null
  );
}

/**
 * Marks facts that are not certainly before the return: they only give a place. There are two
 * exceptions: a delivery, which ends the return, and an "exception" set by a person's command,
 * which is a decision and not a scan.
 */
function markPlaceOnly(facts: readonly Judged[], sinceMs: number, first: Judged | null): void {
  const last = facts.findLast(stands);
  for (const judged of facts) {
    if (!stands(judged) || judged.rank === null || judged.isDelivery || judged.hi < sinceMs)
      continue;
    const decided = judged === last && isDecidedException(judged);
    if (!decided) setVerdict(judged, 'returning_place_only', 'return_latch', first);
  }
}

/** Whether a person set the status `exception` by a command. */
function isDecidedException(judged: Judged): boolean {
  return judged.fact.source === 'command' && judged.fact.reading.status === 'exception';
}
