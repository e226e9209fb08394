import type { ProofKind } from '../../../kernel/proof-kinds.ts';
import { isTerminal, type Status } from '../../../kernel/status.ts';
import type { CaseKind, CaseOutcome, ExceptionCase, WaitingFor } from '../cases/case.ts';
import { type ExceptionPolicy, kindOf } from '../policy/policy.ts';
import { type Attempts, attemptsOf, isCausedByRequest, type ObservedEvent } from './attempts.ts';

/** A shipment, reduced to what cases need. */
export interface Observed {
  readonly status: Status;
  readonly reason: string | null;
  readonly confirmed: boolean;
  /** Identity of the fact that sets the status. */
  readonly steering: string | null;
  /** The visible timeline, oldest first, without retracted events. */
  readonly events: readonly ObservedEvent[];
  /** The proof that the delivery requires and lacks; absent: none. */
  readonly missingProof?: readonly ProofKind[];
  /** Identifies an address that was not found; absent: it was found, or nobody looked. */
  readonly unknownAddress?: string | null;
  /** A problem with the courier who has the parcel; absent or null: none. */
  readonly custodyTrouble?: CustodyTrouble | null;
}

/** A problem with a parcel that a courier has, which a person must handle. */
export interface CustodyTrouble {
  /** The code of the reason, such as `courier_silent`. */
  readonly reason: string;
  /** What distinguishes this occurrence from others. */
  readonly trigger: string;
}

/** A case, with what was done about it as far as that matters for the next steps. */
export interface PastCase {
  readonly exceptionCase: ExceptionCase;
  /** Whether a request waits for a person, or for a carrier's answer. */
  readonly deliveryRequestOpen: boolean;
  readonly claim: 'open' | 'submitted' | null;
}

/** A recipient's or merchant's request for the parcel, whichever case it belongs to. */
export interface DeliveryRequestFact {
  readonly state: 'asking' | 'accepted' | 'open' | 'done';
  readonly atMs: number;
}

export type Step =
  | {
      readonly do: 'open';
      readonly kind: CaseKind;
      readonly reason: string | null;
      readonly trigger: string;
    }
  /** The event that had ended the case turned out not to have happened. */
  | {
      readonly do: 'reopen';
      readonly it: ExceptionCase;
      readonly reason: string | null;
      readonly trigger: string;
    }
  /** `announced`: an event is published for the change. */
  | { readonly do: 'update'; readonly it: ExceptionCase; readonly announced: boolean }
  | {
      readonly do: 'close';
      readonly it: ExceptionCase;
      readonly outcome: CaseOutcome;
      readonly how: 'facts' | 'retracted';
    };

export interface Plan {
  readonly attempts: number;
  readonly steps: readonly Step[];
  /** The open case because of which the parcel is sent back now. */
  readonly sendBack: ExceptionCase | null;
}

interface Trouble {
  readonly kind: CaseKind;
  readonly reason: string | null;
  readonly trigger: string;
}

/** The maximum age of damage: older damage is not worth a case by the time we learn of it. */
const DAMAGE_AGE_MS_MAX = 30 * 86_400_000;

/**
 * Decides what must change in a shipment's cases, from the shipment's current state alone. The
 * result does not depend on how it got there, so missed or repeated log entries lose nothing. Pure.
 *
 * @param cases all cases of the shipment, open or not, oldest first.
 */
export function decideCases(
  observed: Observed,
  cases: readonly PastCase[],
  deliveryRequests: readonly DeliveryRequestFact[],
  policy: ExceptionPolicy,
  nowMs: number,
): Plan {
  const attempts = attemptsOf(observed.events);
  // The effect of somebody's request is no trouble, whatever the carrier calls it.
  const isRequested = isCausedByRequest(observed.reason, attempts, deliveryRequests, nowMs);
  const troubles = troublesOf(observed, attempts, policy, nowMs).filter(
    ({ kind }) => kind !== 'other' || !isRequested,
  );
  const steps: Step[] = [];
  for (const { kind, reason, trigger } of troubles) {
    const casesOfKind = cases.filter(({ exceptionCase }) => exceptionCase.kind === kind);
    if (casesOfKind.some(({ exceptionCase }) => exceptionCase.state === 'open')) continue;
    const last = casesOfKind.at(-1)?.exceptionCase;
    if (last?.trigger !== trigger) steps.push({ do: 'open', kind, reason, trigger });
    else if (last.closedHow !== 'person') steps.push({ do: 'reopen', it: last, reason, trigger });
  }
  for (const caseHistory of cases) {
    if (caseHistory.exceptionCase.state !== 'open') continue;
    const trouble = troubles.find(({ kind }) => kind === caseHistory.exceptionCase.kind);
    const end = endOfCase(caseHistory, trouble !== undefined, observed, attempts.count, policy);
    if (end !== null) steps.push({ do: 'close', it: caseHistory.exceptionCase, ...end });
    else
      steps.push(
        ...updateSteps(caseHistory, trouble, observed, attempts.count, deliveryRequests, nowMs),
      );
  }
  return {
    attempts: attempts.count,
    steps,
    sendBack: caseToSendBack(observed, attempts, cases, deliveryRequests, policy),
  };
}

/**
 * The current troubles, except those that the same facts already end: their cases would close at
 * once.
 */
function troublesOf(
  observed: Observed,
  attempts: Attempts,
  policy: ExceptionPolicy,
  nowMs: number,
): Trouble[] {
  return signsOf(observed, attempts, policy, nowMs).filter(
    ({ kind }) => endOf(kind, true, observed, attempts.count, policy) === null,
  );
}

/** Everything in the shipment's state that looks like trouble. */
function signsOf(
  observed: Observed,
  attempts: Attempts,
  policy: ExceptionPolicy,
  nowMs: number,
): Trouble[] {
  const { status, reason, steering } = observed;
  const signs: Trouble[] = [];
  const kind = kindOf(policy, status, reason);
  if (kind !== null) signs.push({ kind, reason, trigger: steering ?? status });
  const damage = kind === 'damaged' ? undefined : lastOfKind(observed, 'damaged', policy);
  if (damage !== undefined && nowMs - (damage.atMs ?? nowMs) <= DAMAGE_AGE_MS_MAX) {
    signs.push({ kind: 'damaged', reason: damage.reason, trigger: damage.identity });
  }
  if (status === 'delivered' && (observed.missingProof?.length ?? 0) > 0) {
    signs.push({ kind: 'proof_missing', reason: null, trigger: `proof ${steering}` });
  }
  const isOver = isTerminal(status) || status === 'returning' || status === 'available_for_pickup';
  if (observed.unknownAddress != null && !isOver && kind !== 'address') {
    const trigger = `place ${observed.unknownAddress}`;
    signs.push({ kind: 'address', reason: 'address_not_found', trigger });
  }
  if (observed.custodyTrouble != null && !isTerminal(status)) {
    signs.push({ kind: 'custody', ...observed.custodyTrouble });
  }
  if (attempts.count >= attemptsMax(policy) && !isOver) {
    const last = attempts.last?.reason ?? null;
    signs.push({ kind: 'attempts', reason: last, trigger: `attempts ${attempts.count}` });
  }
  return signs;
}

/**
 * The number of failed attempts that opens a case. A parcel that is sent back always has a case,
 * even if the policy opens cases only after more attempts.
 */
function attemptsMax({ attempts, return_after_attempts: after }: ExceptionPolicy): number {
  return after === 'off' ? attempts : Math.min(attempts, after);
}

/** The newest event that shows trouble of a kind. */
function lastOfKind(
  { events }: Observed,
  kind: CaseKind,
  policy: ExceptionPolicy,
): ObservedEvent | undefined {
  return events.findLast(
    ({ status, reason }) => status !== 'none' && kindOf(policy, status, reason) === kind,
  );
}

type End = { readonly outcome: CaseOutcome; readonly how: 'facts' | 'retracted' };
const RESOLVED: End = { outcome: 'resolved', how: 'facts' };
const RETRACTED: End = { outcome: 'resolved', how: 'retracted' };

/** How an open case has ended according to the facts; null: it has not. */
function endOfCase(
  { exceptionCase, claim }: PastCase,
  lasts: boolean,
  observed: Observed,
  attempts: number,
  policy: ExceptionPolicy,
): End | null {
  // A claim is settled between merchant and carrier, wherever the parcel is.
  if (exceptionCase.openedBy === 'person' || claim !== null) return null;
  // People are notified of an end, and that cannot be taken back: so the end must be confirmed.
  if (isTerminal(observed.status) && !observed.confirmed) return null;
  return endOf(exceptionCase.kind, lasts, observed, attempts, policy);
}

/**
 * How trouble of a kind ends by the facts alone; null: it does not end. Both the opening and the
 * closing of cases use this function; otherwise a case could open and close for ever.
 *
 * @param lasts whether the parcel still shows signs of the trouble.
 */
function endOf(
  kind: CaseKind,
  lasts: boolean,
  observed: Observed,
  attempts: number,
  policy: ExceptionPolicy,
): End | null {
  const { status } = observed;
  if (kind === 'proof_missing') {
    if (lasts) return null;
    return status === 'delivered' ? RESOLVED : RETRACTED;
  }
  if (status === 'cancelled') return RESOLVED;
  if (lasts && (kind === 'damaged' || kind === 'custody')) return null;
  if (status === 'returned_to_sender') return { outcome: 'returned', how: 'facts' };
  if (kind === 'damaged') {
    return lastOfKind(observed, 'damaged', policy) === undefined ? RETRACTED : null;
  }
  if (status === 'delivered') return RESOLVED;
  if (lasts || status === 'returning') return null;
  switch (kind) {
    case 'attempts':
      return attempts < attemptsMax(policy) ? RETRACTED : RESOLVED;
    case 'address':
    case 'refused':
      // A parcel that is only back in the depot still has the problem at the door. When it is out
      // for delivery again, somebody has solved the problem.
      if (status === 'out_for_delivery' || status === 'available_for_pickup') return RESOLVED;
      return lastOfKind(observed, kind, policy) === undefined ? RETRACTED : null;
    case 'request':
      return null;
    default:
      return RESOLVED;
  }
}

/**
 * Returns one step if the case's reason, trigger, attempts or who has to act has changed; otherwise
 * none. Only reason and attempts are announced.
 */
function updateSteps(
  caseHistory: PastCase,
  trouble: Trouble | undefined,
  observed: Observed,
  attempts: number,
  deliveryRequests: readonly DeliveryRequestFact[],
  nowMs: number,
): Step[] {
  const { exceptionCase } = caseHistory;
  const changes = {
    reason: trouble?.reason ?? exceptionCase.reason,
    trigger: trouble?.trigger ?? exceptionCase.trigger,
    attempts,
    waitingFor: waitingFor(caseHistory, observed.status, deliveryRequests, nowMs),
  };
  const announced =
    changes.reason !== exceptionCase.reason || changes.attempts !== exceptionCase.attempts;
  if (
    !announced &&
    changes.trigger === exceptionCase.trigger &&
    changes.waitingFor === exceptionCase.waitingFor
  )
    return [];
  return [{ do: 'update', it: { ...exceptionCase, ...changes }, announced }];
}

/** Who has to act next in an open case. Pure. */
export function waitingFor(
  { exceptionCase, deliveryRequestOpen, claim }: PastCase,
  status: Status,
  deliveryRequests: readonly DeliveryRequestFact[],
  nowMs: number,
): WaitingFor {
  // A parcel on its way back needs a decision: to send again or to refund.
  if (deliveryRequestOpen || status === 'returning') return 'merchant';
  if (claim === 'submitted') return 'carrier';
  if (exceptionCase.deadlineAtMs !== null && exceptionCase.deadlineAtMs <= nowMs) return 'merchant';
  const accepted = deliveryRequests.some(
    (deliveryRequest) =>
      deliveryRequest.state === 'accepted' && deliveryRequest.atMs >= exceptionCase.openedAtMs,
  );
  switch (exceptionCase.kind) {
    case 'attempts':
    case 'address':
      return accepted ? 'carrier' : 'recipient';
    case 'stalled':
    case 'customs':
    case 'other':
      return 'carrier';
    default:
      return accepted ? 'carrier' : 'merchant';
  }
}

/**
 * The open case because of which the parcel is sent back now; null: none. A return cannot be
 * undone: from then on the fold reads every delivery as one to the sender. So it is not commanded
 * on unconfirmed updates, nor while somebody's request for the parcel is in progress, nor once the
 * parcel has moved on; and only once per case, whatever became of it.
 */
function caseToSendBack(
  observed: Observed,
  attempts: Attempts,
  cases: readonly PastCase[],
  deliveryRequests: readonly DeliveryRequestFact[],
  policy: ExceptionPolicy,
): ExceptionCase | null {
  if (!isToGoBack(observed, attempts, deliveryRequests, policy)) return null;
  const open = cases.find(
    ({ exceptionCase }) => exceptionCase.kind === 'attempts' && exceptionCase.state === 'open',
  );
  return open !== undefined && open.exceptionCase.returnCommandedAtMs === null
    ? open.exceptionCase
    : null;
}

/** Whether a parcel must be sent back, whichever case that belongs to. Pure. */
export function isToGoBack(
  { status, confirmed }: Observed,
  attempts: Attempts,
  deliveryRequests: readonly DeliveryRequestFact[],
  { return_after_attempts: after }: ExceptionPolicy,
): boolean {
  if (after === 'off' || attempts.count < after || !confirmed) return false;
  if (status !== 'delivery_attempted' && status !== 'exception') return false;
  const lastAtMs = attempts.last?.atMs ?? 0;
  return !deliveryRequests.some(
    ({ state, atMs }) => state === 'asking' || state === 'open' || atMs >= lastAtMs,
  );
}
