import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  type MadePlace,
  type MadePlaceKind,
  placesNear,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';
import { envelope, errorAnswer } from './errors.ts';

const TYPES = {
  FEDEX_AUTHORIZED_SHIP_CENTER: 'shop',
  FEDEX_OFFICE: 'shop',
  FEDEX_ONSITE: 'shop',
  FEDEX_SHIPSITE: 'shop',
  FEDEX_SHIP_AND_GET: 'locker',
  FEDEX_EXPRESS_STATION: 'facility',
  FEDEX_SELF_SERVICE_LOCATION: null,
} as const satisfies Readonly<Record<string, MadePlaceKind | null>>;
/**
 * The location type in which each kind of made-up place is shown; a shop may have either of two.
 */
const SHOWN: Readonly<Record<MadePlaceKind, string>> = {
  shop: 'FEDEX_ONSITE',
  locker: 'FEDEX_SHIP_AND_GET',
  facility: 'FEDEX_EXPRESS_STATION',
  post_office: 'FEDEX_OFFICE',
};

const REQUEST = z.object({
  locationsSummaryRequestControlParameters: z
    .object({
      distance: z.object({ units: z.enum(['KM', 'MI']), value: z.number().positive() }).optional(),
      maxResults: z.int().min(1).optional(),
    })
    .optional(),
  locationSearchCriterion: z.enum(['ADDRESS', 'GEOGRAPHIC_COORDINATES', 'PHONE_NUMBER']),
  location: z.object({
    address: z.object({
      countryCode: z.string().regex(/^[A-Z]{2}$/),
      postalCode: z.string().min(1).max(10).optional(),
      city: z.string().optional(),
    }),
    longLat: z.object({ latitude: z.string(), longitude: z.string() }).optional(),
  }),
  locationTypes: z.array(z.enum(Object.keys(TYPES) as [keyof typeof TYPES])).optional(),
});

const METRES_PER_MILE = 1_609.344;
/** Maximum number of results; the maximum distance is 50 miles. */
const RESULTS_MAX = 75;
const RADIUS_M_MAX = 50 * METRES_PER_MILE;
const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** `POST /location/v1/locations`, after the description of the Location Search API. */
export function answerLocations(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const read = REQUEST.safeParse(jsonOf(request));
  if (!read.success || read.data.locationSearchCriterion === 'PHONE_NUMBER') {
    return errorAnswer('malformed', request, world);
  }
  const { location, locationTypes, locationSearchCriterion, ...rest } = read.data;
  const { distance, maxResults = RESULTS_MAX } =
    rest.locationsSummaryRequestControlParameters ?? {};
  const { countryCode, postalCode, city } = location.address;
  const isByPoint = locationSearchCriterion === 'GEOGRAPHIC_COORDINATES';
  if (isByPoint && location.longLat === undefined) return errorAnswer('noLongLat', request, world);
  if (!isByPoint && postalCode === undefined && city === undefined) {
    return errorAnswer('noPlace', request, world);
  }
  const units = distance?.units ?? 'MI';
  const unitM = units === 'KM' ? 1_000 : METRES_PER_MILE;
  const { latitude, longitude } = location.longLat ?? {};
  const types = locationTypes ?? (Object.keys(TYPES) as (keyof typeof TYPES)[]);
  const places = placesNear({
    country: countryCode,
    postalCode: postalCode ?? city ?? '',
    city: city ?? null,
    center: isByPoint ? { lat: Number(latitude), lng: Number(longitude) } : null,
    kinds: types.flatMap((type) => TYPES[type] ?? []),
    radiusM: Math.min(RADIUS_M_MAX, (distance?.value ?? 50) * unitM),
    limit: Math.min(RESULTS_MAX, maxResults),
  });
  return jsonAnswer(200, {
    ...envelope(request, world),
    output: {
      totalResults: places.length,
      resultsReturned: places.length,
      matchedAddress: { ...location.address, residential: false },
      locationDetailList: places.map((place) => detailOf(place, units, unitM)),
    },
  });
}

function detailOf(place: MadePlace, units: string, unitM: number) {
  const isLocker = place.kind === 'locker';
  return {
    distance: { units, value: Math.round((place.distanceM / unitM) * 100) / 100 },
    contactAndAddress: {
      contact: { companyName: place.name, phoneNumber: '0000000000' },
      address: {
        streetLines: [place.street],
        city: place.city,
        postalCode: place.postalCode,
        countryCode: place.country,
        residential: false,
      },
      addressAncillaryDetail: { displayName: place.name, locationInCity: '' },
    },
    locationId: letters(place.seed),
    storeHours: place.week.map((day, index) => ({
      dayofweek: DAYS[index],
      ...(day === null
        ? { operationalHoursType: 'CLOSED_ALL_DAY', operationalHours: [] }
        : day.closes === '24:00'
          ? { operationalHoursType: 'OPEN_ALL_DAY', operationalHours: [] }
          : {
              operationalHoursType: 'OPEN_BY_HOURS',
              operationalHours: [{ begins: `${day.opens}:00`, ends: `${day.closes}:00` }],
            }),
    })),
    geoPositionalCoordinates: { latitude: place.lat, longitude: place.lng },
    locationType: SHOWN[place.kind],
    locationAttributeTypes: [
      'WEEKDAY_EXPRESS_HOLD_AT_LOCATION',
      'WEEKDAY_GROUND_HOLD_AT_LOCATION',
      ...(isLocker ? [] : ['EXPRESS_PARCEL_DROPOFFS', 'GROUND_DROPOFFS', 'RETURNS_SERVICES']),
    ],
    ...(isLocker ? { lockerAvailability: !place.isFull } : {}),
    packageMaximumLimits: { weight: { units: 'LB', value: isLocker ? 20 : 55 } },
    rthservice: 'REDIRECT',
  };
}

/** Makes an id of four or five letters, such as DXBA. */
function letters(seed: string): string {
  return [...seed.slice(0, 5)]
    .map((digit) => 'ABCDEFGHJKLMNPQR'[Number.parseInt(digit, 16)])
    .join('');
}
