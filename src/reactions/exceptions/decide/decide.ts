import type { ProofKind } from '../../../kernel/proof-kinds.ts';
import { isTerminal, type Status } from '../../../kernel/status.ts';
import { isCausedByRequest } from '../cases/active.ts';
import type { CaseKind, CaseOutcome, ExceptionCase, WaitingFor } from '../cases/case.ts';
import { type ExceptionPolicy, kindOf } from '../policy/policy.ts';
import { type Attempts, attemptsOf, type ObservedEvent } from './attempts.ts';

/** A shipment, reduced to what cases need. */
export interface Observed {
  readonly status: Status;
  readonly reason: string | null;
  readonly confirmed: boolean;
  /** Identity of the fact that sets the status. */
  readonly steering: string | null;
  /** The visible timeline, oldest first: nothing that was taken back. */
  readonly events: readonly ObservedEvent[];
  /** The proof that the delivery requires and lacks; absent: none. */
  readonly missingProof?: readonly ProofKind[];
  /** Identifies an address that was not found; absent: it was found, or nobody looked. */
  readonly unknownAddress?: string | null;
  /** A problem with the courier who has the parcel; absent or null: none. */
  readonly custodyTrouble?: CustodyTrouble | null;
}

/** Somebody must look after a parcel that a courier has in hand. */
export interface CustodyTrouble {
  /** `courier_silent`, … */
  readonly reason: string;
  /** What distinguishes this occurrence from others. */
  readonly trigger: string;
}

/** A case with what was done about it, as far as it decides what comes next. */
export interface PastCase {
  readonly is: ExceptionCase;
  /** A request that a person has to see to, or that a carrier is being asked about. */
  readonly deliveryRequestOpen: boolean;
  readonly claim: 'open' | 'submitted' | null;
}

/** What a recipient or merchant wants done with the parcel, whichever case it belongs to. */
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
  /** What had ended it turned out not to have happened. */
  | {
      readonly do: 'reopen';
      readonly it: ExceptionCase;
      readonly reason: string | null;
      readonly trigger: string;
    }
  /** `announced`: somebody may want to know. */
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

/** Damage found longer ago is history by the time we learn of it. */
const DAMAGE_AGE_MS_MAX = 30 * 86_400_000;

/**
 * What a shipment's cases have to become, from what it is now: whichever way it came there, the
 * result is the same, so nothing is lost with a missed or repeated entry of the log. Pure.
 *
 * @param cases all of the shipment's, open or not, oldest first.
 */
export function decideCases(
  observed: Observed,
  cases: readonly PastCase[],
  deliveryRequests: readonly DeliveryRequestFact[],
  policy: ExceptionPolicy,
  nowMs: number,
): Plan {
  const attempts = attemptsOf(observed.events);
  // What somebody asked for is no trouble, however a carrier calls it.
  const isRequested = isCausedByRequest(observed.reason, attempts, deliveryRequests, nowMs);
  const troubles = troublesOf(observed, attempts, policy, nowMs).filter(
    ({ kind }) => kind !== 'other' || !isRequested,
  );
  const steps: Step[] = [];
  for (const { kind, reason, trigger } of troubles) {
    const of = cases.filter(({ is }) => is.kind === kind);
    if (of.some(({ is }) => is.state === 'open')) continue;
    const last = of.at(-1)?.is;
    if (last?.trigger !== trigger) steps.push({ do: 'open', kind, reason, trigger });
    else if (last.closedHow !== 'person') steps.push({ do: 'reopen', it: last, reason, trigger });
  }
  for (const worked of cases) {
    if (worked.is.state !== 'open') continue;
    const trouble = troubles.find(({ kind }) => kind === worked.is.kind);
    const end = endOfCase(worked, trouble !== undefined, observed, attempts.count, policy);
    if (end !== null) steps.push({ do: 'close', it: worked.is, ...end });
    else
      steps.push(...updateOf(worked, trouble, observed, attempts.count, deliveryRequests, nowMs));
  }
  return {
    attempts: attempts.count,
    steps,
    sendBack: sendBackOf(observed, attempts, cases, deliveryRequests, policy),
  };
}

/** What is wrong now and is not ended by the same facts: a case of it would close at once. */
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

/** All that looks like trouble. */
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

/** A parcel that is sent back is a case, even where a case begins later otherwise. */
function attemptsMax({ attempts, return_after_attempts: after }: ExceptionPolicy): number {
  return after === 'off' ? attempts : Math.min(attempts, after);
}

/** The newest event that tells of trouble of a kind. */
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

/** How an open case has ended by what the carrier tells; null: it has not. */
function endOfCase(
  { is, claim }: PastCase,
  lasts: boolean,
  observed: Observed,
  attempts: number,
  policy: ExceptionPolicy,
): End | null {
  // What was claimed is between merchant and carrier until they are done, wherever the parcel is.
  if (is.openedBy === 'person' || claim !== null) return null;
  // What cannot be taken back to everybody who was notified waits until it is certain.
  if (isTerminal(observed.status) && !observed.confirmed) return null;
  return endOf(is.kind, lasts, observed, attempts, policy);
}

/**
 * How trouble of a kind ends where nothing was done about it; null: it does not. What begins and
 * what ends is both asked here, or a case would open and close for ever.
 *
 * @param lasts whether the parcel still shows signs of it.
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
      // Back in the depot it is where nobody at the door would take it; on its way there again,
      // somebody has mended that.
      if (status === 'out_for_delivery' || status === 'available_for_pickup') return RESOLVED;
      return lastOfKind(observed, kind, policy) === undefined ? RETRACTED : null;
    case 'request':
      return null;
    default:
      return RESOLVED;
  }
}

function updateOf(
  worked: PastCase,
  trouble: Trouble | undefined,
  observed: Observed,
  attempts: number,
  deliveryRequests: readonly DeliveryRequestFact[],
  nowMs: number,
): Step[] {
  const { is } = worked;
  const now = {
    reason: trouble?.reason ?? is.reason,
    trigger: trouble?.trigger ?? is.trigger,
    attempts,
    waitingFor: waitingFor(worked, observed.status, deliveryRequests, nowMs),
  };
  const announced = now.reason !== is.reason || now.attempts !== is.attempts;
  if (!announced && now.trigger === is.trigger && now.waitingFor === is.waitingFor) return [];
  return [{ do: 'update', it: { ...is, ...now }, announced }];
}

/** Whose move it is in an open case. Pure. */
export function waitingFor(
  { is, deliveryRequestOpen, claim }: PastCase,
  status: Status,
  deliveryRequests: readonly DeliveryRequestFact[],
  nowMs: number,
): WaitingFor {
  if (status === 'returning') return 'carrier';
  if (deliveryRequestOpen) return 'merchant';
  if (claim === 'submitted') return 'carrier';
  if (is.deadlineAtMs !== null && is.deadlineAtMs <= nowMs) return 'merchant';
  const accepted = deliveryRequests.some(
    (deliveryRequest) =>
      deliveryRequest.state === 'accepted' && deliveryRequest.atMs >= is.openedAtMs,
  );
  switch (is.kind) {
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
 * A return cannot be undone: from then on the fold reads every delivery as one to the sender. So
 * it is not commanded on updates that may be false, nor while somebody's request for the parcel stands,
 * nor once it has moved on; and once for a case, whatever became of it.
 */
function sendBackOf(
  observed: Observed,
  attempts: Attempts,
  cases: readonly PastCase[],
  deliveryRequests: readonly DeliveryRequestFact[],
  policy: ExceptionPolicy,
): ExceptionCase | null {
  if (!isToGoBack(observed, attempts, deliveryRequests, policy)) return null;
  const open = cases.find(({ is }) => is.kind === 'attempts' && is.state === 'open');
  return open !== undefined && open.is.returnCommandedAtMs === null ? open.is : null;
}

/** Whether a parcel is one to be sent back, whichever case that belongs to. Pure. */
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
