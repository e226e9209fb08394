import type { LoggedCase } from '../../../events/event.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wallClockMs } from '../../../kernel/time/place-time.ts';
import { type Queryable, withTenant } from '../../../platform/database/database.ts';
import {
  iso,
  placeName,
  type ShipmentView,
  type ShownEvent,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import { type ClaimRow, claimsOfShipment } from '../claims/claims.sql.ts';
import type { ObservedEvent } from '../decide/attempts.ts';
import type { DeliveryRequestFact, Observed, PastCase } from '../decide/decide.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { type DeliveryRequest, openDeliveryRequest, optionsOf } from '../requests/request.ts';
import { type DeliveryRequestRow, deliveryRequestsOfShipment } from '../requests/requests.sql.ts';
import type { DayWindow } from '../requests/self-service.ts';
import type { Claim, ExceptionCase } from './case.ts';
import { casesOfShipment } from './cases.sql.ts';

/** Selects a shipment's requests: one, or those of a case. */
interface RequestSelection {
  readonly caseId: string | null;
  readonly deliveryRequestId: string | null;
}

/**
 * The personal data that the log omits, for a message to the recipient or a ticket for the
 * merchant's staff. Read when the message or ticket is written, so that it is up to date.
 */
export interface CaseDetails {
  readonly contact: {
    readonly name: string | null;
    readonly email: string | null;
    readonly phone: string | null;
  };
  /** Newest first, without requests that were replaced by another. */
  readonly deliveryRequests: readonly DeliveryRequestDetails[];
  /** The newest claim of the case. */
  readonly claim: Pick<
    Claim,
    'state' | 'amountMinor' | 'grantedMinor' | 'currency' | 'reference'
  > | null;
}

export interface DeliveryRequestDetails {
  readonly kind: DeliveryRequestRow['kind'];
  readonly state: Exclude<DeliveryRequestRow['state'], 'replaced'>;
  /** The requested day of a reschedule, `YYYY-MM-DD`; null: the request is not a reschedule. */
  readonly date: string | null;
  readonly window: DayWindow | null;
  readonly instructions: string | null;
  /** The pickup point, with street and city where the carrier names them. */
  readonly place: string | null;
  /** The corrected address; null: it was confirmed, or the request is not about an address. */
  readonly address: readonly string[] | null;
}

/** Returns the details of a case; null when the tenant has no such shipment any more. */
export async function caseDetails(
  deps: Pick<ExceptionsDeps, 'tracking'>,
  tenant: Tenant,
  shipmentId: string,
  { caseId, deliveryRequestId }: RequestSelection,
): Promise<CaseDetails | null> {
  const { tracking } = deps;
  const view = await viewShipment(tracking, tenant, shipmentId);
  if (view === null) return null;
  const { deliveryRequests, claims } = await withTenant(tracking.db.app, tenant, (tx) =>
    loadCaseHistory(tx, shipmentId),
  );
  const selected = deliveryRequests.filter((row) =>
    deliveryRequestId === null
      ? caseId !== null && row.caseId === caseId
      : row.id === deliveryRequestId,
  );
  const { recipient } = view.personal;
  return {
    contact: {
      name: textOf(recipient?.['name']),
      email: textOf(recipient?.['email']),
      phone: textOf(recipient?.['phone']),
    },
    deliveryRequests: selected.flatMap((row) => {
      const deliveryRequest = openDeliveryRequest(deps, row);
      const { kind, state } = row;
      return deliveryRequest === null || state === 'replaced'
        ? []
        : [{ kind, state, ...deliveryRequestContent(deliveryRequest) }];
    }),
    claim: claims.findLast((claim) => claim.caseId === caseId) ?? null,
  };
}

/** The content of a request, member by member. Pure. */
export function deliveryRequestContent(
  deliveryRequest: DeliveryRequest,
): Omit<DeliveryRequestDetails, 'kind' | 'state'> {
  const nothing = { date: null, window: null, instructions: null, place: null, address: null };
  switch (deliveryRequest.kind) {
    case 'reschedule': {
      const { date, window, instructions } = deliveryRequest;
      return { ...nothing, date, window, instructions };
    }
    case 'pickup_point': {
      const { name, street, city } = deliveryRequest.point ?? {
        name: deliveryRequest.point_id,
        street: null,
        city: null,
      };
      const place = [name, street, city].filter((part) => part !== null && part !== '').join(', ');
      return { ...nothing, place };
    }
    case 'hold_at_facility':
      return nothing;
    case 'address':
      return { ...nothing, address: deliveryRequest.address && lines(deliveryRequest.address) };
  }
}

function lines(address: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.values(address).filter((line) => line !== undefined);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** A case on the wire, without texts by people: the form in the log, webhooks and lists. */
export function caseJson(
  it: ExceptionCase,
  status: Status,
  addressProposed: boolean,
): LoggedCase & Readonly<Record<string, unknown>> {
  return {
    id: it.id,
    kind: it.kind,
    reason: it.reason,
    state: it.state,
    waiting_for: it.waitingFor,
    outcome: it.outcome,
    attempts: it.attempts,
    opened_at: iso(it.openedAtMs),
    deadline_at: iso(it.deadlineAtMs),
    overdue: it.overdueAtMs !== null,
    closed_at: iso(it.closedAtMs),
    closed_by: it.closedHow,
    return_shipment_id: it.returnShipmentId,
    options: optionsOf(it, status, addressProposed),
  };
}

/** Reduces a shipment in its merchant's view to the input of the rules. */
export function observedOf({
  shipment,
  events,
  missingProof,
  unknownAddress,
}: Pick<ShipmentView, 'shipment' | 'events' | 'missingProof' | 'unknownAddress'>): Observed {
  const { status, subStatus, confirmed, steering } = shipment.state;
  return {
    status,
    reason: subStatus,
    confirmed,
    steering,
    events: events.map(observedEvent).reverse(),
    missingProof,
    unknownAddress,
  };
}

function observedEvent({
  identity,
  status,
  reason,
  occurredAt,
  occurredLocal,
}: Pick<
  ShownEvent,
  'identity' | 'status' | 'reason' | 'occurredAt' | 'occurredLocal'
>): ObservedEvent {
  const atMs =
    occurredAt === null
      ? occurredLocal === null
        ? null
        : wallClockMs(occurredLocal)
      : Date.parse(occurredAt);
  return { identity, status, reason, atMs };
}

/**
 * The facility where the parcel was last seen, as text, with the carrier's own code; null: unknown.
 */
export function lastFacility(events: readonly ShownEvent[]): string | null {
  for (const { facility, place } of events) {
    const name = facility?.name ?? placeWithCode(placeName(place), place?.facility ?? null);
    if (name) return name.slice(0, FACILITY_CHARS_MAX);
  }
  return null;
}

function placeWithCode(place: string | null, code: string | null): string | null {
  if (place === null || code === null || place.includes(code)) return place ?? code;
  return `${place} (${code})`;
}

const FACILITY_CHARS_MAX = 120;

/** Where an exception may be resolved to. */
export const RESOLVED_TO = ['in_transit', 'at_facility', 'out_for_delivery'] as const;
export type ResolvedTo = (typeof RESOLVED_TO)[number];

type StatusEvent = Pick<ShownEvent, 'status'>;

/**
 * Returns the status of a parcel once its trouble is over: the one before the trouble, by its
 * timeline, newest event first. It is never `out_for_delivery`, because only a carrier, or a person
 * who says so, knows that the parcel comes today; a parcel that was out for delivery is back in its
 * depot. Pure.
 */
export function backTo(events: readonly StatusEvent[]): ResolvedTo {
  for (const { status } of events) {
    if (status === 'in_transit' || status === 'at_facility') return status;
    if (status === 'picked_up') return 'in_transit';
    if (WAS_AT_DEPOT.has(status)) return 'at_facility';
  }
  return 'in_transit';
}

const WAS_AT_DEPOT: ReadonlySet<ShownEvent['status']> = new Set([
  'out_for_delivery',
  'delivery_attempted',
  'available_for_pickup',
]);

/** A shipment's cases with everything that was done about them. */
export interface CaseHistory {
  /** Oldest first. */
  readonly cases: readonly PastCase[];
  /** Newest first. */
  readonly deliveryRequests: readonly DeliveryRequestRow[];
  readonly claims: readonly ClaimRow[];
  /** The requests that still count, in the form the rules use. */
  readonly standing: readonly DeliveryRequestFact[];
}

/** More requests than anybody makes for one parcel; older ones no longer count. */
const DELIVERY_REQUESTS_MAX = 50;

/**
 * How long a carrier may take to answer a request. Without a stored answer by then, the answer
 * counts as lost.
 */
export const ASKING_MS_MAX = 120_000;

/** Loads a shipment's cases, requests and claims. The newest requests are loaded, up to a limit. */
export async function loadCaseHistory(db: Queryable, shipmentId: string): Promise<CaseHistory> {
  const cases = await casesOfShipment(db, shipmentId);
  const deliveryRequests = await deliveryRequestsOfShipment(db, shipmentId, DELIVERY_REQUESTS_MAX);
  const claims = cases.length === 0 ? [] : await claimsOfShipment(db, shipmentId);
  return {
    cases: cases.map((exceptionCase) => toPastCase(exceptionCase, deliveryRequests, claims)),
    deliveryRequests,
    claims,
    standing: deliveryRequests.flatMap(({ state, createdAtMs }) =>
      state === 'refused' || state === 'replaced' ? [] : [{ state, atMs: createdAtMs }],
    ),
  };
}

/** Returns the case with whether a request is open in it, and its claim in progress. */
function toPastCase(
  exceptionCase: ExceptionCase,
  deliveryRequests: readonly DeliveryRequestRow[],
  claims: readonly ClaimRow[],
): PastCase {
  const claim = claims.find(
    ({ caseId, state }) => caseId === exceptionCase.id && isUnderWay(state),
  );
  return {
    exceptionCase,
    deliveryRequestOpen: deliveryRequests.some(
      ({ caseId, state }) => caseId === exceptionCase.id && state === 'open',
    ),
    claim: claim === undefined ? null : claim.state === 'submitted' ? 'submitted' : 'open',
  };
}

/** Whether a claim is in progress: drafted or submitted, but not decided. */
export function isUnderWay(state: ClaimRow['state']): boolean {
  return state === 'draft' || state === 'submitted';
}

/**
 * The request with an address that the recipient confirmed or corrected and nobody has reviewed
 * yet.
 */
export function proposedAddress(
  deliveryRequests: readonly DeliveryRequestRow[],
): DeliveryRequestRow | undefined {
  return deliveryRequests.find(({ kind, state }) => kind === 'address' && state === 'open');
}
