import type { PickupPoint } from '../../../adapters/contract/extras.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { type PickupPlace, pickupPlace } from '../../../tracking/ports/public-tracks.ts';
import type { ShipmentView } from '../../../tracking/ports/shipments.ts';
import { observedOf } from '../cases/case-details.ts';
import { acceptedStands, attemptsOf } from '../decide/attempts.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { allPointsNearby, isUnderWay } from './offers.ts';
import { type DeliveryRequest, openDeliveryRequest } from './request.ts';
import { type DeliveryRequestRow, deliveryRequestsOfShipment } from './requests.sql.ts';
import type { PlaceOfPickup } from './self-service.ts';

type PointDeliveryRequest = Extract<DeliveryRequest, { kind: 'pickup_point' }>;

/**
 * The number of requests that are read: as many as a recipient makes in a day. One that counts is
 * among the newest.
 */
const DELIVERY_REQUESTS_MAX = 20;

/**
 * Where a parcel waits for collection, or is being brought to on its recipient's request; null:
 * neither. Carriers' events mostly name the building and its town; street and hours come from the
 * carrier's list of points near the destination, which is requested only then.
 */
export async function placeOfPickup(
  deps: ExceptionsDeps,
  tenant: Tenant,
  view: ShipmentView,
  known?: readonly DeliveryRequestRow[],
): Promise<PlaceOfPickup | null> {
  const { id, state } = view.shipment;
  const waitingPlace = pickupPlace(state.status, view.events);
  if (waitingPlace === null && !isUnderWay(view)) return null;
  const deliveryRequests =
    known ??
    (await withTenant(deps.tracking.db.app, tenant, (tx) =>
      deliveryRequestsOfShipment(tx, id, DELIVERY_REQUESTS_MAX),
    ));
  const requested = requestedPoint(deps, view, deliveryRequests, waitingPlace !== null);
  if (waitingPlace === null && requested === null) return null;
  const isNamed = waitingPlace === null || waitingPlace.name !== null || requested !== null;
  const points = isNamed ? await allPointsNearby(deps, tenant, view) : [];
  return placeFrom(waitingPlace, requested, points);
}

/** The pickup point that the carrier agreed to, without a failed visit since. */
function requestedPoint(
  deps: ExceptionsDeps,
  view: ShipmentView,
  deliveryRequests: readonly DeliveryRequestRow[],
  waits: boolean,
): PointDeliveryRequest | null {
  const attempts = attemptsOf(observedOf(view).events);
  const nowMs = deps.tracking.clock.nowMs();
  for (const row of deliveryRequests) {
    if (row.state !== 'accepted' && row.state !== 'done') continue;
    if (row.kind !== 'pickup_point') continue;
    const deliveryRequest = openDeliveryRequest(deps, row);
    // Once it waits, the agreement has been fulfilled, however long ago it was made.
    const isLater = (attempts.last?.atMs ?? 0) <= row.createdAtMs;
    const stands = waits ? isLater : acceptedStands(row, deliveryRequest, attempts, nowMs);
    return stands && deliveryRequest?.kind === 'pickup_point' ? deliveryRequest : null;
  }
  return null;
}

/** Combines events, request and the carrier's list; where they disagree, the events win. Pure. */
export function placeFrom(
  waitingPlace: PickupPlace | null,
  requested: PointDeliveryRequest | null,
  points: readonly PickupPoint[],
): PlaceOfPickup {
  const state = waitingPlace === null ? 'goes' : 'waits';
  const location = waitingPlace?.location ?? null;
  const isRequestedPlace = requested !== null && isSamePlace(waitingPlace, requested);
  if (waitingPlace !== null && waitingPlace.name === null && !isRequestedPlace)
    return { state, location, point: null };
  const placeName = waitingPlace?.name ?? requested?.point?.name ?? null;
  const listedPoint =
    (isRequestedPlace ? points.find(({ id }) => id === requested.point_id) : undefined) ??
    onlyOne(points.filter((each) => isCalled(each.name, placeName)));
  if (listedPoint !== undefined) return { state, location, point: listedPoint };
  if (isRequestedPlace && requested.point !== null) {
    const { name, street, city } = requested.point;
    const address = { street, city, region: null, postalCode: null, country: null };
    return { state, location, point: { name, kind: null, address, hours: null } };
  }
  if (placeName === null) return { state, location, point: null };
  return { state, location, point: { name: placeName, kind: null, address: null, hours: null } };
}

/**
 * Whether the parcel waits at the requested point; a carrier may have brought it to another place.
 */
function isSamePlace(waits: PickupPlace | null, { point }: PointDeliveryRequest): boolean {
  if (waits === null || point === null) return waits === null;
  if (waits.name !== null) return isCalled(point.name, waits.name);
  const town = point.city === null ? null : normalizedName(point.city);
  return (
    town === null || waits.location === null || normalizedName(waits.location).startsWith(town)
  );
}

function isCalled(name: string, named: string | null): boolean {
  return named !== null && normalizedName(name) === normalizedName(named);
}

/** With two shops of the same name, it is unknown which one is meant. */
function onlyOne<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

/** Carriers write the same name in capitals, and with and without accents, dots and dashes. */
function normalizedName(text: string): string {
  return text
    .slice(0, TEXT_CHARS_MAX)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

const TEXT_CHARS_MAX = 200;
