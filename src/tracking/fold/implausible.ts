import { type Judged, setVerdict, stands } from './judged.ts';

/**
 * How far in the future a time may be when it is first received; anything later is a mistake. One
 * day allows for the zones on either side of the date line, two hours for fast clocks.
 */
const AHEAD_MAX_MS = 26 * 3_600_000;

/**
 * Rule 1: takes out facts dated long after they were first received, which cannot have happened
 * then.
 */
export function markImplausible(facts: readonly Judged[]): void {
  for (const fact of facts) {
    if (stands(fact) && isImplausible(fact)) setVerdict(fact, 'implausible', 'implausible');
  }
}

/** Whether the fact is dated more than 26 hours after it was first received. */
export function isImplausible({ lo, firstReceivedMs }: Judged): boolean {
  return lo > firstReceivedMs + AHEAD_MAX_MS;
}
