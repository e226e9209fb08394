import type { ErrorText } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { textOf } from '../../../kernel/wire/explain-issues.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { viewShipment } from '../../../tracking/ports/shipments.ts';
import { type CaseHistory, loadCaseHistory, observedOf } from '../cases/case-details.ts';
import { addPhotos, photoOffer } from '../claims/evidence-sources.ts';
import { acceptedStands, attemptsOf } from '../decide/attempts.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import {
  type DeliveryRequestOrder,
  type DeliveryRequestOutcome,
  makeDeliveryRequest,
} from './make-request.ts';
import { createOptionsCache, isUnderWay, type Possible, possibleRequests } from './offers.ts';
import {
  type DeliveryRequest,
  deliveryRequest as deliveryRequestSchema,
  isSameDeliveryRequest,
  openDeliveryRequest,
  requestedAddress,
} from './request.ts';
import type { DeliveryRequestRow } from './requests.sql.ts';
import type {
  ListedDeliveryRequest,
  SelfService,
  SelfServiceOffers,
  SelfServiceOutcome,
} from './self-service.ts';
import { placeOfPickup } from './self-service-pickup.ts';

/**
 * Requests that the holder of a signed link, or a merchant on their behalf, may make for a parcel.
 */
export interface DeliveryRequestService extends SelfService {
  /** Returns the same service, with the merchant as the author of requests. */
  as(actor: DeliveryRequestRow['actor']): SelfService;
}

export function createSelfService(deps: ExceptionsDeps): DeliveryRequestService {
  const desk = new RequestDesk(deps);
  const as = (actor: Actor): SelfService => ({
    offers: (at) => desk.offers(at),
    reschedule: (at, wanted) => desk.reschedule(actor, at, wanted),
    redirect: (at, wanted) => desk.redirect(actor, at, wanted),
    addPhotos: ({ tenant, shipmentId }, photos) =>
      addPhotos(deps, tenant, shipmentId, { actor }, photos),
    confirmAddress: (at, wanted) => desk.confirmAddress(actor, at, wanted),
  });
  return { ...as('recipient'), as };
}

type Actor = DeliveryRequestRow['actor'];
type Subject = Parameters<SelfService['offers']>[0];
type RequestOf<Name extends 'reschedule' | 'redirect' | 'confirmAddress'> = Parameters<
  SelfService[Name]
>[1];

/** Handles requests: the offers, earlier agreements, and who is asked. */
class RequestDesk {
  readonly #deps: ExceptionsDeps;
  readonly #cache: ReturnType<typeof createOptionsCache>;
  /** A second press of the same button waits for the result of the first. */
  readonly #underWay = new Map<string, Promise<SelfServiceOutcome>>();

  constructor(deps: ExceptionsDeps) {
    this.#deps = deps;
    this.#cache = createOptionsCache(deps);
  }

  async offers({ tenant, shipmentId }: Subject): Promise<SelfServiceOffers | null> {
    const found = await this.#context(tenant, shipmentId);
    if (found === null) return null;
    const { possible, caseHistory, accepted } = found;
    const { shipment } = possible.view;
    const { by, dates, dayOnly } = possible.reschedule;
    return {
      // A request that would be refused is not offered.
      reschedule: by === 'nobody' || accepted !== null ? null : { dates, by, dayOnly },
      points: accepted === null ? possible.points : [],
      redirect: accepted === null ? possible.redirect : { by: 'nobody', options: [] },
      address: addressQuestion(possible, caseHistory),
      proofAvailable:
        shipment.state.status === 'delivered' &&
        ((await this.#deps.hasProof?.(tenant, shipmentId)) ?? false),
      deliveryRequests: caseHistory.deliveryRequests.flatMap((row) => toListed(this.#deps, row)),
      photos: await photoOffer(this.#deps, tenant, possible.view, caseHistory),
      pickup: await placeOfPickup(this.#deps, tenant, possible.view, caseHistory.deliveryRequests),
    };
  }

  async reschedule(
    actor: Actor,
    { tenant, shipmentId }: Subject,
    { date, window, instructions }: RequestOf<'reschedule'>,
  ): Promise<SelfServiceOutcome> {
    const read = deliveryRequestSchema.safeParse({
      kind: 'reschedule',
      date,
      window,
      instructions,
    });
    if (!read.success) return invalidInput(read.error.issues[0]);
    const found = await this.#context(tenant, shipmentId);
    if (found === null) return { outcome: 'not_found' };
    const { by, dates, dayOnly } = found.possible.reschedule;
    const answered = this.#outcomeOfEarlier(found.accepted, read.data);
    if (answered !== null) return answered;
    if (by === 'nobody') return notPossible(found.possible, 'day');
    if (!dates.includes(date)) {
      const fix: ErrorText = { 'exceptions.chooseOfferedDay': { dates: dates.join(', ') } };
      return { outcome: 'invalid', pointer: '/date', reason: 'exceptions.dayNotOffered', fix };
    }
    if (dayOnly && (window !== null || instructions !== null)) {
      const pointer = window === null ? '/instructions' : '/window';
      const reason = 'exceptions.carrierAcceptsDayOnly';
      return { outcome: 'invalid', pointer, reason, fix: 'exceptions.omitOrContactShop' };
    }
    const { reschedule } = found.policy.self_service;
    return this.#makeRequest(tenant, found, read.data, { actor, by, ...otherwise(reschedule) });
  }

  async redirect(
    actor: Actor,
    { tenant, shipmentId }: Subject,
    wanted: RequestOf<'redirect'>,
  ): Promise<SelfServiceOutcome> {
    const found = await this.#context(tenant, shipmentId);
    if (found === null) return { outcome: 'not_found' };
    const { redirect, points } = found.possible;
    const deliveryRequest = toRedirectRequest(wanted, points);
    const answered = deliveryRequest && this.#outcomeOfEarlier(found.accepted, deliveryRequest);
    if (answered !== null) return answered;
    if (redirect.by === 'nobody') return notPossible(found.possible, 'place');
    if (deliveryRequest === null) {
      const reason = 'exceptions.noSuchPickupPoint';
      return {
        outcome: 'invalid',
        pointer: '/point_id',
        reason,
        fix: 'exceptions.chooseFromList',
      };
    }
    if (!redirect.options.some(({ kind }) => kind === wanted.kind)) {
      return {
        outcome: 'not_offered',
        reason: 'exceptions.placeTypeNotOffered',
      };
    }
    const { redirect: setting } = found.policy.self_service;
    return this.#makeRequest(tenant, found, deliveryRequest, {
      actor,
      by: redirect.by,
      ...otherwise(setting),
    });
  }

  async confirmAddress(
    actor: Actor,
    { tenant, shipmentId }: Subject,
    wanted: RequestOf<'confirmAddress'>,
  ): Promise<SelfServiceOutcome> {
    const corrected = wanted.kind === 'correct' ? requestedAddress.safeParse(wanted.address) : null;
    if (corrected !== null && !corrected.success) {
      return invalidInput(corrected.error.issues[0], '/address');
    }
    const view = await viewShipment(this.#deps.tracking, tenant, shipmentId);
    if (view === null) return { outcome: 'not_found' };
    const caseHistory = await withTenant(this.#deps.tracking.db.app, tenant, (tx) =>
      loadCaseHistory(tx, shipmentId),
    );
    if (
      !caseHistory.cases.some(
        ({ exceptionCase }) => exceptionCase.kind === 'address' && exceptionCase.state === 'open',
      )
    ) {
      return isUnderWay(view)
        ? { outcome: 'not_offered', reason: 'exceptions.addressNotInQuestion' }
        : tooLate();
    }
    if (!isUnderWay(view)) return tooLate();
    const { policy } = await ownPolicy(this.#deps, tenant);
    const deliveryRequest: DeliveryRequest = {
      kind: 'address',
      address: corrected?.data ?? null,
    };
    const how = { actor, by: 'merchant' as const, otherwiseMerchant: true };
    return toSelfServiceOutcome(
      await makeDeliveryRequest(this.#deps, tenant, { view, policy, deliveryRequest, ...how }),
    );
  }

  /** Loads what every request depends on; null when there is no such shipment. */
  async #context(tenant: Tenant, shipmentId: string) {
    const { policy } = await ownPolicy(this.#deps, tenant);
    const possible = await possibleRequests(this.#deps, this.#cache, policy, tenant, shipmentId);
    if (possible === null) return null;
    const caseHistory = await withTenant(this.#deps.tracking.db.app, tenant, (tx) =>
      loadCaseHistory(tx, shipmentId),
    );
    return {
      policy,
      possible,
      caseHistory,
      accepted: acceptedDeliveryRequest(this.#deps, possible, caseHistory),
    };
  }

  /**
   * The answer that follows from an earlier request accepted by the carrier; null: there is none.
   */
  #outcomeOfEarlier(
    accepted: DeliveryRequestRow | null,
    deliveryRequest: DeliveryRequest,
  ): SelfServiceOutcome | null {
    if (accepted === null) return null;
    return toSelfServiceOutcome(
      isSameDeliveryRequest(this.#deps, accepted, deliveryRequest)
        ? { kind: 'accepted', by: 'carrier' }
        : { kind: 'taken_before' },
    );
  }

  /** Makes a request, once for equal requests at the same time. */
  async #makeRequest(
    tenant: Tenant,
    context: { readonly possible: Possible; readonly policy: DeliveryRequestOrder['policy'] },
    deliveryRequest: DeliveryRequest,
    how: Pick<DeliveryRequestOrder, 'actor' | 'by' | 'otherwiseMerchant'>,
  ): Promise<SelfServiceOutcome> {
    const { view } = context.possible;
    const { id } = view.shipment;
    const key = JSON.stringify([id, deliveryRequest]);
    const running = this.#underWay.get(key);
    if (running !== undefined) return running;
    const made = makeDeliveryRequest(this.#deps, tenant, {
      view,
      policy: context.policy,
      deliveryRequest,
      ...how,
    }).then(toSelfServiceOutcome);
    this.#underWay.set(key, made);
    return made.finally(() => {
      this.#underWay.delete(key);
      this.#cache.forget(id);
    });
  }
}

function otherwise(setting: 'merchant' | 'off') {
  return { otherwiseMerchant: setting === 'merchant' };
}

/**
 * Returns the request to store; null if the requested pickup point is not among the offered ones.
 */
function toRedirectRequest(
  wanted: Parameters<SelfService['redirect']>[1],
  points: SelfServiceOffers['points'],
): DeliveryRequest | null {
  if (wanted.kind === 'hold_at_facility') return { kind: 'hold_at_facility' };
  const point = points.find(({ id }) => id === wanted.pointId);
  if (point === undefined) return null;
  const { name, address } = point;
  return {
    kind: 'pickup_point',
    point_id: point.id,
    point: { name, street: address.street, city: address.city },
  };
}

function toSelfServiceOutcome(outcome: DeliveryRequestOutcome): SelfServiceOutcome {
  switch (outcome.kind) {
    case 'accepted':
      return { outcome: 'accepted', by: outcome.by };
    case 'refused':
      return { outcome: 'refused', reason: outcome.reason };
    case 'not_by_carrier':
      return { outcome: 'not_offered', reason: 'exceptions.unsupportedByCarrier' };
    case 'taken_before':
      return {
        outcome: 'already_accepted',
        reason: 'exceptions.anotherRequestAccepted',
      };
    case 'later':
      return { outcome: 'unavailable', retryAfterS: outcome.retryAfterS };
    case 'not_found':
      return { outcome: 'not_found' };
  }
}

/**
 * Returns why a change of day or place is refused: the parcel has moved on, or nobody offers it.
 */
function notPossible({ view }: Possible, what: 'day' | 'place'): SelfServiceOutcome {
  if (!isUnderWay(view)) return tooLate();
  return {
    outcome: 'not_offered',
    reason: { 'exceptions.changeNotOffered': { what } },
  };
}

function tooLate(): SelfServiceOutcome {
  return { outcome: 'too_late', reason: 'exceptions.parcelMovedOn' };
}

function invalidInput(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
  below = '',
): SelfServiceOutcome {
  const pointer = `${below}/${(issue?.path ?? []).map(String).join('/')}`.replace(/\/$/, '');
  const reason = issue === undefined ? 'exceptions.unreadableInput' : textOf(issue.message);
  return { outcome: 'invalid', pointer, reason, fix: 'exceptions.correctAndResend' };
}

/**
 * Returns the question about the address: only while it is open, or after the recipient has
 * answered; otherwise null.
 */
function addressQuestion(
  { view }: Possible,
  caseHistory: CaseHistory,
): SelfServiceOffers['address'] {
  const exceptionCase = caseHistory.cases.findLast(
    ({ exceptionCase }) => exceptionCase.kind === 'address',
  )?.exceptionCase;
  if (exceptionCase === undefined || !isUnderWay(view)) return null;
  const deliveryRequest = caseHistory.deliveryRequests.find(
    ({ kind, caseId }) => kind === 'address' && caseId === exceptionCase.id,
  );
  const current = view.personal.destination;
  if (deliveryRequest?.state === 'open' || deliveryRequest?.state === 'asking') {
    return { current, state: 'waiting_for_approval' };
  }
  if (deliveryRequest?.state === 'done') return { current, state: 'approved' };
  return exceptionCase.state === 'open' ? { current, state: 'asked' } : null;
}

/** An accepted request that the carrier has not fulfilled yet, if any. */
function acceptedDeliveryRequest(
  deps: ExceptionsDeps,
  { view }: Possible,
  { deliveryRequests }: CaseHistory,
): DeliveryRequestRow | null {
  if (!isUnderWay(view)) return null;
  const attempts = attemptsOf(observedOf(view).events);
  const nowMs = deps.tracking.clock.nowMs();
  const isStillAccepted = (row: DeliveryRequestRow) =>
    row.kind !== 'address' && acceptedStands(row, openDeliveryRequest(deps, row), attempts, nowMs);
  return deliveryRequests.find(isStillAccepted) ?? null;
}

/** Returns a stored request as a list of one; empty if it was replaced or erased. */
function toListed(deps: ExceptionsDeps, row: DeliveryRequestRow): ListedDeliveryRequest[] {
  if (row.state === 'replaced') return [];
  const deliveryRequest = openDeliveryRequest(deps, row);
  if (deliveryRequest === null) return [];
  return [
    {
      kind: row.kind,
      state: row.state,
      date: deliveryRequest.kind === 'reschedule' ? deliveryRequest.date : null,
      window: deliveryRequest.kind === 'reschedule' ? deliveryRequest.window : null,
      pointId: deliveryRequest.kind === 'pickup_point' ? deliveryRequest.point_id : null,
      pointName:
        deliveryRequest.kind === 'pickup_point' ? (deliveryRequest.point?.name ?? null) : null,
      atMs: row.createdAtMs,
    },
  ];
}
