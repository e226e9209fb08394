import type { ReadStatus } from '../../../kernel/status.ts';
import type {
  CaseKind,
  CaseView,
  Claim,
  ExceptionCase,
} from '../../../reactions/exceptions/index.ts';

/**
 * Something to do about a case; `take`: to become its owner, because somebody has to act outside the
 * hub.
 */
export type Act = 'ask' | 'address' | 'claim' | 'reship' | 'refund' | 'take' | 'close';

/** What each kind of case needs, in this order; the same as its next step in words. */
const STEPS: Readonly<Record<CaseKind, readonly Act[]>> = {
  attempts: ['ask', 'take'],
  address: ['ask', 'address'],
  refused: ['ask', 'reship', 'refund'],
  damaged: ['claim', 'reship', 'refund', 'close'],
  lost: ['claim', 'reship', 'refund', 'close'],
  stalled: ['take'],
  customs: ['ask', 'take'],
  other: ['take'],
  request: ['take'],
  proof_missing: ['take'],
  custody: ['take'],
};

/** What to do once an answer has not come in time. */
const AFTER_WAITING = {
  recipient: ['ask', 'reship', 'refund', 'close'],
  carrier: ['claim', 'reship', 'refund', 'close'],
} as const;

/** What to do about a parcel on its way back, whatever the case is about. */
const RETURNS: readonly Act[] = ['reship', 'refund', 'close'];

/** The order of actions that are no step of a kind. */
const ALL: readonly Act[] = ['ask', 'address', 'take', 'reship', 'refund', 'claim'];

/** Whether a parcel goes back to its sender, or is there already. Pure. */
export function isReturn(status: ReadStatus | undefined): boolean {
  return status === 'returning' || status === 'returned_to_sender';
}

/** An open case whose deadline has passed, whether or not that has been announced yet. Pure. */
export function isOverdue(
  { state, deadlineAtMs }: Pick<ExceptionCase, 'state' | 'deadlineAtMs'>,
  nowMs: number,
): boolean {
  return state === 'open' && deadlineAtMs !== null && deadlineAtMs <= nowMs;
}

/** Whether a case waits for the merchant: for its next step, or because nobody else was in time. Pure. */
export function isForUs(
  exceptionCase: Pick<ExceptionCase, 'state' | 'deadlineAtMs' | 'waitingFor'>,
  nowMs: number,
): boolean {
  return exceptionCase.waitingFor === 'merchant' || isOverdue(exceptionCase, nowMs);
}

/** Whether somebody has to take the case first, to act outside the hub. Pure. */
export function isToTake({ kind, owner }: Pick<ExceptionCase, 'kind' | 'owner'>): boolean {
  return owner === null && STEPS[kind][0] === 'take';
}

/**
 * Whether a case is about documents for customs: a carrier that is silent about them has not lost the
 * parcel, so there is nothing to claim. Pure.
 */
export function needsDocuments({ kind, waitingFor }: Pick<ExceptionCase, 'kind' | 'waitingFor'>) {
  return kind === 'customs' && waitingFor === 'carrier';
}

interface Work {
  readonly view: Pick<CaseView, 'reachable'> & {
    readonly shipment: { readonly state: { readonly status: ReadStatus } };
    readonly exceptionCase: Pick<
      ExceptionCase,
      'state' | 'kind' | 'waitingFor' | 'deadlineAtMs' | 'owner'
    >;
    readonly history: readonly Pick<CaseView['history'][number], 'type'>[];
    readonly deliveryRequests: readonly {
      readonly row: Pick<CaseView['deliveryRequests'][number]['row'], 'state'>;
    }[];
  };
  readonly claims: readonly Pick<Claim, 'state'>[];
  readonly ownerName: string;
  readonly nowMs: number;
}

/**
 * The suggested next step of an open case, null if there is none but to wait or to answer a
 * request; and all other actions on it but its closing, the most useful first. Pure.
 */
export function actsOn(work: Work): {
  readonly suggested: Act | null;
  readonly others: readonly Act[];
} {
  const { view, claims, ownerName, nowMs } = work;
  const { kind, waitingFor, owner } = view.exceptionCase;
  const isBack = isReturn(view.shipment.state.status);
  const isWaiting = waitingFor === 'recipient' || waitingFor === 'carrier';
  const isToWait = isWaiting && !isBack && !isOverdue(view.exceptionCase, nowMs);
  const has = (type: string) => view.history.some((line) => line.type === type);
  const isSolved = has('replacement_named') || has('refund_recorded');
  const isLeft: Readonly<Record<Act, boolean>> = {
    ask: view.reachable,
    address: !isBack,
    claim: !claims.some(({ state }) => state !== 'draft'),
    reship: !isSolved,
    refund: !isSolved,
    take: owner !== ownerName,
    close: true,
  };
  const isAnswered = !isWaiting || needsDocuments(view.exceptionCase);
  const steps = isBack ? RETURNS : isAnswered ? STEPS[kind] : AFTER_WAITING[waitingFor];
  const hasRequest = view.deliveryRequests.some(({ row }) => row.state === 'open');
  // While an answer is awaited, somebody should own the case and hear of it.
  const wanted = isToWait ? (owner === null ? (['take'] as const) : []) : steps;
  const suggested = hasRequest ? null : (wanted.find((act) => isLeft[act]) ?? null);
  const isShown = (act: Act) => {
    if (act === suggested || act === 'close') return false;
    return isLeft[act] || !['ask', 'address', 'take'].includes(act);
  };
  return { suggested, others: [...new Set([...steps, ...ALL])].filter(isShown) };
}
