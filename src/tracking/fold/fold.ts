import { isStatus, isTerminal, type ReadStatus } from '../../kernel/status.ts';
import { markAbsent } from './absence.ts';
import { directUntil, isNewerThanDirect, markDecidedByDirect } from './direct.ts';
import type {
  FactSource,
  FactVerdict,
  FoldInput,
  FoldPull,
  FoldRule,
  FoldState,
} from './fold-input.ts';
import { markImplausible } from './implausible.ts';
import { isOfInstance, markOtherInstances } from './instance.ts';
import { hasEffect, type Judged, judge, setVerdict, stands } from './judged.ts';
import { foldPieces } from './pieces.ts';
import { supersedeByRank } from './ranks.ts';
import { latchReturn } from './return-latch.ts';
import { markSameFacts } from './same-facts.ts';
import { type ReturnFlag, wholeParcel } from './snapshots.ts';
import { readStatus, type Shown } from './status.ts';
import { placeUnknownZones } from './unknown-zone.ts';

/**
 * Computes the state of one shipment from everything received about it. Pure and total: it reads no
 * clock and no database, never throws, and ignores the order of its input lists, so a late,
 * repeated or redelivered update leads to the same state. The rules run in this order. Each writes
 * its name on the facts it takes out, and later ones consider only facts that still stand.
 * Identities are unique within a shipment.
 */
export function fold(input: FoldInput): FoldState {
  const judged = judge(input.facts);
  const carrierPieceId = markOtherInstances(judged, input.registeredAtMs);
  const snapshots = input.snapshots.filter((each) => isOfInstance(each, carrierPieceId));
  const pulls = input.pulls.filter((each) => isOfInstance(each, carrierPieceId));
  markUnobservedAndTimers(judged);
  markImplausible(judged); // 1
  markSameFacts(judged);
  const facts = placeUnknownZones(judged);
  const needsConfirmingPull = markAbsent(facts, pulls, input.policy); // 2
  const untilMs = directUntil(facts, snapshots);
  markDecidedByDirect(facts, untilMs);
  const parcel = wholeParcel(snapshots.filter((each) => isNewerThanDirect(each, untilMs)));
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
    via: shown.steering?.fact.bridge ?? null,
    returning: shown.latch !== null || shown.status === 'returned_to_sender',
    pieces,
    pieceStates,
    estimatedDelivery: parcel.estimatedDelivery,
    verdicts: facts.map(verdictOf),
    needsConfirmingPull,
    expired: isExpired(facts, base, shown),
  };
}

/** Applies rules 3 to 6 to the facts of one piece and returns what that piece shows. */
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

/** Rules for facts that nobody received, and for timers that are not an event of the parcel. */
const SILENT_RULES: ReadonlySet<FoldRule> = new Set([
  'unobserved',
  'trust',
  'expired',
  'not_found',
]);

/**
 * Whether customers see the fact. A superseded fact is shown in its place in the timeline; a fact
 * that did not happen, belongs to another parcel or is hidden by the mapping is not.
 */
function isShown({ fact, verdict, rule }: Judged): boolean {
  if (verdict === 'implausible' || verdict === 'retracted' || verdict === 'refuted') return false;
  if (verdict === 'other_instance' || verdict === 'same_fact') return false;
  if (SILENT_RULES.has(rule)) return false;
  return !(fact.reading.status === 'none' && fact.reading.hidden);
}

/**
 * Applies a `not_found` fact, which says "the carrier does not know this number". It becomes the
 * reason of a `created` without any other reason, as long as the fact it refers to still steers and
 * no pull has succeeded later. The status stays: an unknown number does not move a parcel.
 */
function applyNotFound(facts: readonly Judged[], pulls: readonly FoldPull[], base: Shown): Shown {
  if (base.status !== 'created' || base.reason !== null) return base;
  const about = base.steering === null ? null : base.steering.fact.identity;
  const note = facts.findLast(
    (judged) => judged.rule === 'not_found' && judged.fact.about === about,
  );
  if (note === undefined) return base;
  const isKnown = ({ atMs, bridge }: FoldPull) => bridge === undefined && atMs > note.hi;
  if (pulls.some(isKnown)) return base;
  setVerdict(note, 'standing', 'not_found');
  return { ...base, reason: note.fact.reading.reason ?? 'not_found' };
}

/**
 * Applies a `stalled` fact, which says "nothing was received since the steering fact". It holds
 * while that fact still steers and is certainly earlier: any newer report, even a late one, ends
 * it. It never replaces an exception, which says more, nor a return, nor a terminal status.
 */
function applyStalled(facts: readonly Judged[], base: Shown): Shown {
  let stalled: Judged | null = null;
  for (const judged of facts) {
    if (judged.rule !== 'stalled') continue;
    setVerdict(judged, 'superseded', 'stalled', base.steering);
    if (stillApplies(judged, base)) stalled = judged;
  }
  if (stalled === null || !canStall(base)) return base;
  if (base.steering !== null) base.steering.verdict = 'standing';
  setVerdict(stalled, 'steering', 'stalled');
  return {
    status: 'exception',
    reason: stalled.fact.reading.reason ?? 'stalled',
    steering: stalled,
    latch: base.latch,
  };
}

/**
 * Whether polling has ended: an `expired` fact refers to the steering fact, before or after
 * `applyStalled`.
 */
function isExpired(facts: readonly Judged[], base: Shown, shown: Shown): boolean {
  return facts.some(
    (judged) =>
      judged.rule === 'expired' &&
      (judged.fact.about === identityOf(base) || judged.fact.about === identityOf(shown)),
  );
}

/** Whether the `stalled` fact refers to the steering fact and is certainly later than it. */
function stillApplies(stalled: Judged, base: Shown): boolean {
  return (
    stalled.fact.about === identityOf(base) &&
    (base.steering === null || stalled.lo > base.steering.hi)
  );
}

/** Whether `stalled` may replace the state: no return, no exception and no terminal status. */
function canStall(base: Shown): boolean {
  return base.latch === null && base.status !== 'exception' && !isTerminal(base.status);
}

function identityOf(shown: Shown): string | null {
  return shown.steering === null ? null : shown.steering.fact.identity;
}

/**
 * Rule 8: whether the result is confirmed. It is when the steering fact has an observation of more
 * trust than a static header (`secret`), or when the wait for one has timed out. If only a
 * snapshot's flag made it a return, the flag needs the same. An empty history is the hub's own
 * statement, and therefore confirmed.
 */
function isConfirmed(shown: Shown, timedOutAbout: ReadonlySet<string | null>): boolean {
  const { steering, latch } = shown;
  if (timedOutAbout.has(steering === null ? null : steering.fact.identity)) return true;
  const flagDecides = latch !== null && latch.first === null && shown.status !== 'exception';
  if (flagDecides && latch.flag?.trusted !== true) return false;
  return steering === null || isTrusted(steering);
}

/** Returns the facts whose confirmation has timed out; null stands for "no steering fact". */
function timedOutAbout(facts: readonly Judged[]): ReadonlySet<string | null> {
  const about = new Set<string | null>();
  for (const judged of facts) if (judged.rule === 'trust') about.add(judged.fact.about);
  return about;
}

function isTrusted(judged: Judged): boolean {
  return judged.fact.observations.some((observation) => observation.trust !== 'secret');
}

/**
 * Rule 3: takes out every `cancelled` fact if there is any physical scan, before or after it. A
 * scan shows that the parcel is on its way, so the label was not voided. What is known only by its
 * category is no such scan if it follows a `cancelled` that the carrier's code states.
 */
function markCancelled(facts: readonly Judged[]): void {
  const isCancelled = ({ fact }: Judged) => fact.reading.status === 'cancelled';
  const scans = facts.filter((each) => stands(each) && each.isPhysical && !isCancelled(each));
  for (const judged of facts) {
    if (!stands(judged) || !isCancelled(judged)) continue;
    const scan = scans.findLast((each) => !each.isCoarse || judged.isCoarse || each.lo < judged.lo);
    if (scan !== undefined) setVerdict(judged, 'cancelled_ignored', 'cancelled', scan);
  }
}

/**
 * Rule 4, first half: takes out every delivery that began before the end of the newest correction.
 * A correction is a fact whose code is on the carrier's list of corrections.
 */
function markCorrected(facts: readonly Judged[]): void {
  let latest: Judged | null = null;
  for (const judged of facts) {
    if (!judged.fact.reading.correction || !hasEffect(judged)) continue;
    if (latest === null || judged.hi > latest.hi) latest = judged;
  }
  if (latest === null) return;
  for (const judged of facts) {
    if (judged.isDelivery && stands(judged) && judged.lo <= latest.hi) {
      setVerdict(judged, 'corrected', 'correction', latest);
    }
  }
}

/**
 * Rule 4, second half: the delivery whose interval ends first ends the instance and supersedes
 * every fact that is certainly later. Facts that only overlap it are left to the return latch and
 * the ranks. A parcel that is back at the sender counts as delivered here.
 */
function markAfterDelivery(facts: readonly Judged[]): void {
  let end: Judged | null = null;
  for (const judged of facts) {
    if (judged.isDelivery && stands(judged) && (end === null || judged.hi < end.hi)) end = judged;
  }
  if (end === null) return;
  for (const judged of facts) {
    const counts = stands(judged) || (judged.fact.reading.returnCancelled && hasEffect(judged));
    if (counts && judged.lo > end.hi) setVerdict(judged, 'superseded', 'delivered', end);
  }
}

/**
 * The rules for facts of timers, which refer to another fact. They take no part in the rules about
 * the parcel; `fold.ts` applies them afterwards.
 */
const TIMER_RULE = {
  stalled: 'stalled',
  confirmation_timed_out: 'trust',
  expired: 'expired',
  not_found: 'not_found',
} as const;

/** Takes out facts without observations and facts of timers. */
function markUnobservedAndTimers(facts: readonly Judged[]): void {
  for (const judged of facts) {
    const source = judged.fact.source;
    if (!stands(judged)) continue;
    if (judged.winning === null) setVerdict(judged, 'does_not_steer', 'unobserved');
    else if (isTimer(source)) setVerdict(judged, 'does_not_steer', TIMER_RULE[source]);
  }
}

function isTimer(source: FactSource): source is keyof typeof TIMER_RULE {
  return Object.hasOwn(TIMER_RULE, source);
}

/** Takes out facts read as `none`, which never steer, and readings outside the known statuses. */
function markNone(facts: readonly Judged[]): void {
  for (const judged of facts) {
    if (stands(judged) && !steers(judged.fact.reading.status)) {
      setVerdict(judged, 'does_not_steer', 'none');
    }
  }
}

/** Takes out summaries when the instance has an event, because an event says more. */
function markSummaries(facts: readonly Judged[]): void {
  const event = facts.findLast((judged) => stands(judged) && !judged.fact.summary);
  if (event === undefined) return;
  for (const judged of facts) {
    if (stands(judged) && judged.fact.summary) {
      setVerdict(judged, 'does_not_steer', 'summary', event);
    }
  }
}

function steers(status: ReadStatus): boolean {
  return isStatus(status);
}
