import { definedOnly } from '../../kernel/defined-only.ts';
import type { PickupPointQuery, PickupPointsOutcome } from '../contract/extras.ts';
import {
  isPlausiblePlace,
  POINTS_DEFAULT,
  pointsOutcome,
  RADIUS_M_DEFAULT,
} from '../contract/places.ts';
import type { CarrierSession } from '../contract/pull.ts';
import { accountFailureOf, requestCodeOf } from './pulling/failures.ts';
import { KINDS, readLocations } from './reading/locations.ts';

/**
 * Locations Search: `POST /location/v1/locations` answers up to 75 places within 50 miles, all of
 * FedEx's companies together (API description as published in ShipStream/fedex-rest-php-sdk
 * `resources/models/locations-search/v1.json`, read 2026-11-20). A part of the portal project of
 * its own: a project with the Track API alone is refused.
 */
export async function pickupPoints(
  query: PickupPointQuery,
  session: CarrierSession,
): Promise<PickupPointsOutcome> {
  if (!isPlausiblePlace(query)) return { outcome: 'none', reason: 'that can be no place' };
  const locationTypes = Object.entries(KINDS)
    .filter(([, kind]) => query.kinds?.includes(kind) ?? true)
    .map(([type]) => type)
    // Types that answers have but requests do not.
    .filter((type) => REQUESTED_TYPES.includes(type));
  if (locationTypes.length === 0) {
    return { outcome: 'none', reason: 'FedEx has no points of that kind' };
  }
  const { country: countryCode, postalCode, city, lat, lng } = query;
  const { radiusM = RADIUS_M_DEFAULT, limit = POINTS_DEFAULT } = query;
  const isByPoint = lat !== undefined && lng !== undefined;
  const answer = await session.send({
    method: 'POST',
    path: '/location/v1/locations',
    headers: { 'x-locale': 'en_US', 'x-customer-transaction-id': session.newId() },
    body: {
      json: {
        locationsSummaryRequestControlParameters: {
          distance: { units: 'KM', value: radiusM / 1_000 },
          maxResults: limit,
        },
        // The country is wanted with either criterion.
        locationSearchCriterion: isByPoint ? 'GEOGRAPHIC_COORDINATES' : 'ADDRESS',
        location: {
          address: { postalCode, countryCode, ...definedOnly({ city }) },
          ...(isByPoint ? { longLat: { latitude: String(lat), longitude: String(lng) } } : {}),
        },
        multipleMatchesAction: 'RETURN_ALL',
        sort: { criteria: 'DISTANCE', order: 'ASCENDING' },
        sameCountry: true,
        locationTypes,
      },
    },
  });
  const failure = accountFailureOf(answer, session.nowMs());
  const code = answer.kind === 'http' ? requestCodeOf(answer) : null;
  if (failure !== null && code !== null) return { outcome: 'none', reason: `FedEx error ${code}` };
  if (failure !== null) return failure;
  if (answer.kind !== 'http') return { outcome: 'error', reason: 'no usable answer' };
  const points = readLocations(answer.text);
  return points === null
    ? { outcome: 'error', reason: 'the answer is no list of locations' }
    : pointsOutcome(points, query);
}

const REQUESTED_TYPES = [
  'FEDEX_AUTHORIZED_SHIP_CENTER',
  'FEDEX_OFFICE',
  'FEDEX_ONSITE',
  'FEDEX_EXPRESS_STATION',
  'FEDEX_SHIPSITE',
  'FEDEX_SHIP_AND_GET',
];
