import {
  jsonAnswer,
  type MadePlace,
  placesNear,
  type SandboxAnswer,
  type SandboxRequest,
} from '../../sandbox-kit/index.ts';
import { errorAnswer } from './errors.ts';

export const POST_OFFICES_PATH = '/locations/v3/post-office-locations';
export const LOCKERS_PATH = '/locations/v3/parcel-locker-locations';

const METRES_PER_MILE = 1_609.344;
const RADIUS_MILES = 20;
const OFFICES = 20;
const LOCKERS = 30;
const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/**
 * Answers `GET /post-office-locations`, after OpenAPI 3.5.6 and
 * `postoffice-locator-v3-response.json` of USPS/api-examples: miles, times with seconds, and each
 * service with hours of its own.
 */
export function answerPostOffices(request: SandboxRequest): SandboxAnswer {
  const { query } = request;
  const zip = query.get('ZIPCode');
  const [lat, lng] = [query.get('LAT'), query.get('LONG')];
  const center = lat === null || lng === null ? null : { lat: Number(lat), lng: Number(lng) };
  if ((zip === null || !/^\d{5}$/.test(zip)) && center === null) {
    return errorAnswer('badPlace', request);
  }
  const miles = countOf(query.get('radius'), RADIUS_MILES, 100);
  const limit = countOf(query.get('limit'), OFFICES, 100);
  if (miles === null || limit === null) return errorAnswer('badPlace', request);
  const places = placesNear({
    country: 'US',
    postalCode: zip ?? `${lat},${lng}`,
    center,
    kinds: ['post_office'],
    radiusM: miles * METRES_PER_MILE,
    limit,
  });
  return jsonAnswer(200, {
    locations: places.map(officeOf),
    metadata: { limit, offset: 0, totalCount: places.length },
  });
}

/** Answers `GET /parcel-locker-locations`: a list without an envelope, and without distances. */
export function answerLockers(request: SandboxRequest): SandboxAnswer {
  const zip = request.query.get('ZIPCode');
  const limit = countOf(request.query.get('limit'), LOCKERS, 100);
  if (zip === null || !/^\d{5}$/.test(zip) || limit === null) {
    return errorAnswer('badPlace', request);
  }
  const place = { country: 'US', postalCode: zip };
  const places = placesNear({ ...place, kinds: ['locker'], radiusM: 20_000, limit });
  return jsonAnswer(200, places.map(lockerOf));
}

/** Parses a number from 1 to `max`; null for anything else. */
function countOf(text: string | null, unstated: number, max: number): number | null {
  if (text === null) return unstated;
  const count = Number(text);
  return Number.isInteger(count) && count >= 1 && count <= max ? count : null;
}

function officeOf(place: MadePlace) {
  const hours = place.week.flatMap((day, index) =>
    day === null
      ? []
      : [
          {
            dayOfWeek: DAYS[index],
            times: [{ openTime: `${day.opens}:00`, closeTime: `${day.closes}:00` }],
          },
        ],
  );
  const deadline = hours.map(({ dayOfWeek }) => ({
    dayOfWeek,
    times: [{ closeTime: '16:00:00' }],
  }));
  return {
    facilityName: place.name.toUpperCase(),
    facilityAddress: addressOf(place),
    facilityID: idOf(place),
    geoCoordinates: { latitude: place.lat, longitude: place.lng },
    postOfficeType: 'POST_OFFICE',
    distance: Math.round((place.distanceM / METRES_PER_MILE) * 10) / 10,
    phoneNumbers: { phone: '0000000000' },
    temporaryClosure: false,
    parking: 'STREET',
    timeZone: 'US/Central',
    DSTObserved: true,
    services: [
      { service: 'LAST_COLLECTION', hours: deadline },
      { service: 'RETAIL', hours },
      { service: 'LOBBY', hours },
      { service: 'PICKUP_NOTICE_LEFT_MAIL', hours },
      { service: 'PICKUP_HOLD_MAIL', hours },
      { service: 'LABEL_BROKER', hours },
    ],
  };
}

function lockerOf(place: MadePlace) {
  return {
    facilityID: idOf(place),
    locationName: place.name.toUpperCase(),
    locationAddress: addressOf(place),
    deliveryAddress: addressOf(place),
    latitude: place.lat,
    longitude: place.lng,
    deliveryPoint: '01',
    lockerStatus: 'ACTIVE',
    lockerOnline: !place.isFull,
    lockerSizeMaximumLength: 22,
    lockerSizeMaximumWidth: 17,
    lockerSizeMaximumHeight: 22,
    serviceDirectShip: true,
    serviceRedelivery: true,
    servicePOBoxOverflow: false,
    servicePrepaidReturns: true,
    serviceLabelPrinting: false,
  };
}

function addressOf({ street, city, postalCode, seed }: MadePlace) {
  return {
    streetAddress: street.toUpperCase(),
    city: city.toUpperCase(),
    state: 'KS',
    ZIPCode: /^\d{5}$/.test(postalCode) ? postalCode : '67401',
    ZIPPlus4: digits(seed, 4),
  };
}

function idOf({ seed }: MadePlace): string {
  return `1${digits(seed, 6)}`;
}

function digits(seed: string, count: number): string {
  return String(Number.parseInt(seed.slice(0, 8), 16) % 10 ** count).padStart(count, '0');
}
