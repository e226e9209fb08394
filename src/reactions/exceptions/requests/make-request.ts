import type { Tenant } from '../../../kernel/tenant.ts';
import type { Shipment, ShipmentView } from '../../../tracking/ports/shipments.ts';
import type { CaseKind, ExceptionCase } from '../cases/case.ts';
import { observedOf } from '../cases/case-details.ts';
import {
  type CaseChange,
  type CaseNow,
  changeOfShipment,
  type History,
  newCase,
} from '../cases/change-case.ts';
import { acceptedStands, attemptsOf } from '../decide/attempts.ts';
import type { ExceptionsDeps } from '../deps.ts';
import type { ExceptionPolicy } from '../policy/policy.ts';
import { askCarrier, type CarrierTake, requestOf } from './carrier-request.ts';
import {
  type DeliveryRequest,
  isSameDeliveryRequest,
  newDeliveryRequestRow,
  openDeliveryRequest,
} from './request.ts';
import {
  type DeliveryRequestRow,
  insertDeliveryRequest,
  resolveDeliveryRequest,
} from './requests.sql.ts';

export interface DeliveryRequestOrder {
  readonly view: ShipmentView;
  readonly policy: ExceptionPolicy;
  readonly deliveryRequest: DeliveryRequest;
  readonly actor: DeliveryRequestRow['actor'];
  /** Who is asked first. */
  readonly by: 'carrier' | 'merchant';
  /** Whether a person at the merchant handles it if the carrier cannot be asked. */
  readonly otherwiseMerchant: boolean;
}

export type DeliveryRequestOutcome =
  | { readonly kind: 'accepted'; readonly by: 'carrier' | 'merchant' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'not_by_carrier' }
  /** The carrier has already accepted another request for the parcel. */
  | { readonly kind: 'taken_before' }
  | { readonly kind: 'later'; readonly retryAfterS: number }
  | { readonly kind: 'not_found' };

/** The same request is being sent right now. */
const ASKING_RETRY_S = 5;
/**
 * The maximum number of requests for a parcel per day. It is enough for a hurried recipient; more
 * means a program.
 */
const REQUESTS_OF_DAY_MAX = 10;
const DAY_MS = 86_400_000;

/**
 * Makes a request for a parcel. It is stored before a carrier is asked, so that of two concurrent
 * identical requests only one asks; one that no carrier accepts becomes a task in a case.
 */
export async function makeDeliveryRequest(
  deps: ExceptionsDeps,
  tenant: Tenant,
  order: DeliveryRequestOrder,
): Promise<DeliveryRequestOutcome> {
  const { shipment } = order.view;
  const begun = await storeRequest(deps, tenant, order);
  if (begun.kind !== 'asking') return begun;
  const answer = await askCarrierSafely(deps, tenant, order);
  return applyAnswer(deps, tenant, order, shipment, begun.id, answer);
}

type Begun = DeliveryRequestOutcome | { readonly kind: 'asking'; readonly id: string };

/**
 * Stores the request unless an earlier one answers it; a merchant's request becomes a task at once.
 */
async function storeRequest(
  deps: ExceptionsDeps,
  tenant: Tenant,
  order: DeliveryRequestOrder,
): Promise<Begun> {
  const { view, deliveryRequest, actor, by } = order;
  let result: Begun = { kind: 'not_found' };
  await changeOfShipment(deps, tenant, view.shipment.id, async (now) => {
    const { tx, nowMs, shipment, caseHistory } = now;
    const isAddress = deliveryRequest.kind === 'address';
    const standing = caseHistory.deliveryRequests.filter(
      ({ kind }) => (kind === 'address') === isAddress,
    );
    const answered = outcomeOfEarlier(deps, standing, order, nowMs);
    if (answered !== null) {
      result = answered;
      return null;
    }
    if (
      standing.filter(({ createdAtMs }) => nowMs - createdAtMs < DAY_MS).length >=
      REQUESTS_OF_DAY_MAX
    ) {
      result = { kind: 'later', retryAfterS: DAY_MS / 1_000 };
      return null;
    }
    for (const { id, state } of standing) {
      if (state === 'open')
        await resolveDeliveryRequest(tx, id, ['open'], { state: 'replaced', atMs: nowMs });
    }
    if (by === 'carrier') {
      const row = newDeliveryRequestRow(deps, shipment, deliveryRequest, {
        actor,
        state: 'asking',
        caseId: null,
      });
      await insertDeliveryRequest(tx, row);
      result = { kind: 'asking', id: row.id };
      return null;
    }
    result = { kind: 'accepted', by: 'merchant' };
    return toTask(deps, now, order, async (caseId) => {
      await insertDeliveryRequest(
        tx,
        newDeliveryRequestRow(deps, shipment, deliveryRequest, { actor, state: 'open', caseId }),
      );
    });
  });
  return result;
}

/** Returns the outcome that an earlier request determines; null: none does, so this one counts. */
function outcomeOfEarlier(
  deps: ExceptionsDeps,
  standing: readonly DeliveryRequestRow[],
  { view, deliveryRequest }: DeliveryRequestOrder,
  nowMs: number,
): DeliveryRequestOutcome | null {
  const attempts = attemptsOf(observedOf(view).events);
  for (const row of standing) {
    const same = isSameDeliveryRequest(deps, row, deliveryRequest);
    if (row.state === 'asking') return { kind: 'later', retryAfterS: ASKING_RETRY_S };
    if (row.state === 'open' && same) return { kind: 'accepted', by: 'merchant' };
    if (acceptedStands(row, openDeliveryRequest(deps, row), attempts, nowMs)) {
      return same ? { kind: 'accepted', by: 'carrier' } : { kind: 'taken_before' };
    }
  }
  return null;
}

/** Asks the carrier. Never rejects: a failure counts as no answer. */
async function askCarrierSafely(
  deps: ExceptionsDeps,
  tenant: Tenant,
  { view, deliveryRequest }: DeliveryRequestOrder,
): Promise<CarrierTake> {
  const request = requestOf(view.shipment, view.personal, deliveryRequest);
  if (deps.carriers === null || request === null) return { kind: 'not_by_carrier' };
  try {
    return await askCarrier(deps.carriers, tenant, view.shipment, request);
  } catch (error) {
    deps.log.warn({ err: error, shipment_id: view.shipment.id }, 'a carrier could not be reached');
    return { kind: 'no_answer' };
  }
}

/**
 * Settles the request by the carrier's answer: accepted, refused, to be repeated later, or a task
 * for a person.
 */
async function applyAnswer(
  deps: ExceptionsDeps,
  tenant: Tenant,
  order: DeliveryRequestOrder,
  shipment: Shipment,
  deliveryRequestId: string,
  answer: CarrierTake,
): Promise<DeliveryRequestOutcome> {
  let outcome: DeliveryRequestOutcome = { kind: 'not_found' };
  await changeOfShipment(deps, tenant, shipment.id, async (now) => {
    const { tx, nowMs, caseHistory } = now;
    /**
     * Settles the request. Returns false if the cleanup of abandoned requests settled it first:
     * then that result stays.
     */
    const settleRow = async (
      state: DeliveryRequestRow['state'],
      reference: string | null,
      caseId: string | null,
    ): Promise<boolean> => {
      const to = { state, reference, caseId, atMs: nowMs };
      if (await resolveDeliveryRequest(tx, deliveryRequestId, ['asking'], to)) return true;
      outcome = settledMeanwhile(
        caseHistory.deliveryRequests.find(({ id }) => id === deliveryRequestId),
      );
      return false;
    };
    const caseOfRequest = caseHistory.cases.find((each) => isHandledByRequest(each.exceptionCase));
    const historyOf = (type: History['type'], data = {}): History => ({
      type,
      actor: 'carrier' as const,
      data: { delivery_request: order.deliveryRequest.kind, ...data },
    });
    if (answer.kind === 'later') {
      if (await settleRow('replaced', null, null)) outcome = answer;
      return null;
    }
    if (answer.kind === 'accepted' || answer.kind === 'refused') {
      const { kind } = answer;
      const reference = kind === 'accepted' ? answer.reference : null;
      if (!(await settleRow(kind, reference, caseOfRequest?.exceptionCase.id ?? null))) return null;
      outcome = kind === 'accepted' ? { kind: 'accepted', by: 'carrier' } : answer;
      const settles = {
        id: deliveryRequestId,
        kind: order.deliveryRequest.kind,
        actor: order.actor,
        state: kind,
      };
      if (caseOfRequest === undefined) return { settles };
      const history =
        kind === 'accepted'
          ? historyOf('delivery_request_accepted', { reference })
          : historyOf('delivery_request_refused');
      return {
        exceptionCase: caseOfRequest.exceptionCase,
        history: [history],
        tell: 'updated',
        settles,
      };
    }
    if (!order.otherwiseMerchant && answer.kind === 'not_by_carrier') {
      if (await settleRow('replaced', null, null)) outcome = { kind: 'not_by_carrier' };
      return null;
    }
    if (!(await settleRow('open', null, null))) return null;
    outcome = { kind: 'accepted', by: 'merchant' };
    const store = (caseId: string) =>
      resolveDeliveryRequest(tx, deliveryRequestId, ['open'], {
        state: 'open',
        caseId,
        atMs: nowMs,
      });
    return toTask(deps, now, order, store, {
      // Then a person must check at the carrier before anything is requested again.
      ...(answer.kind === 'no_answer' ? { carrier_asked: true } : {}),
    });
  });
  return outcome;
}

/** Returns the outcome of a request that was settled while the carrier was asked. */
function settledMeanwhile(row: DeliveryRequestRow | undefined): DeliveryRequestOutcome {
  switch (row?.state) {
    case 'accepted':
      return { kind: 'accepted', by: 'carrier' };
    case 'open':
    case 'done':
      return { kind: 'accepted', by: 'merchant' };
    default:
      return { kind: 'later', retryAfterS: ASKING_RETRY_S };
  }
}

/** Kinds of trouble that another day or another place can solve. */
const HANDLED_BY_REQUEST: ReadonlySet<CaseKind> = new Set([
  'attempts',
  'address',
  'refused',
  'request',
  'other',
]);

function isHandledByRequest(exceptionCase: ExceptionCase): boolean {
  return exceptionCase.state === 'open' && HANDLED_BY_REQUEST.has(exceptionCase.kind);
}

/** Turns a request into a task for a person: in the case it belongs to, or in a new one. */
export async function toTask(
  deps: ExceptionsDeps,
  { caseHistory }: CaseNow,
  {
    view,
    policy,
    deliveryRequest,
    actor,
  }: Pick<DeliveryRequestOrder, 'view' | 'policy' | 'actor'> & {
    readonly deliveryRequest: Pick<DeliveryRequest, 'kind'>;
  },
  store: (caseId: string) => Promise<unknown>,
  data: Readonly<Record<string, unknown>> = {},
): Promise<CaseChange> {
  const cases = caseHistory.cases
    .map(({ exceptionCase }) => exceptionCase)
    .filter(isHandledByRequest);
  const open =
    deliveryRequest.kind === 'address'
      ? cases.find(({ kind }) => kind === 'address')
      : (cases[0] ?? undefined);
  const made: History = {
    type: 'delivery_request_made',
    actor,
    data: { delivery_request: deliveryRequest.kind, ...data },
  };
  if (open !== undefined) {
    await store(open.id);
    return { exceptionCase: open, history: [made], tell: 'updated' };
  }
  const exceptionCase = newCase(deps, view, policy, {
    kind: 'request',
    reason: view.shipment.state.subStatus,
    trigger: 'delivery_request',
    attempts: attemptsOf(observedOf(view).events).count,
    openedBy: 'recipient',
  });
  const opened: History = { type: 'opened', actor, data: { status: view.shipment.state.status } };
  return {
    exceptionCase,
    isNew: true,
    history: [opened, made],
    tell: 'opened',
    alongside: () => store(exceptionCase.id),
  };
}
