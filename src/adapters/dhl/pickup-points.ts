import { z } from 'zod';
import { definedOnly } from '../../kernel/defined-only.ts';
import {
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
  type PickupPointKind,
  type PickupPointQuery,
  type PickupPointsOutcome,
  type PickupService,
  WEEKDAYS,
  type Weekday,
} from '../contract/extras.ts';
import {
  coordinates,
  inWeekOrder,
  isPlausiblePlace,
  openingHours,
  POINTS_DEFAULT,
  pointId,
  pointsOutcome,
  RADIUS_M_DEFAULT,
  requestedKinds,
  shownText,
} from '../contract/places.ts';
import type { CarrierSession } from '../contract/pull.ts';
import { LOCATION_FINDER_ORIGIN } from './access.ts';
import { isAboutRequest, readAnswer } from './failures.ts';

/** The `locationType` of a request, by kind. DHL lists no depots. */
const TYPES: Readonly<Partial<Record<PickupPointKind, readonly string[]>>> = {
  shop: ['servicepoint'],
  locker: ['locker'],
  post_office: ['postoffice', 'postbank'],
};

/**
 * Finds places of all of DHL's networks by Location Finder – Unified, by address or by coordinates.
 * It is another host and another product than tracking, without a test system of its own (OpenAPI
 * 1.6.2, sheet read 2026-11-20, and DHL's "Location Finder – Unified 101" of 2026-05). The app's
 * key is valid once the product is added to the app; otherwise the key of another app is given as
 * `location_api_key`.
 */
export async function pickupPoints(
  query: PickupPointQuery,
  session: CarrierSession,
): Promise<PickupPointsOutcome> {
  if (!isPlausiblePlace(query)) return { outcome: 'none', reason: 'the place is not valid' };
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
  // Without these types, DHL returns all kinds.
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
    ? { outcome: 'error', reason: 'the answer is not a list of locations' }
    : pointsOutcome(points, query);
}

/** The kinds by `location.type`. Letter boxes and boxes to rent hand out nothing. */
const KINDS: Readonly<Record<string, PickupPointKind>> = {
  servicepoint: 'shop',
  locker: 'locker',
  postoffice: 'post_office',
  postbank: 'post_office',
};

/** Maximum of places; DHL returns at most 50 at once. */
const LOCATIONS_MAX = 50;
const DETAILS_MAX = 100;

const location = z.object({
  url: looseText,
  name: looseText,
  distance: looseNumber,
  location: looseObject({
    ids: looseList(z.object({ locationId: looseCode }), DETAILS_MAX),
    type: looseCode,
    keyword: looseText,
    keywordId: looseCode,
  }),
  place: looseObject({
    address: looseObject({
      countryCode: looseCode,
      postalCode: looseCode,
      addressLocality: looseText,
      streetAddress: looseText,
    }),
    // The description has texts here, answers have numbers.
    geo: looseObject({ latitude: looseNumber, longitude: looseNumber }),
  }),
  openingHours: looseList(
    z.object({ opens: looseCode, closes: looseCode, dayOfWeek: looseCode }),
    DETAILS_MAX,
  ),
  closurePeriods: looseList(
    z.object({ type: looseCode, fromDate: looseCode, toDate: looseCode }),
    DETAILS_MAX,
  ),
  serviceTypes: looseList(looseCode, DETAILS_MAX),
  // Spelled like this in the description.
  seviceTypes: looseList(looseCode, DETAILS_MAX),
  availableCapacity: looseCode,
  averageCapacityDayOfWeek: looseList(
    z.object({ dayOfWeek: looseCode, capacity: looseCode }),
    DETAILS_MAX,
  ),
});

type Location = z.output<typeof location>;

const answer = z.object({ locations: z.array(z.unknown()) });

/** Reads the locations of an answer; null when the text is not a list of locations. */
export function readLocations(text: string, nowMs: number): readonly PickupPoint[] | null {
  const read = answer.safeParse(parseJsonOrNull(text)?.value);
  if (!read.success) return null;
  return read.data.locations.slice(0, LOCATIONS_MAX).flatMap((value) => {
    const one = location.safeParse(value);
    return one.success ? (readPoint(one.data, nowMs) ?? []) : [];
  });
}

function readPoint(given: Location, nowMs: number): PickupPoint | null {
  const { ids = [], type = '', keyword, keywordId } = given.location ?? {};
  const { address, geo } = given.place ?? {};
  const kind = KINDS[type];
  const id = pointId(ids[0]?.locationId ?? given.url?.split('/').at(-1));
  const country = address?.countryCode?.toUpperCase() ?? '';
  const name = shownText(given.name) ?? shownText([keyword, keywordId].filter(Boolean).join(' '));
  if (kind === undefined || id === null || name === null || !/^[A-Z]{2}$/.test(country)) {
    return null;
  }
  const services = servicesOf(given);
  if (services === null) return null;
  return {
    id,
    kind,
    name,
    address: {
      street: shownText(address?.streetAddress),
      city: shownText(address?.addressLocality),
      region: null,
      postalCode: address?.postalCode ?? null,
      country,
    },
    ...coordinates(geo?.latitude, geo?.longitude),
    distanceM:
      given.distance === undefined || given.distance < 0 ? null : Math.round(given.distance),
    hours: hoursOf(given),
    services,
    capacity: capacityOf(given, nowMs),
    temporarilyClosed: isClosed(given, nowMs),
    weightMaxG: null,
  };
}

/** The services of a place; null if they do not include handing out parcels. */
function servicesOf(given: Location): readonly PickupService[] | null {
  const types = [...given.serviceTypes, ...given.seviceTypes].filter((each) => each !== null);
  const some = (part: string) => types.some((each) => each.includes(part));
  if (types.length > 0 && !some(':pick-up')) return null;
  return [
    ...(some(':pick-up') ? (['pickup'] as const) : []),
    ...(some(':drop-off') ? (['dropoff'] as const) : []),
    ...(some('cash-on-delivery') ? (['cash_on_delivery'] as const) : []),
    ...(some('handicapped-access') ? (['wheelchair_access'] as const) : []),
  ];
}

function hoursOf(given: Location): readonly OpeningHours[] | null {
  const known = given.openingHours.filter((each) => each !== null);
  if (known.length === 0) return null;
  return inWeekOrder(
    known.flatMap(({ dayOfWeek, opens, closes }) =>
      openingHours(weekdayOf(dayOfWeek), opens, lastMinute(closes)),
    ),
  );
}

/**
 * The closing time, with `23:59` as the end of the day: DHL writes it for places that never close.
 */
function lastMinute(closes: string | undefined): string | undefined {
  return closes?.startsWith('23:59') ? '24:00' : closes;
}

/**
 * Reads a weekday, `http://schema.org/Monday` or the day alone. Holidays have names of their own:
 * no weekday.
 */
function weekdayOf(text: string | undefined): Weekday | undefined {
  const word = text?.split('/').at(-1)?.toLowerCase();
  return WEEKDAYS.find((each) => each === word);
}

/**
 * How full a place is now, or usually is on this weekday. The weekday is taken in UTC, which is
 * precise enough for a hint. Values seen are very-low, low and high (a public client's types).
 */
function capacityOf(given: Location, nowMs: number): PickupPoint['capacity'] {
  const today = WEEKDAYS[(new Date(nowMs).getUTCDay() + 6) % 7];
  const usual = given.averageCapacityDayOfWeek.find(
    (each) => weekdayOf(each?.dayOfWeek) === today,
  )?.capacity;
  switch ((given.availableCapacity ?? usual)?.toLowerCase()) {
    case 'very-low':
    case 'low':
      return 'low';
    case 'medium':
    case 'high':
    case 'very-high':
      return 'available';
    default:
      return null;
  }
}

function isClosed({ closurePeriods }: Location, nowMs: number): boolean {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  return closurePeriods.some((period) => {
    const [from, to] = [period?.fromDate?.slice(0, 10), period?.toDate?.slice(0, 10)];
    return from !== undefined && from <= today && (to === undefined || today <= to);
  });
}
