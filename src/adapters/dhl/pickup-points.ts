import { definedOnly } from '../../kernel/defined-only.ts';
import type { PickupPointKind, PickupPointQuery, PickupPointsOutcome } from '../contract/extras.ts';
import {
  isPlausiblePlace,
  POINTS_DEFAULT,
  pointsOutcome,
  RADIUS_M_DEFAULT,
  requestedKinds,
} from '../contract/places.ts';
import type { CarrierSession } from '../contract/pull.ts';
import { LOCATION_FINDER_ORIGIN } from './access.ts';
import { isAboutRequest, readAnswer } from './pulling/failures.ts';
import { readLocations } from './reading/locations.ts';

/** `locationType` of a request, by kind. DHL lists no depots. */
const TYPES: Readonly<Partial<Record<PickupPointKind, readonly string[]>>> = {
  shop: ['servicepoint'],
  locker: ['locker'],
  post_office: ['postoffice', 'postbank'],
};

/**
 * Location Finder – Unified: places of all of DHL's networks, by address or by coordinates. Another
 * host and another product than tracking, without a test system of its own (OpenAPI 1.6.2, sheet
 * read 2026-11-20, and DHL's "Location Finder – Unified 101" of 2026-05); the app's key serves once
 * the product is added to the app, else a key of another app is given as `location_api_key`.
 */
export async function pickupPoints(
  query: PickupPointQuery,
  session: CarrierSession,
): Promise<PickupPointsOutcome> {
  if (!isPlausiblePlace(query)) return { outcome: 'none', reason: 'that can be no place' };
  const kinds = requestedKinds(query, ['shop', 'locker', 'post_office']);
  if (kinds.length === 0) return { outcome: 'none', reason: 'DHL has no points of that kind' };
  const { country, postalCode, city, lat, lng } = query;
  const { radiusM = RADIUS_M_DEFAULT, limit = POINTS_DEFAULT } = query;
  const isByPoint = lat !== undefined && lng !== undefined;
  const parameters = new URLSearchParams(
    isByPoint
      ? { latitude: String(lat), longitude: String(lng) }
      : {
          countryCode: country,
          postalCode,
          ...definedOnly({ addressLocality: city }),
        },
  );
  parameters.set('radius', String(radiusM));
  parameters.set('limit', String(limit));
  // All kinds are its default answer.
  for (const kind of query.kinds === undefined ? [] : kinds) {
    for (const type of TYPES[kind] ?? []) parameters.append('locationType', type);
  }
  const sent = await session.send({
    method: 'GET',
    path: `/location-finder/v1/${isByPoint ? 'find-by-geo' : 'find-by-address'}?${parameters}`,
    origin: LOCATION_FINDER_ORIGIN,
  });
  const read = readAnswer(sent, session.nowMs());
  if (!read.ok) {
    const { failure } = read;
    return isAboutRequest(failure) ? { outcome: 'none', reason: failure.reason } : failure;
  }
  const points = readLocations(read.answer.text, session.nowMs());
  return points === null
    ? { outcome: 'error', reason: 'the answer is no list of locations' }
    : pointsOutcome(points, query);
}
