import { type Judged, stands, takeOut } from './judged.ts';

/**
 * A day for the zones on either side of the date line, and two hours for fast clocks: a time
 * further in the future than this when it is first received is a mistake.
 */
const AHEAD_MAX_MS = 26 * 3_600_000;

/** Rule 1: a fact dated long after we first received it cannot have happened at that time. */
export function markImplausible(facts: readonly Judged[]): void {
  for (const fact of facts) {
    if (stands(fact) && isImplausible(fact)) takeOut(fact, 'implausible', 'implausible');
  }
}

export function isImplausible({ lo, firstReceivedMs }: Judged): boolean {
  return lo > firstReceivedMs + AHEAD_MAX_MS;
}
