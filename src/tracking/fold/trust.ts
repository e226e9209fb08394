import type { Judged } from './judged.ts';
import type { Shown } from './status.ts';

/**
 * Rule 8: the result is confirmed when the steering fact has an observation better than a static
 * header, or when waiting for one has timed out. If only a snapshot's flag made it a return, the
 * flag needs the same. An empty history is our own statement, and therefore confirmed.
 */
export function isConfirmed(shown: Shown, timedOutAbout: ReadonlySet<string | null>): boolean {
  const { steering, latch } = shown;
  if (timedOutAbout.has(steering === null ? null : steering.fact.identity)) return true;
  const flagDecides = latch !== null && latch.first === null && shown.status !== 'exception';
  if (flagDecides && latch.flag?.trusted !== true) return false;
  return steering === null || isTrusted(steering);
}

/** Steering facts whose confirmation has timed out; null stands for "no fact". */
export function timedOutAbout(facts: readonly Judged[]): ReadonlySet<string | null> {
  const about = new Set<string | null>();
  for (const judged of facts) if (judged.rule === 'trust') about.add(judged.fact.about);
  return about;
}

function isTrusted(judged: Judged): boolean {
  return judged.fact.observations.some((observation) => observation.trust !== 'secret');
}
