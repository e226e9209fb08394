import { markAbsent } from './absence.ts';
import { markAfterDelivery, markCancelled, markCorrected } from './endings.ts';
import type { FactVerdict, FoldInput, FoldRule, FoldState } from './fold-input.ts';
import { markImplausible } from './implausible.ts';
import { isOfInstance, markOtherInstances } from './instance.ts';
import { type Judged, judge } from './judged.ts';
import { markNone, markSummaries, markUnobservedAndTimers } from './non-steering.ts';
import { applyNotFound } from './not-found.ts';
import { foldPieces } from './pieces.ts';
import { supersedeByRank } from './ranks.ts';
import { latchReturn } from './return-latch.ts';
import { type ReturnFlag, wholeParcel } from './snapshots.ts';
import { applyStalled, isExpired } from './stalled.ts';
import { readStatus, type Shown } from './status.ts';
import { isConfirmed, timedOutAbout } from './trust.ts';

/**
 * From everything received about one shipment to its state. Pure and total: it reads no clock and
 * no database, never throws, and ignores the order of its input lists, so a late, repeated or
 * redelivered update leads to the same state.
 * The rules run in this order; each leaves its name on the facts it touches, and later ones
 * consider only facts that still stand. Identities are unique within a shipment.
 */
export function fold(input: FoldInput): FoldState {
  const facts = judge(input.facts);
  const carrierPieceId = markOtherInstances(facts, input.registeredAtMs);
  const parcel = wholeParcel(input.snapshots.filter((each) => isOfInstance(each, carrierPieceId)));
  const pulls = input.pulls.filter((each) => isOfInstance(each, carrierPieceId));
  markUnobservedAndTimers(facts);
  markImplausible(facts); // 1
  const needsConfirmingPull = markAbsent(facts, pulls, input.policy); // 2
  markNone(facts);
  markSummaries(facts);

  const timedOut = timedOutAbout(facts);
  const confirmed = (shown: Shown) => isConfirmed(shown, timedOut);
  const {
    shown: base,
    pieces,
    pieceStates,
  } = foldPieces(
    facts,
    parcel.piecesTotal,
    (piece) => foldPiece(piece, parcel.returnFlag), // 3 to 6
    confirmed,
  ); // 7
  const shown = applyStalled(facts, applyNotFound(facts, pulls, base));

  return {
    carrierPieceId,
    status: shown.status,
    reason: shown.reason,
    confirmed: confirmed(shown), // 8
    steering: shown.steering === null ? null : shown.steering.fact.identity,
    returning: shown.latch !== null || shown.status === 'returned_to_sender',
    pieces,
    pieceStates,
    estimatedDelivery: parcel.estimatedDelivery,
    verdicts: facts.map(verdictOf),
    needsConfirmingPull,
    expired: isExpired(facts, base, shown),
  };
}

/** Rules 3 to 6, for the facts of one piece. */
function foldPiece(facts: readonly Judged[], returnFlag: ReturnFlag | null): Shown {
  markCancelled(facts); // 3
  markCorrected(facts); // 4
  markAfterDelivery(facts); // 4
  const latch = latchReturn(facts, returnFlag); // 5
  supersedeByRank(facts); // 6
  return readStatus(facts, latch);
}

function verdictOf(judged: Judged): FactVerdict {
  return {
    identity: judged.fact.identity,
    verdict: judged.verdict,
    rule: judged.rule,
    by: judged.by,
    interval: { lo: judged.lo, hi: judged.hi },
    winningInboundMessageId: judged.winning === null ? null : judged.winning.inboundMessageId,
    shown: isShown(judged),
  };
}

/** Facts nobody received, and timer statements that are no event of the parcel. */
const SILENT_RULES: ReadonlySet<FoldRule> = new Set([
  'unobserved',
  'trust',
  'expired',
  'not_found',
]);

/**
 * A late fact is history and shown in its place; a fact that did not happen, or noise, is not
 * shown.
 */
function isShown({ fact, verdict, rule }: Judged): boolean {
  if (verdict === 'implausible' || verdict === 'retracted' || verdict === 'refuted') return false;
  if (verdict === 'other_instance' || SILENT_RULES.has(rule)) return false;
  return !(fact.reading.status === 'none' && fact.reading.hidden);
}
