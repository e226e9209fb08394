import {
  jsonAnswer,
  type MadePlace,
  type MadePlaceKind,
  placesNear,
  type SandboxAnswer,
  type SandboxRequest,
} from '../../sandbox-kit/index.ts';
import { problem } from './problems.ts';

export const LOCATIONS_PATH = '/location-finder/v1/';

const TYPES: Readonly<Record<string, MadePlaceKind>> = {
  servicepoint: 'shop',
  locker: 'locker',
  postoffice: 'post_office',
};
const SHOWN: Readonly<Record<MadePlaceKind, string>> = {
  shop: 'servicepoint',
  locker: 'locker',
  post_office: 'postoffice',
  facility: 'servicepoint',
};
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const RADIUS_M = 5_000;
const RADIUS_M_MAX = 1_000_000;
const LIMIT = 15;
const LIMIT_MAX = 50;

/**
 * Answers Location Finder – Unified, after OpenAPI 1.6.2: by address and by coordinates. Days are
 * words of schema.org; coordinates are numbers, as in public answers.
 */
export function answerLocations({ method, path, query, ...rest }: SandboxRequest): SandboxAnswer {
  const request = { method, path, query, ...rest };
  const search = path.slice(LOCATIONS_PATH.length);
  if (method !== 'GET' || (search !== 'find-by-address' && search !== 'find-by-geo')) {
    return problem('noRoute', request);
  }
  const country = query.get('countryCode') ?? '';
  const [lat, lng] = [query.get('latitude'), query.get('longitude')];
  const center = search === 'find-by-geo' ? { lat: Number(lat), lng: Number(lng) } : null;
  const isPlace =
    center === null
      ? /^[A-Z]{2}$/.test(country)
      : lat !== null && lng !== null && Math.abs(center.lat) <= 90 && Math.abs(center.lng) <= 180;
  const radiusM = countOf(query.get('radius'), RADIUS_M, RADIUS_M_MAX);
  const limit = countOf(query.get('limit'), LIMIT, LIMIT_MAX);
  const types = query.getAll('locationType');
  if (!isPlace || radiusM === null || limit === null || types.some((type) => !isType(type))) {
    return problem('badPlace', request);
  }
  const requestedTypes = types.length === 0 ? Object.keys(TYPES) : types;
  const places = placesNear({
    country: center === null ? country : 'DE',
    postalCode: query.get('postalCode') ?? query.get('addressLocality') ?? `${lat},${lng}`,
    city: query.get('addressLocality'),
    center,
    kinds: requestedTypes.flatMap((type) => TYPES[type] ?? []),
    radiusM,
    limit,
  });
  return jsonAnswer(200, { locations: places.map(locationOf) });
}

function isType(type: string): boolean {
  return type === 'postbank' || TYPES[type] !== undefined;
}

/** Parses a number from 1 to `max`; null for anything else. */
function countOf(text: string | null, unstated: number, max: number): number | null {
  if (text === null) return unstated;
  const count = Number(text);
  return Number.isInteger(count) && count >= 1 && count <= max ? count : null;
}

function locationOf(place: MadePlace, index: number) {
  const isLocker = place.kind === 'locker';
  const locationId = `8007-4${digits(place.seed, 8)}`;
  const keywordId = String(100 + index);
  const postal = place.postalCode.includes(',') ? '10115' : place.postalCode;
  return {
    url: `/locations/${locationId}`,
    location: {
      ids: [{ locationId, provider: 'parcel' }],
      keyword: isLocker ? 'Packstation' : 'Postfiliale',
      keywordId,
      type: SHOWN[place.kind],
      ...(isLocker ? { leanLocker: false } : {}),
    },
    name: isLocker ? `Packstation ${keywordId}` : place.name,
    distance: place.distanceM,
    place: {
      address: {
        countryCode: place.country,
        postalCode: postal,
        addressLocality: place.city,
        streetAddress: place.street,
      },
      geo: { latitude: place.lat, longitude: place.lng },
    },
    openingHours: place.week.flatMap((day, at) =>
      day === null
        ? []
        : [
            {
              opens: `${day.opens}:00`,
              closes: day.closes === '24:00' ? '23:59:00' : `${day.closes}:00`,
              dayOfWeek: `http://schema.org/${DAYS[at]}`,
            },
          ],
    ),
    closurePeriods: [],
    serviceTypes: [
      'parcel:pick-up',
      'parcel:pick-up-registered',
      'parcel:drop-off',
      ...(isLocker ? [] : ['cash-on-delivery', 'letter-service', 'handicapped-access']),
    ],
    averageCapacityDayOfWeek: isLocker
      ? DAYS.map((day) => ({
          dayOfWeek: `http://schema.org/${day}`,
          capacity: place.isFull ? 'very-low' : 'high',
        }))
      : [],
  };
}

function digits(seed: string, count: number): string {
  return String(Number.parseInt(seed.slice(0, 8), 16) % 10 ** count).padStart(count, '0');
}
