import { jsonOrNull } from '../../kernel/wire/loose.ts';
import type { PickupPoint, PickupPointQuery, PickupPointsOutcome } from '../contract/extras.ts';
import {
  isPlausiblePlace,
  metresOfMiles,
  POINTS_DEFAULT,
  pointsOutcome,
  RADIUS_M_DEFAULT,
  requestedKinds,
} from '../contract/places.ts';
import { type AccountFailure, type CarrierSession, failureOf } from '../contract/pull.ts';
import { failureOfAnswer } from './pulling/failures.ts';
import { readLockers, readPostOffices } from './reading/locations.ts';

/** The United States and the countries that share its ZIP Codes. */
const COUNTRIES = ['US', 'PR', 'VI', 'GU', 'AS', 'MP', 'FM', 'MH', 'PW'];
const ZIP = /^(\d{5})(?:[- ]?\d{4})?$/;
/** Miles; values below 1 or above 100 are not accepted. */
const RADIUS_MILES_MAX = 100;

/**
 * Locations 3.0 (USPS OpenAPI 3.5.6, copy in karrioapi/karrio `modules/connectors/usps/vendor`,
 * read 2026-11-20). Post offices and lockers are two calls and two scopes, `locations` and
 * `parcel-locker`; every call counts against the one quota of about sixty an hour, so lockers are
 * requested only when somebody wants them.
 */
export async function pickupPoints(
  query: PickupPointQuery,
  session: CarrierSession,
): Promise<PickupPointsOutcome> {
  const zip = ZIP.exec(query.postalCode)?.[1];
  if (!isPlausiblePlace(query) || !COUNTRIES.includes(query.country) || zip === undefined) {
    return { outcome: 'none', reason: 'USPS has points in the United States only, by ZIP Code' };
  }
  const kinds = requestedKinds(query, ['post_office', 'locker'], ['post_office']);
  const points: PickupPoint[] = [];
  let nothing = 'USPS has no points of that kind';
  for (const kind of kinds) {
    const found = await ask(kind === 'locker' ? lockers(zip, query) : postOffices(zip, query));
    if (found.outcome === 'points') points.push(...found.points);
    else if (found.outcome === 'none') nothing = found.reason;
    else return found;
  }
  return points.length === 0 ? { outcome: 'none', reason: nothing } : pointsOutcome(points, query);

  async function ask({ path, read }: Search): Promise<Found> {
    const answer = await session.send({ method: 'GET', path });
    if (answer.kind !== 'http') {
      return failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
    }
    const body = jsonOrNull(answer.text)?.value;
    const failure = failureOfAnswer(answer, body, session.nowMs());
    switch (failure?.outcome) {
      case undefined: {
        const points = read(body);
        return points === null
          ? { outcome: 'error', reason: 'the answer is no list of locations' }
          : { outcome: 'points', points };
      }
      case 'not_yet':
      case 'not_found':
        return { outcome: 'none', reason: `USPS answered ${answer.status}` };
      case 'refused':
        return {
          outcome: 'scope_missing',
          reason: 'the application may not ask for locations (403)',
        };
      default:
        // A 400 in their own words is about the place.
        return answer.status === 400 && failure?.outcome === 'error' && hasError(body)
          ? { outcome: 'none', reason: 'USPS cannot tell where that is (400)' }
          : (failure ?? { outcome: 'error', reason: 'no usable answer' });
    }
  }
}

function hasError(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body;
}

type Found =
  | { readonly outcome: 'points'; readonly points: readonly PickupPoint[] }
  | { readonly outcome: 'none'; readonly reason: string }
  | AccountFailure;

interface Search {
  readonly path: string;
  readonly read: (body: unknown) => readonly PickupPoint[] | null;
}

/** Kiosks hand out nothing, so they are not requested. */
const OFFICE_TYPES = 'POST_OFFICE,CONTRACT_POSTAL_UNIT,VILLAGE_POST_OFFICE';

function postOffices(zip: string, query: PickupPointQuery): Search {
  const { lat, lng, radiusM = RADIUS_M_DEFAULT, limit = POINTS_DEFAULT } = query;
  const miles = Math.min(RADIUS_MILES_MAX, Math.max(1, Math.ceil(radiusM / metresOfMiles(1))));
  const parameters = new URLSearchParams({
    ...(lat === undefined || lng === undefined
      ? { ZIPCode: zip }
      : { LAT: String(lat), LONG: String(lng) }),
    postOfficeType: OFFICE_TYPES,
    radius: String(miles),
    limit: String(limit),
  });
  return { path: `/locations/v3/post-office-locations?${parameters}`, read: readPostOffices };
}

/** Those of one ZIP Code, without a distance. */
function lockers(zip: string, query: PickupPointQuery): Search {
  const { lat, lng, limit = POINTS_DEFAULT } = query;
  const from = lat === undefined || lng === undefined ? null : { lat, lng };
  const parameters = new URLSearchParams({ ZIPCode: zip, limit: String(limit) });
  return {
    path: `/locations/v3/parcel-locker-locations?${parameters}`,
    read: (body) => readLockers(body, from),
  };
}
