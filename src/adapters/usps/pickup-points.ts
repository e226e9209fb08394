import { z } from 'zod';
import {
  looseBoolean,
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
  parseJsonOrNull,
} from '../../kernel/wire/loose.ts';
import {
  type OpeningHours,
  type PickupPoint,
  type PickupPointQuery,
  type PickupPointsOutcome,
  type PickupService,
  WEEKDAYS,
} from '../contract/extras.ts';
import {
  coordinates,
  inWeekOrder,
  isPlausiblePlace,
  metresBetween,
  metresOfMiles,
  openingHours,
  POINTS_DEFAULT,
  pointId,
  pointsOutcome,
  RADIUS_M_DEFAULT,
  requestedKinds,
  shownText,
} from '../contract/places.ts';
import { type AccountFailure, type CarrierSession, failureOf } from '../contract/pull.ts';
import { failureOfAnswer } from './errors.ts';

/** The United States and the countries that share its ZIP Codes. */
const COUNTRIES = ['US', 'PR', 'VI', 'GU', 'AS', 'MP', 'FM', 'MH', 'PW'];
const ZIP = /^(\d{5})(?:[- ]?\d{4})?$/;
/** Miles; values below 1 or above 100 are not accepted. */
const RADIUS_MILES_MAX = 100;

/**
 * Finds places by Locations 3.0 (USPS OpenAPI 3.5.6, copy in karrioapi/karrio
 * `modules/connectors/usps/vendor`, read 2026-11-20). Post offices and lockers are two calls and
 * two scopes, `locations` and `parcel-locker`. Every call counts against the one quota of about
 * sixty an hour, so lockers are only requested on demand.
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
    const body = parseJsonOrNull(answer.text)?.value;
    const failure = failureOfAnswer(answer, body, session.nowMs());
    switch (failure?.outcome) {
      case undefined: {
        const points = read(body);
        return points === null
          ? { outcome: 'error', reason: 'the answer is not a list of locations' }
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
        // A 400 with an error of USPS's own is about the place.
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

/** The types of office to request. Kiosks hand out nothing, so they are left out. */
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

/** The search for lockers: those of one ZIP Code, without a distance. */
function lockers(zip: string, query: PickupPointQuery): Search {
  const { lat, lng, limit = POINTS_DEFAULT } = query;
  const from = lat === undefined || lng === undefined ? null : { lat, lng };
  const parameters = new URLSearchParams({ ZIPCode: zip, limit: String(limit) });
  return {
    path: `/locations/v3/parcel-locker-locations?${parameters}`,
    read: (body) => readLockers(body, from),
  };
}

/** Maximum of places; USPS returns at most 100 at once. */
const LOCATIONS_MAX = 100;
const DETAILS_MAX = 100;

const address = looseObject({
  streetAddress: looseText,
  city: looseText,
  state: looseCode,
  ZIPCode: looseCode,
  ZIPPlus4: looseCode,
});

const times = looseList(z.object({ openTime: looseCode, closeTime: looseCode }), DETAILS_MAX);

const service = z.object({
  service: looseCode,
  hours: looseList(z.object({ dayOfWeek: looseCode, times }), DETAILS_MAX),
});

const postOffice = z.object({
  facilityName: looseText,
  // The name in the description; answers in api-examples do not have it.
  facilityID: looseCode,
  facilityId: looseCode,
  facilityAddress: address,
  geoCoordinates: looseObject({ latitude: looseNumber, longitude: looseNumber }),
  postOfficeType: looseCode,
  distance: looseNumber,
  services: looseList(service, DETAILS_MAX),
  temporaryClosure: looseBoolean,
});

const locker = z.object({
  facilityID: looseCode,
  facilityId: looseCode,
  locationName: looseText,
  locationAddress: address,
  latitude: looseNumber,
  longitude: looseNumber,
  lockerOnline: looseBoolean,
  serviceDirectShip: looseBoolean,
  serviceRedelivery: looseBoolean,
  servicePrepaidReturns: looseBoolean,
  serviceLabelPrinting: looseBoolean,
});

type PostOffice = z.output<typeof postOffice>;
type Locker = z.output<typeof locker>;
type Address = NonNullable<z.output<typeof address>>;

/**
 * The list in an answer; null when there is none. Both searches answer with a list, alone or as
 * `locations`.
 */
function listIn(body: unknown): readonly unknown[] | null {
  if (Array.isArray(body)) return body;
  const inside: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'locations') : null;
  return Array.isArray(inside) ? inside : null;
}

/** Reads post offices; null when the body is not a list of them. */
export function readPostOffices(body: unknown): readonly PickupPoint[] | null {
  return (
    listIn(body)
      ?.slice(0, LOCATIONS_MAX)
      .flatMap((value) => {
        const read = postOffice.safeParse(value);
        return read.success ? (officePoint(read.data) ?? []) : [];
      }) ?? null
  );
}

/**
 * Reads lockers; null when the body is not a list of them.
 * @param from the point from which distances are measured, because USPS returns none for lockers;
 * null if unknown.
 */
export function readLockers(
  body: unknown,
  from: { readonly lat: number; readonly lng: number } | null,
): readonly PickupPoint[] | null {
  return (
    listIn(body)
      ?.slice(0, LOCATIONS_MAX)
      .flatMap((value) => {
        const read = locker.safeParse(value);
        return read.success ? (lockerPoint(read.data, from) ?? []) : [];
      }) ?? null
  );
}

function officePoint(given: PostOffice): PickupPoint | null {
  const { facilityAddress: at, postOfficeType, services } = given;
  const id = idOf(given, at);
  const name = shownText(given.facilityName);
  if (id === null || name === null || postOfficeType === 'SELF_SERVICE_KIOSK') return null;
  const { latitude, longitude } = given.geoCoordinates ?? {};
  return {
    id,
    kind: 'post_office',
    name,
    address: addressOf(at),
    ...coordinates(latitude, longitude),
    distanceM:
      given.distance === undefined || given.distance < 0 ? null : metresOfMiles(given.distance),
    hours: hoursOf(given),
    services: servicesOf(services.map((each) => each?.service ?? '')),
    capacity: null,
    temporarilyClosed: given.temporaryClosure ?? false,
    weightMaxG: null,
  };
}

function lockerPoint(
  given: Locker,
  from: { readonly lat: number; readonly lng: number } | null,
): PickupPoint | null {
  const { locationAddress: at } = given;
  const id = idOf(given, at);
  const name = shownText(given.locationName);
  if (id === null || name === null) return null;
  const place = coordinates(given.latitude, given.longitude);
  const { lat, lng } = place;
  const takes = given.serviceDirectShip === true || given.serviceRedelivery === true;
  return {
    id,
    kind: 'locker',
    name,
    address: addressOf(at),
    ...place,
    distanceM:
      from === null || lat === null || lng === null ? null : metresBetween(from, { lat, lng }),
    hours: null,
    services: [
      ...(takes ? (['pickup'] as const) : []),
      ...(given.servicePrepaidReturns === true ? (['returns'] as const) : []),
      ...(given.serviceLabelPrinting === true ? (['label_printing'] as const) : []),
    ],
    capacity: null,
    temporarilyClosed: given.lockerOnline === false,
    weightMaxG: null,
  };
}

/** The id of an office. One without an id is identified by its ZIP+4, which no other has. */
function idOf(
  { facilityID, facilityId }: { facilityID?: string | undefined; facilityId?: string | undefined },
  at: Address | undefined,
): string | null {
  const own = pointId(facilityID ?? facilityId);
  if (own !== null || at?.ZIPCode === undefined || at.ZIPPlus4 === undefined) return own;
  return pointId(`${at.ZIPCode}-${at.ZIPPlus4}`);
}

function addressOf(at: Address | undefined): PickupPoint['address'] {
  return {
    street: shownText(at?.streetAddress),
    city: shownText(at?.city),
    region: at?.state ?? null,
    postalCode: at?.ZIPCode ?? null,
    country: 'US',
  };
}

/**
 * The services whose hours are used, best first: the counter's are those a person needs, then the
 * lobby's.
 */
const HOURS_OF = ['RETAIL', 'PICKUP_NOTICE_LEFT_MAIL', 'GENERAL_DELIVERY', 'LOBBY'];

function hoursOf({ services }: PostOffice): readonly OpeningHours[] | null {
  for (const name of HOURS_OF) {
    const found = services.find((each) => each?.service === name)?.hours ?? [];
    const hours = found.flatMap((day) => {
      const weekday = WEEKDAYS.find((each) => each === day?.dayOfWeek?.toLowerCase());
      return (day?.times ?? []).flatMap((each) =>
        openingHours(weekday, each?.openTime, each?.closeTime),
      );
    });
    if (hours.length > 0) return inWeekOrder(hours);
  }
  return null;
}

function servicesOf(names: readonly string[]): readonly PickupService[] {
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name));
  return [
    ...(some(/^(PICKUP_(?!PARCEL_LOCKER)|HOLD_FOR_PICKUP|GENERAL_DELIVERY)/)
      ? (['pickup'] as const)
      : []),
    ...(some(/^RETAIL$/) ? (['dropoff'] as const) : []),
    ...(some(/^LABEL_BROKER/) ? (['label_printing'] as const) : []),
  ];
}
