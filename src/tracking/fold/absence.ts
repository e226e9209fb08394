import { compare } from './compare.ts';
import type { FactSource, FoldPolicy, FoldPull } from './fold-input.ts';
import { type Judged, setVerdict, stands } from './judged.ts';

/**
 * Number of full pulls that must omit a fact. A single omission may be a temporary fault of the
 * carrier.
 */
const ABSENCES_MIN = 2;

/**
 * Rule 2, for carriers whose pulls list the whole history: takes out facts that the carrier no
 * longer lists. A fact that was once pulled and that two later full pulls omit is `retracted`. A
 * fact known by push only and omitted by two full pulls since it was first received is `refuted`
 * (first, so that a push sent again changes nothing). A pull that lists the fact again restores it,
 * because only pulls after the last one containing it count. A pull denies only facts that the same
 * source reported: the carrier, or one bridge.
 *
 * Returns true when the carrier has omitted some fact exactly once, so that another pull is needed
 * to confirm the omission.
 */
export function markAbsent(
  facts: readonly Judged[],
  pulls: readonly FoldPull[],
  policy: FoldPolicy,
): boolean {
  const bridges = new Set(pulls.flatMap(({ bridge }) => bridge ?? []));
  for (const bridge of bridges) {
    const ofBridge = pulls.filter((pull) => pull.bridge === bridge);
    markAbsentFrom(facts, ofBridge, BRIDGE_POLICY, ({ fact }) => fact.bridge === bridge);
  }
  if (!policy.pullsFullHistory) return false;
  const direct = bridges.size === 0 ? pulls : pulls.filter(({ bridge }) => bridge === undefined);
  return markAbsentFrom(facts, direct, policy, ({ fact }) => LISTED.has(fact.source));
}

/** Takes out the facts that one source reported and no longer lists. */
function markAbsentFrom(
  facts: readonly Judged[],
  pulls: readonly FoldPull[],
  policy: FoldPolicy,
  isReported: (judged: Judged) => boolean,
): boolean {
  const newestFirst = pulls
    .filter((pull) => !Number.isNaN(pull.atMs))
    .sort(comparePullsNewestFirst);
  if (newestFirst.length === 0) return false;
  let confirmingPullDue = false;
  for (const fact of facts) {
    // A summary is not an entry of the history, so its absence from the list proves nothing.
    if (!stands(fact) || !isReported(fact) || fact.fact.summary) continue;
    const found = countOmissions(fact, newestFirst, policy);
    if (found === null) continue;
    if (found.times >= ABSENCES_MIN) setVerdict(fact, found.verdict, found.verdict);
    else if (found.times > 0) confirmingPullDue = true;
  }
  return confirmingPullDue;
}

/** A bridge's adapter calls a history full only if nothing can be missing from it. */
const BRIDGE_POLICY: FoldPolicy = {
  pullsFullHistory: true,
  historyMaxEvents: null,
  historyMaxAgeMs: null,
};

/** Sources whose facts the carrier's history should list. Imported facts came from the carrier. */
const LISTED: ReadonlySet<FactSource> = new Set(['carrier', 'imported']);

interface Absence {
  readonly verdict: 'retracted' | 'refuted';
  readonly times: number;
}

/**
 * Counts the full pulls that omit a fact since it was last listed. Null when pulls prove nothing
 * about the fact: it was never pulled, and another source than a push reported it.
 */
function countOmissions(
  fact: Judged,
  newestFirst: readonly FoldPull[],
  policy: FoldPolicy,
): Absence | null {
  const { lastPulledMs, pushedOnly } = sourcesOf(fact);
  let omissions = 0;
  let omissionsSincePull = 0;
  let omissionsSinceReceipt = 0;
  for (const pull of newestFirst) {
    if (pull.identities.has(fact.fact.identity)) {
      return {
        verdict: 'retracted',
        times: lastPulledMs === null ? omissions : omissionsSincePull,
      };
    }
    if (!shouldList(pull, fact, policy)) continue;
    omissions += 1;
    if (lastPulledMs !== null && pull.atMs > lastPulledMs) omissionsSincePull += 1;
    if (pull.atMs > fact.firstReceivedMs) omissionsSinceReceipt += 1;
  }
  if (lastPulledMs !== null) return { verdict: 'retracted', times: omissionsSincePull };
  return pushedOnly ? { verdict: 'refuted', times: omissionsSinceReceipt } : null;
}

/** Returns when the fact was last pulled (null: never), and whether only pushes reported it. */
function sourcesOf(fact: Judged): { lastPulledMs: number | null; pushedOnly: boolean } {
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

/**
 * Whether a pull had to list the fact: it reaches back to the fact's time, and neither the
 * carrier's limit on entries nor its limit on their age explains the omission.
 */
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
