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
export type Act = 'ask' | 'address' | 'claim' | 'reship' | 'take' | 'close';

/** What each kind of case needs, in this order; the same as its next step in words. */
const STEPS: Readonly<Record<CaseKind, readonly Act[]>> = {
  attempts: ['ask', 'take'],
  address: ['ask', 'address'],
  refused: ['ask', 'reship'],
  damaged: ['claim', 'reship', 'close'],
  lost: ['claim', 'reship', 'close'],
  stalled: ['take'],
  customs: ['take'],
  other: ['take'],
  request: ['take'],
  proof_missing: ['take'],
  custody: ['take'],
};

/** What to do once an answer has not come in time. */
const AFTER_WAITING = {
  recipient: ['ask', 'reship', 'close'],
  carrier: ['claim', 'reship', 'close'],
} as const;

/** An open case whose deadline has passed, whether or not that has been announced yet. Pure. */
export function isOverdue(
  { state, deadlineAtMs }: Pick<ExceptionCase, 'state' | 'deadlineAtMs'>,
  nowMs: number,
): boolean {
  return state === 'open' && deadlineAtMs !== null && deadlineAtMs <= nowMs;
}

/** Whether somebody has to take the case first, to act outside the hub. Pure. */
export function isToTake({ kind, owner }: Pick<ExceptionCase, 'kind' | 'owner'>): boolean {
  return owner === null && STEPS[kind][0] === 'take';
}

interface Work {
  readonly view: Pick<CaseView, 'reachable'> & {
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

/** The suggested next step of an open case; null: none but to wait, or to answer a request. Pure. */
export function suggestedAct({ view, claims, ownerName, nowMs }: Work): Act | null {
  const { kind, waitingFor, owner } = view.exceptionCase;
  if (view.deliveryRequests.some(({ row }) => row.state === 'open')) return null;
  const isWaiting = waitingFor === 'recipient' || waitingFor === 'carrier';
  if (isWaiting && !isOverdue(view.exceptionCase, nowMs)) return null;
  const has = (type: string) => view.history.some((line) => line.type === type);
  const isLeft: Readonly<Record<Act, boolean>> = {
    ask: view.reachable,
    address: true,
    claim: !claims.some(({ state }) => state !== 'draft'),
    reship: !has('replacement_named') && !has('refund_recorded'),
    take: owner !== ownerName,
    close: true,
  };
  const steps = isWaiting ? AFTER_WAITING[waitingFor] : STEPS[kind];
  return steps.find((act) => isLeft[act]) ?? null;
}
