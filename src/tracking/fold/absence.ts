import { compare } from './compare.ts';
import type { FoldPolicy, FoldPull } from './fold-input.ts';
import { type Judged, stands, takeOut } from './judged.ts';

/** One absence may be a hiccup of the carrier; the second, from a pull of its own, is a denial. */
const ABSENCES_MIN = 2;

/**
 * Rule 2, for carriers whose pulls list the whole history: a fact once pulled and then left out
 * of two full pulls is `retracted`; one known by push only and left out of two full pulls since
 * it was first received is `refuted` (first, so that a push sent again changes nothing). A pull that
 * lists it again revives it, because only pulls after the last one containing it count.
 *
 * Returns true when some fact has been missed exactly once: a confirming pull is due.
 */
export function markAbsent(
  facts: readonly Judged[],
  pulls: readonly FoldPull[],
  policy: FoldPolicy,
): boolean {
  if (!policy.pullsFullHistory) return false;
  const newestFirst = pulls
    .filter((pull) => !Number.isNaN(pull.atMs))
    .sort(comparePullsNewestFirst);
  if (newestFirst.length === 0) return false;
  let confirmingPullDue = false;
  for (const fact of facts) {
    // A summary is no entry of the history: its absence from the list proves nothing.
    if (!stands(fact) || fact.fact.source !== 'carrier' || fact.fact.summary) continue;
    const missed = absence(fact, newestFirst, policy);
    if (missed === null) continue;
    if (missed.times >= ABSENCES_MIN) takeOut(fact, missed.verdict, missed.verdict);
    else if (missed.times > 0) confirmingPullDue = true;
  }
  return confirmingPullDue;
}

interface Absence {
  readonly verdict: 'retracted' | 'refuted';
  readonly times: number;
}

/** Null when pulls cannot say anything about this fact (it came from a source of our own). */
function absence(
  fact: Judged,
  newestFirst: readonly FoldPull[],
  policy: FoldPolicy,
): Absence | null {
  const { lastPulledMs, pushedOnly } = ingestions(fact);
  let afterContaining = 0;
  let afterPulled = 0;
  let afterIngested = 0;
  for (const pull of newestFirst) {
    if (pull.identities.has(fact.fact.identity)) {
      return { verdict: 'retracted', times: lastPulledMs === null ? afterContaining : afterPulled };
    }
    if (!shouldList(pull, fact, policy)) continue;
    afterContaining += 1;
    if (lastPulledMs !== null && pull.atMs > lastPulledMs) afterPulled += 1;
    if (pull.atMs > fact.firstReceivedMs) afterIngested += 1;
  }
  if (lastPulledMs !== null) return { verdict: 'retracted', times: afterPulled };
  return pushedOnly ? { verdict: 'refuted', times: afterIngested } : null;
}

function ingestions(fact: Judged): { lastPulledMs: number | null; pushedOnly: boolean } {
  let lastPulledMs: number | null = null;
  let pushedOnly = true;
  for (const observation of fact.fact.observations) {
    if (observation.source !== 'webhook') pushedOnly = false;
    if (observation.trust === 'pulled') {
      lastPulledMs = Math.max(lastPulledMs ?? Number.NEGATIVE_INFINITY, observation.receivedAtMs);
    }
  }
  return { lastPulledMs, pushedOnly };
}

/** The pull reaches back to the fact, and neither the carrier's purge nor its cap excuses it. */
function shouldList(pull: FoldPull, fact: Judged, policy: FoldPolicy): boolean {
  if (!pull.full || pull.reachesBackToMs === null || !(pull.reachesBackToMs <= fact.lo)) {
    return false;
  }
  const { historyMaxEvents, historyMaxAgeMs } = policy;
  if (historyMaxEvents !== null && pull.identities.size >= historyMaxEvents) return false;
  return historyMaxAgeMs === null || fact.lo >= pull.atMs - historyMaxAgeMs;
}

function comparePullsNewestFirst(a: FoldPull, b: FoldPull): number {
  return (
    compare(b.atMs, a.atMs) ||
    compare(b.inboundMessageId, a.inboundMessageId) ||
    compare(b.carrierPieceId ?? '', a.carrierPieceId ?? '')
  );
}
