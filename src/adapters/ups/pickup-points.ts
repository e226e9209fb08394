import { definedOnly } from '../../kernel/defined-only.ts';
import type { PickupPointQuery, PickupPointsOutcome } from '../contract/extras.ts';
import {
  isPlausiblePlace,
  POINTS_DEFAULT,
  pointsOutcome,
  RADIUS_M_DEFAULT,
  requestedKinds,
} from '../contract/places.ts';
import type { CarrierSession } from '../contract/pull.ts';
import { callHeaders } from './access.ts';
import { accountFailureOf, codeIn } from './pulling/failures.ts';
import { readAccessPoints } from './reading/access-points.ts';

/** Kilometres; the description takes whole ones between these. */
const RADIUS_KM_MIN = 5;
const RADIUS_KM_MAX = 150;

/**
 * Locator v3 with request option 64, UPS Access Points: shops and lockers that take parcels in and
 * hand them out (UPS-API/api-documentation `Locator.yaml`, read 2026-11-20). Customer centres are
 * left out: their ids must not be shown, and a hold finds one by itself.
 */
export async function pickupPoints(
  query: PickupPointQuery,
  session: CarrierSession,
): Promise<PickupPointsOutcome> {
  if (!isPlausiblePlace(query)) return { outcome: 'none', reason: 'that can be no place' };
  if (requestedKinds(query, ['shop', 'locker']).length === 0) {
    return { outcome: 'none', reason: 'UPS names Access Points only: shops and lockers' };
  }
  const { country, postalCode, city, lat, lng } = query;
  const { radiusM = RADIUS_M_DEFAULT, limit = POINTS_DEFAULT } = query;
  const radiusKm = Math.min(RADIUS_KM_MAX, Math.max(RADIUS_KM_MIN, Math.ceil(radiusM / 1_000)));
  const answer = await session.send({
    method: 'POST',
    path: '/api/locations/v3/search/availabilities/64?Locale=en_US',
    headers: callHeaders(session),
    body: {
      json: {
        LocatorRequest: {
          Request: { RequestAction: 'Locator' },
          OriginAddress: {
            ...(lat === undefined || lng === undefined
              ? {}
              : { Geocode: { Latitude: fifteen(lat), Longitude: fifteen(lng) } }),
            AddressKeyFormat: {
              ...definedOnly({ PoliticalDivision2: city }),
              PostcodePrimaryLow: postalCode,
              CountryCode: country,
            },
          },
          Translate: { Locale: 'en_US' },
          UnitOfMeasurement: { Code: 'KM' },
          LocationSearchCriteria: {
            MaximumListSize: String(limit),
            SearchRadius: String(radiusKm),
            AccessPointSearch: { AccessPointStatus: '01' },
          },
          SortCriteria: { SortType: '01' },
        },
      },
    },
  });
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null) return failure;
  if (answer.kind !== 'http') return { outcome: 'error', reason: 'no usable answer' };
  const code = codeIn(answer);
  if (code !== null) return aboutRequest(answer.status, code);
  const read = readAccessPoints(answer.text);
  if (read === null) return { outcome: 'error', reason: 'the answer is no list of locations' };
  if (read.kind === 'points') return pointsOutcome(read.points, query);
  const reason = `UPS error ${read.code ?? 'without a code'}`;
  return read.isTransient
    ? {
        outcome: 'error',
        reason,
        ...(read.retryAfterS === null ? {} : { retryAfterS: read.retryAfterS }),
      }
    : { outcome: 'none', reason: `UPS names no place there (${reason})` };
}

/** A 400 is about the place; a 404 is the gateway's, and no word about any place. */
function aboutRequest(status: number, code: string): PickupPointsOutcome {
  if (status === 404) return { outcome: 'error', reason: `UPS error ${code}` };
  return { outcome: 'none', reason: `UPS cannot use that place (UPS error ${code})` };
}

/** Coordinates have fifteen characters, the description says. */
function fifteen(degrees: number): string {
  const whole = String(Math.trunc(Math.abs(degrees))).length + (degrees < 0 ? 1 : 0);
  return degrees.toFixed(14 - whole);
}
