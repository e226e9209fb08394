import { z } from 'zod';
import { definedOnly } from '../../kernel/defined-only.ts';
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
  type PickupPointKind,
  type PickupPointQuery,
  type PickupPointsOutcome,
  type PickupService,
  WEEKDAYS,
} from '../contract/extras.ts';
import {
  coordinates,
  inWeekOrder,
  isPlausiblePlace,
  metresOfMiles,
  openingHours,
  POINTS_DEFAULT,
  pointId,
  pointsOutcome,
  RADIUS_M_DEFAULT,
  shownText,
} from '../contract/places.ts';
import type { CarrierSession } from '../contract/pull.ts';
import { accountFailureOf, requestCodeOf } from './errors.ts';

/**
 * Finds places by Locations Search: `POST /location/v1/locations` answers up to 75 places within 50
 * miles, those of all of FedEx's companies together (API description as published in
 * ShipStream/fedex-rest-php-sdk `resources/models/locations-search/v1.json`, read 2026-11-20). It
 * is a separate part of the portal project: a project with the Track API alone is refused.
 */
export async function pickupPoints(
  query: PickupPointQuery,
  session: CarrierSession,
): Promise<PickupPointsOutcome> {
  if (!isPlausiblePlace(query)) return { outcome: 'none', reason: 'the place is not valid' };
  const locationTypes = Object.entries(KINDS)
    .filter(([, kind]) => query.kinds?.includes(kind) ?? true)
    .map(([type]) => type)
    // Without types that occur in answers only.
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
        // The country is required with either criterion.
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
    ? { outcome: 'error', reason: 'the answer is not a list of locations' }
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

/**
 * The kinds by FedEx's type of location. Types that are absent here (drop boxes, freight, hubs)
 * hand out nothing. `FEDEX_SHIP_AND_GET` are the lockers.
 */
const KINDS: Readonly<Record<string, PickupPointKind>> = {
  FEDEX_AUTHORIZED_SHIP_CENTER: 'shop',
  FEDEX_OFFICE: 'shop',
  FEDEX_ONSITE: 'shop',
  FEDEX_SHIPSITE: 'shop',
  FEDEX_STAFFED: 'shop',
  FEDEX_SHIP_AND_GET: 'locker',
  FEDEX_EXPRESS_STATION: 'carrier_facility',
  FEDEX_GROUND_TERMINAL: 'carrier_facility',
  FEDEX_HOME_DELIVERY_STATION: 'carrier_facility',
  FEDEX_FACILITY: 'carrier_facility',
};

/** Maximum of locations; FedEx never returns more than 75. */
const LOCATIONS_MAX = 75;
const DETAILS_MAX = 100;

/**
 * A list whose only item may come without it: the description has lists where its own example has a
 * single object.
 */
function oneOrMany<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) => (Array.isArray(value) || value === undefined || value === null ? value : [value]),
    looseList(item, DETAILS_MAX),
  );
}

const hours = z.object({
  dayofweek: looseCode,
  operationalHoursType: looseCode,
  operationalHours: oneOrMany(z.object({ begins: looseCode, ends: looseCode })),
});

const location = z.object({
  locationId: looseCode,
  locationType: looseCode,
  distance: looseObject({ units: looseCode, value: looseNumber }),
  contactAndAddress: looseObject({
    contact: looseObject({ companyName: looseText }),
    address: looseObject({
      streetLines: looseList(looseText, DETAILS_MAX),
      city: looseText,
      stateOrProvinceCode: looseCode,
      postalCode: looseCode,
      countryCode: looseCode,
    }),
    addressAncillaryDetail: looseObject({ displayName: looseText }),
  }),
  geoPositionalCoordinates: looseObject({ latitude: looseNumber, longitude: looseNumber }),
  storeHours: oneOrMany(hours),
  locationAttributeTypes: looseList(looseCode, DETAILS_MAX),
  locationCapabilities: oneOrMany(z.object({ transferOfPossessionType: looseCode })),
  lockerAvailability: looseBoolean,
  packageMaximumLimits: looseObject({
    weight: looseObject({ units: looseCode, value: looseNumber }),
  }),
});

type Location = z.output<typeof location>;

const answer = z.object({
  output: z.object({
    locationDetailList: z.array(z.unknown()).optional().catch(undefined),
    totalResults: looseNumber,
  }),
});

/** Reads the locations of an answer; null when the text is no answer to a search. */
export function readLocations(text: string): readonly PickupPoint[] | null {
  const read = answer.safeParse(parseJsonOrNull(text)?.value);
  if (!read.success) return null;
  const { locationDetailList, totalResults } = read.data.output;
  // If no place was found, the list may be missing, and the answer says that there are none.
  if (locationDetailList === undefined) return totalResults === 0 ? [] : null;
  return locationDetailList.slice(0, LOCATIONS_MAX).flatMap((value) => {
    const one = location.safeParse(value);
    return one.success ? (readPoint(one.data) ?? []) : [];
  });
}

function readPoint(given: Location): PickupPoint | null {
  const { contact, address, addressAncillaryDetail } = given.contactAndAddress ?? {};
  const id = pointId(given.locationId);
  const kind = KINDS[given.locationType ?? ''];
  const country = address?.countryCode?.toUpperCase() ?? '';
  const name = shownText(addressAncillaryDetail?.displayName ?? contact?.companyName);
  if (id === null || kind === undefined || name === null || !/^[A-Z]{2}$/.test(country)) {
    return null;
  }
  const services = servicesOf(given);
  if (services === null) return null;
  const { latitude, longitude } = given.geoPositionalCoordinates ?? {};
  const { units, value } = given.distance ?? {};
  return {
    id,
    kind,
    name,
    address: {
      street: shownText(address?.streetLines.filter((line) => line !== null).join(', ')),
      city: shownText(address?.city),
      region: address?.stateOrProvinceCode ?? null,
      postalCode: address?.postalCode ?? null,
      country,
    },
    ...coordinates(latitude, longitude),
    distanceM:
      value === undefined || value < 0
        ? null
        : units === 'MI'
          ? metresOfMiles(value)
          : Math.round(value * 1_000),
    hours: hoursOf(given),
    services,
    capacity: kind === 'locker' ? capacityOf(given.lockerAvailability) : null,
    temporarilyClosed: false,
    weightMaxG: weightOf(given.packageMaximumLimits?.weight),
  };
}

/** The services of a place; null if they do not include holding parcels. */
function servicesOf(given: Location): readonly PickupService[] | null {
  const attributes = given.locationAttributeTypes.filter((each) => each !== null);
  const transfers = given.locationCapabilities.map((each) => each?.transferOfPossessionType ?? '');
  const holds =
    attributes.some((each) => each.endsWith('HOLD_AT_LOCATION')) ||
    transfers.some((each) => each.endsWith('HOLD_AT_LOCATION'));
  if (!holds && transfers.length > 0) return null;
  const drops =
    attributes.some((each) => each.endsWith('_DROPOFFS')) ||
    // The description spells this value in two ways.
    transfers.some((each) => each === 'DROPOFF' || each === 'DROP_OFF');
  return [
    ...(holds ? (['pickup'] as const) : []),
    ...(drops ? (['dropoff'] as const) : []),
    ...(attributes.includes('RETURNS_SERVICES') ? (['returns'] as const) : []),
    ...(attributes.includes('ACCEPTS_CASH') ? (['payment'] as const) : []),
  ];
}

function hoursOf({ storeHours }: Location): readonly OpeningHours[] | null {
  const known = storeHours.filter((each) => each !== null);
  if (known.length === 0) return null;
  return inWeekOrder(
    known.flatMap(({ dayofweek, operationalHoursType, operationalHours }) => {
      const weekday = WEEKDAYS.find((each) => each === dayofweek?.toLowerCase());
      if (operationalHoursType === 'OPEN_ALL_DAY') return openingHours(weekday, '0', '0');
      if (operationalHoursType === 'CLOSED_ALL_DAY') return [];
      return operationalHours.flatMap((each) => openingHours(weekday, each?.begins, each?.ends));
    }),
  );
}

function capacityOf(isAvailable: boolean | undefined): PickupPoint['capacity'] {
  if (isAvailable === undefined) return null;
  return isAvailable ? 'available' : 'full';
}

const GRAMS_PER_POUND = 453.592_37;

function weightOf(
  weight: { readonly units?: string | undefined; readonly value?: number | undefined } | undefined,
): number | null {
  const { units, value } = weight ?? {};
  if (value === undefined || value <= 0) return null;
  return Math.round(value * (units === 'LB' ? GRAMS_PER_POUND : 1_000));
}
