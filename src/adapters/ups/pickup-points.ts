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
  metresOfMiles,
  openingHours,
  POINTS_DEFAULT,
  pointId,
  pointsOutcome,
  RADIUS_M_DEFAULT,
  requestedKinds,
  shownText,
} from '../contract/places.ts';
import type { CarrierSession } from '../contract/pull.ts';
import { callHeaders } from './access.ts';
import { accountFailureOf, codeIn } from './errors.ts';

/**
 * The smallest radius in kilometres; the description allows whole numbers from this one to the
 * largest.
 */
const RADIUS_KM_MIN = 5;
const RADIUS_KM_MAX = 150;

/**
 * Finds UPS Access Points by Locator v3 with request option 64: shops and lockers that accept
 * parcels and hand them out (UPS-API/api-documentation `Locator.yaml`, read 2026-11-20). Customer
 * centres are left out: their ids must not be shown, and a hold finds one by itself.
 */
export async function pickupPoints(
  query: PickupPointQuery,
  session: CarrierSession,
): Promise<PickupPointsOutcome> {
  if (!isPlausiblePlace(query)) return { outcome: 'none', reason: 'the place is not valid' };
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
              : {
                  Geocode: {
                    Latitude: inFifteenCharacters(lat),
                    Longitude: inFifteenCharacters(lng),
                  },
                }),
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
  if (code !== null) return outcomeOfRefusal(answer.status, code);
  const read = readAccessPoints(answer.text);
  if (read === null) return { outcome: 'error', reason: 'the answer is not a list of locations' };
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

/**
 * The outcome of a refused request. A 400 is about the place; a 404 is the gateway's, and says
 * nothing about any place.
 */
function outcomeOfRefusal(status: number, code: string): PickupPointsOutcome {
  if (status === 404) return { outcome: 'error', reason: `UPS error ${code}` };
  return { outcome: 'none', reason: `UPS cannot use that place (UPS error ${code})` };
}

/** Writes a coordinate in fifteen characters, as the description requires. */
function inFifteenCharacters(degrees: number): string {
  const whole = String(Math.trunc(Math.abs(degrees))).length + (degrees < 0 ? 1 : 0);
  return degrees.toFixed(14 - whole);
}

const LOCATIONS_MAX = 50;
const DETAILS_MAX = 100;

/**
 * A list whose only item may come without it: version 3 answers lists, older versions a single
 * object.
 */
function oneOrMany<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) => (Array.isArray(value) || value === undefined || value === null ? value : [value]),
    looseList(item, DETAILS_MAX),
  );
}

/** An indicator, which is present or not; its content does not matter. */
const indicator = z.unknown().optional();
const availability = looseObject({
  AvailableIndicator: indicator,
  UnavailableReason: looseObject({ Code: looseCode }),
});

const dropLocation = z.object({
  AccessPointInformation: looseObject({
    PublicAccessPointID: looseCode,
    AccessPointStatus: looseObject({ Code: looseCode }),
    BusinessClassificationList: looseObject({
      BusinessClassification: oneOrMany(z.object({ Description: looseText })),
    }),
    Availability: looseObject({ ShippingAvailability: availability }),
  }),
  AddressKeyFormat: looseObject({
    ConsigneeName: looseText,
    AddressLine: looseText,
    PoliticalDivision2: looseText,
    PoliticalDivision1: looseCode,
    PostcodePrimaryLow: looseCode,
    CountryCode: looseCode,
  }),
  Geocode: looseObject({ Latitude: looseNumber, Longitude: looseNumber }),
  Distance: looseObject({
    Value: looseNumber,
    UnitOfMeasurement: looseObject({ Code: looseCode }),
  }),
  OperatingHours: looseObject({
    StandardHours: oneOrMany(
      z.object({
        HoursType: looseCode,
        DayOfWeek: oneOrMany(
          z.object({
            Day: looseCode,
            OpenHours: looseCode,
            CloseHours: looseCode,
            ClosedIndicator: indicator,
            Open24HoursIndicator: indicator,
          }),
        ),
      }),
    ),
  }),
  ServiceOfferingList: looseObject({ ServiceOffering: oneOrMany(z.object({ Code: looseCode })) }),
});

type DropLocation = z.output<typeof dropLocation>;

const answer = z.object({
  LocatorResponse: z.object({
    Response: looseObject({
      ResponseStatusCode: looseCode,
      Error: looseObject({
        ErrorSeverity: looseCode,
        ErrorCode: looseCode,
        MinimumRetrySeconds: looseNumber,
      }),
    }),
    SearchResults: looseObject({ DropLocation: oneOrMany(z.unknown()) }),
  }),
});

type LocatorAnswer =
  | { readonly kind: 'points'; readonly points: readonly PickupPoint[] }
  | {
      readonly kind: 'refusal';
      readonly code: string | null;
      readonly isTransient: boolean;
      readonly retryAfterS: number | null;
    };

/** Reads an answer of the Locator; null when the text is none. */
export function readAccessPoints(text: string): LocatorAnswer | null {
  const read = answer.safeParse(parseJsonOrNull(text)?.value);
  if (!read.success) return null;
  const { Response: response, SearchResults: results } = read.data.LocatorResponse;
  if (response?.ResponseStatusCode === '0' || response?.Error !== undefined) {
    const { ErrorSeverity, ErrorCode, MinimumRetrySeconds: waitS } = response.Error ?? {};
    return {
      kind: 'refusal',
      code: ErrorCode ?? null,
      isTransient: /transient/i.test(ErrorSeverity ?? ''),
      retryAfterS: waitS !== undefined && waitS > 0 ? Math.ceil(waitS) : null,
    };
  }
  if (response === undefined || results === undefined) return null;
  const points = results.DropLocation.slice(0, LOCATIONS_MAX).flatMap((value) => {
    const one = dropLocation.safeParse(value);
    return one.success ? (readPoint(one.data) ?? []) : [];
  });
  return { kind: 'points', points };
}

function readPoint(given: DropLocation): PickupPoint | null {
  const { AddressKeyFormat: at, AccessPointInformation: info } = given;
  // The public id, not the location's own, which the description asks not to show.
  const id = pointId(info?.PublicAccessPointID);
  const name = shownText(at?.ConsigneeName);
  const country = at?.CountryCode?.toUpperCase() ?? '';
  if (id === null || name === null || !/^[A-Z]{2}$/.test(country)) return null;
  const { Value: distance, UnitOfMeasurement: unit } = given.Distance ?? {};
  return {
    id,
    kind: isLocker(given) ? 'locker' : 'shop',
    name,
    address: {
      street: shownText(at?.AddressLine),
      city: shownText(at?.PoliticalDivision2),
      region: at?.PoliticalDivision1 ?? null,
      postalCode: at?.PostcodePrimaryLow ?? null,
      country,
    },
    ...coordinates(given.Geocode?.Latitude, given.Geocode?.Longitude),
    distanceM:
      distance === undefined || distance < 0
        ? null
        : unit?.Code === 'MI'
          ? metresOfMiles(distance)
          : Math.round(distance * 1_000),
    hours: hoursOf(given),
    services: servicesOf(given),
    capacity: capacityOf(given),
    // 06 suspended, 07 active but not available, 08 ended.
    temporarilyClosed: ['06', '07', '08'].includes(info?.AccessPointStatus?.Code ?? ''),
    weightMaxG: null,
  };
}

/**
 * Whether a place is a locker. Only the words of the business class say so (unverified); every
 * other place is a shop.
 */
function isLocker({ AccessPointInformation: info }: DropLocation): boolean {
  const classes = info?.BusinessClassificationList?.BusinessClassification ?? [];
  return classes.some((each) => /\blocker\b/i.test(each?.Description ?? ''));
}

/** Service offerings: 005 pickup, 006 drop off, 007 both, 011 payments, 012 pay at store. */
const OFFERINGS: Readonly<Record<string, readonly PickupService[]>> = {
  '001': ['pickup'],
  '005': ['pickup'],
  '006': ['dropoff'],
  '007': ['pickup', 'dropoff'],
  '009': ['dropoff'],
  '011': ['payment'],
  '012': ['payment'],
};

/** The services of a place. All Access Points hand out parcels. */
function servicesOf({ ServiceOfferingList: list }: DropLocation): readonly PickupService[] {
  const offered = (list?.ServiceOffering ?? []).flatMap(
    (each) => OFFERINGS[each?.Code ?? ''] ?? [],
  );
  return [...new Set<PickupService>(['pickup', ...offered])];
}

function capacityOf({ AccessPointInformation: info }: DropLocation): PickupPoint['capacity'] {
  const shipping = info?.Availability?.ShippingAvailability;
  if (shipping?.UnavailableReason?.Code === '02') return 'full';
  return shipping?.AvailableIndicator === undefined ? null : 'available';
}

/** Converts a weekday; 1 is Sunday. */
function weekdayOf(day: string | undefined): Weekday | undefined {
  return day !== undefined && /^[1-7]$/.test(day) ? WEEKDAYS[(Number(day) + 5) % 7] : undefined;
}

/** Reads the regular hours, which are of type 10; others are deadlines. */
function hoursOf({ OperatingHours: hours }: DropLocation): readonly OpeningHours[] | null {
  const regular = (hours?.StandardHours ?? []).filter((each) => each?.HoursType === '10');
  const days = regular.flatMap((each) => each?.DayOfWeek ?? []).filter((day) => day !== null);
  if (days.length === 0) return null;
  return inWeekOrder(
    days.flatMap((day) => {
      const weekday = weekdayOf(day.Day);
      if (day.ClosedIndicator !== undefined) return [];
      if (day.Open24HoursIndicator !== undefined) return openingHours(weekday, '0', '0');
      return openingHours(weekday, day.OpenHours, day.CloseHours);
    }),
  );
}
