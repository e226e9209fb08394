import { xmlOrNull } from '../../kernel/wire/xml.ts';
import {
  type CarrierSession,
  coordinates,
  failureOf,
  isPlausiblePlace,
  type PickupPoint,
  type PickupPointQuery,
  type PickupPointsOutcome,
  POINTS_DEFAULT,
  pointId,
  pointsOutcome,
  requestedKinds,
  shownText,
} from '../sdk.ts';
import { nearestOffices } from './access.ts';
import { accountFailure, failureOfMessages, failureOfStatus } from './errors.ts';
import { type PostOffice, readOffices } from './schema.ts';

/** The carrier's limit: "The maximum allowed value is 50." */
const MAXIMUM = 50;
const POSTAL_CODE = /^[A-Z]\d[A-Z]\d[A-Z]\d$/;

/** Finds post offices that accept parcels addressed to them (`d2po=true`); in Canada only. */
export async function pickupPoints(
  near: PickupPointQuery,
  session: CarrierSession,
): Promise<PickupPointsOutcome> {
  const where = searchQuery(near);
  if (where === null || requestedKinds(near, ['post_office']).length === 0) {
    return { outcome: 'none', reason: 'Canada Post has post offices, at Canadian postal codes' };
  }
  const answer = await session.send(nearestOffices(where));
  if (answer.kind !== 'http') {
    return failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
  }
  const root = xmlOrNull(answer.text);
  const offices = answer.status === 200 ? readOffices(root) : null;
  if (offices === null) return outcomeWithoutOffices(root, answer, session);
  const points = (offices['post-office'] ?? []).flatMap((office) =>
    office === null ? [] : pointOf(office),
  );
  return pointsOutcome(points, near);
}

/** Returns the query for offices near a place; null if it is not a valid place in Canada. */
function searchQuery(near: PickupPointQuery): string | null {
  const { country, lat, lng, limit = POINTS_DEFAULT } = near;
  const postalCode = near.postalCode.replace(/[ -]/g, '').toUpperCase();
  if (country !== 'CA' || !isPlausiblePlace(near) || !POSTAL_CODE.test(postalCode)) return null;
  const maximum = `maximum=${Math.max(1, Math.min(MAXIMUM, Math.trunc(limit)))}`;
  if (lat === undefined || lng === undefined) return `postalCode=${postalCode}&${maximum}`;
  return `longitude=${lng.toFixed(5)}&latitude=${lat.toFixed(5)}&${maximum}`;
}

/**
 * The outcome of an answer without offices. A 400 with a message of its own means that the place is
 * invalid; everything else is a failure.
 */
function outcomeWithoutOffices(
  root: ReturnType<typeof xmlOrNull>,
  answer: Parameters<typeof accountFailure>[1],
  session: CarrierSession,
): PickupPointsOutcome {
  const messageFailure = failureOfMessages(root);
  if (messageFailure?.outcome === 'error' && answer.status === 400) {
    return { outcome: 'none', reason: messageFailure.reason };
  }
  const failure = messageFailure ?? failureOfStatus(answer.status);
  return failure === null
    ? { outcome: 'error', reason: 'the answer is not a list of post offices' }
    : accountFailure(failure, answer, session.nowMs());
}

const METRES_PER_KILOMETRE = 1_000;

function pointOf(office: PostOffice): readonly PickupPoint[] {
  const { address } = office;
  const id = pointId(office['office-id']);
  const name = shownText(office.name) ?? shownText(office.location);
  if (id === null || name === null) return [];
  const distance = decimalOf(office.distance);
  return [
    {
      id,
      kind: 'post_office',
      name,
      address: {
        street: shownText(address?.['office-address']),
        city: shownText(address?.city),
        region: shownText(address?.province),
        postalCode: shownText(address?.['postal-code']),
        country: 'CA',
      },
      ...coordinates(decimalOf(address?.latitude), decimalOf(address?.longitude)),
      distanceM: distance === undefined ? null : Math.round(distance * METRES_PER_KILOMETRE),
      // The hours are in a further answer for each office, which would cost a call each.
      hours: null,
      services: ['pickup', 'dropoff'],
      capacity: null,
      temporarilyClosed: false,
      weightMaxG: null,
    },
  ];
}

function decimalOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,5}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}
