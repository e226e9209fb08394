import type { ReadStatus } from '../../kernel/status.ts';
import { RANK } from '../../kernel/status.ts';
import { winningObservation } from '../facts/winning-observation.ts';
import { compare } from './compare.ts';
import type { FoldFact, FoldObservation, FoldRule, Verdict } from './fold-input.ts';

/**
 * A fact with the decision of the rules about it. Received data are read-only. The rules write the
 * verdict; once it is not `standing` any more, later rules leave the fact alone, except those for
 * the hub's own timers (`applyNotFound`, `applyStalled`).
 */
export interface Judged {
  readonly fact: FoldFact;
  readonly winning: FoldObservation | null;
  readonly lo: number;
  readonly hi: number;
  /** The rank of the status; null for `returning` (a direction) and for facts that cannot steer. */
  readonly rank: number | null;
  /** Whether it proves where the parcel was: a scan, a delivery or a command, not just a notice. */
  readonly isPhysical: boolean;
  /** Whether it is known only by its category; a delivery always counts as known. */
  readonly isCoarse: boolean;
  /** Whether its status is a delivery, to the recipient or back to the sender. */
  readonly isDelivery: boolean;
  readonly firstReceivedMs: number;
  verdict: Verdict;
  rule: FoldRule;
  by: string | null;
}

/**
 * Prepares facts for the rules: with the attributes of their winning observations, and ordered by
 * (lo, hi, identity).
 */
export function judge(facts: readonly FoldFact[]): Judged[] {
  return facts.map(judgeOne).sort(compareJudged);
}

/**
 * Compares two facts by (lo, hi, identity). In this order, the last standing fact sets the status.
 */
export function compareJudged(a: Judged, b: Judged): number {
  return compare(a.lo, b.lo) || compare(a.hi, b.hi) || compare(a.fact.identity, b.fact.identity);
}

/** Whether no rule has taken the fact out yet. */
export function stands(judged: Judged): boolean {
  return judged.verdict === 'standing';
}

/**
 * Whether the fact has effects besides a status, such as a correction or "return cancelled": it
 * stands, or only its reading `none` took it out.
 */
export function hasEffect(judged: Judged): boolean {
  return judged.verdict === 'standing' || judged.rule === 'none';
}

/**
 * Records a rule's verdict on a fact; `by` is the fact that caused it. Every verdict but `standing`
 * takes the fact out: later rules ignore it.
 */
export function setVerdict(
  judged: Judged,
  verdict: Verdict,
  rule: FoldRule,
  by: Judged | null = null,
): void {
  judged.verdict = verdict;
  judged.rule = rule;
  judged.by = by === null ? null : by.fact.identity;
}

/** Prepares one fact, as standing. */
function judgeOne(fact: FoldFact): Judged {
  const { status, logical } = fact.reading;
  const winning = winningObservation(fact.observations);
  const firstReceivedMs = firstReceived(fact.observations);
  const isDelivery = status === 'delivered' || status === 'returned_to_sender';
  let lo = winning === null ? Number.NEGATIVE_INFINITY : winning.interval.lo;
  let hi = winning === null ? Number.POSITIVE_INFINITY : winning.interval.hi;
  // An unreadable bound proves nothing, so the interval becomes as wide as possible.
  if (Number.isNaN(lo)) lo = Number.NEGATIVE_INFINITY;
  if (Number.isNaN(hi)) hi = Number.POSITIVE_INFINITY;
  if (lo > hi) [lo, hi] = [hi, lo];
  // Without a time, all we know is that it happened before it was reported.
  if (lo === Number.NEGATIVE_INFINITY) hi = Math.min(hi, firstReceivedMs);
  return {
    fact,
    winning,
    lo,
    hi,
    rank: rankOf(status),
    isCoarse: !isDelivery && (fact.reading.coarse ?? false),
    isPhysical: fact.source === 'command' || isDelivery || !logical,
    isDelivery,
    firstReceivedMs,
    verdict: 'standing',
    rule: 'status',
    by: null,
  };
}

function firstReceived(observations: readonly FoldObservation[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { receivedAtMs } of observations) if (receivedAtMs < first) first = receivedAtMs;
  return first;
}

function rankOf(status: ReadStatus): number | null {
  if (status === 'returning' || status === 'none') return null;
  return RANK[status] ?? null;
}
