import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  type MadePlace,
  placesNear,
  type SandboxAnswer,
  type SandboxRequest,
} from '../../sandbox-kit/index.ts';
import { errorAnswer } from './errors.ts';

export const LOCATOR_PATH = /^\/api\/locations\/v3\/search\/availabilities\/(\d{1,2})$/;
/** The request option of Access Points; the others are not simulated. */
const ACCESS_POINTS = '64';

const REQUEST = z.object({
  LocatorRequest: z.object({
    Request: z.object({ RequestAction: z.literal('Locator') }),
    OriginAddress: z.object({
      Geocode: z
        .object({ Latitude: z.string().length(15), Longitude: z.string().length(15) })
        .optional(),
      AddressKeyFormat: z.object({
        PoliticalDivision2: z.string().max(50).optional(),
        PostcodePrimaryLow: z.string().min(1).max(10),
        CountryCode: z.string().length(2),
      }),
    }),
    Translate: z.object({ Locale: z.string().length(5) }),
    UnitOfMeasurement: z.object({ Code: z.enum(['KM', 'MI']) }).optional(),
    LocationSearchCriteria: z
      .object({
        MaximumListSize: z
          .string()
          .regex(/^([1-9]|[1-4]\d|50)$/)
          .optional(),
        SearchRadius: z
          .string()
          .regex(/^\d{1,3}$/)
          .optional(),
      })
      .optional(),
  }),
});

const METRES_PER_MILE = 1_609.344;

/**
 * Answers `POST /api/locations/v3/search/availabilities/64`, after Locator.yaml: numbers are texts,
 * weeks begin with Sunday, midnight is "0", and lists are lists even with one member. Nothing found
 * is an error in an answer of 200 (its code is unverified).
 */
export function answerLocator(request: SandboxRequest): SandboxAnswer {
  const option = LOCATOR_PATH.exec(request.path)?.[1];
  const read = REQUEST.safeParse(jsonOf(request));
  if (option !== ACCESS_POINTS || !read.success) return errorAnswer('badLocator');
  const { OriginAddress: origin, UnitOfMeasurement, ...rest } = read.data.LocatorRequest;
  const { SearchRadius = '100', MaximumListSize = '5' } = rest.LocationSearchCriteria ?? {};
  const unitM = UnitOfMeasurement?.Code === 'KM' ? 1_000 : METRES_PER_MILE;
  const { AddressKeyFormat: at, Geocode: geo } = origin;
  const places = placesNear({
    country: at.CountryCode,
    postalCode: at.PostcodePrimaryLow,
    city: at.PoliticalDivision2 ?? null,
    center: geo === undefined ? null : { lat: Number(geo.Latitude), lng: Number(geo.Longitude) },
    kinds: ['shop', 'locker'],
    radiusM: Number(SearchRadius) * unitM,
    limit: Number(MaximumListSize),
  });
  if (places.length === 0) {
    return jsonAnswer(200, {
      LocatorResponse: {
        Response: {
          ResponseStatusCode: '0',
          ResponseStatusDescription: 'Failure',
          Error: {
            ErrorSeverity: 'Hard',
            ErrorCode: '350203',
            ErrorDescription: 'No locations found',
          },
        },
      },
    });
  }
  return jsonAnswer(200, {
    LocatorResponse: {
      Response: { ResponseStatusCode: '1', ResponseStatusDescription: 'Success' },
      SearchResults: {
        DropLocation: places.map((place) =>
          dropLocation(place, UnitOfMeasurement?.Code ?? 'MI', unitM),
        ),
      },
      AllowAllConfidenceLevels: 'False',
    },
  });
}

function dropLocation(place: MadePlace, unit: string, unitM: number) {
  const isLocker = place.kind === 'locker';
  const number = Number.parseInt(place.seed.slice(0, 7), 16) % 100_000_000;
  return {
    LocationID: place.seed.slice(0, 6),
    IVR: { PhraseID: '' },
    Geocode: { Latitude: place.lat.toFixed(8), Longitude: place.lng.toFixed(8) },
    AddressKeyFormat: {
      ConsigneeName: place.name.toUpperCase(),
      AddressLine: place.street.toUpperCase(),
      PoliticalDivision2: place.city.toUpperCase(),
      PostcodePrimaryLow: place.postalCode,
      CountryCode: place.country,
    },
    PhoneNumber: ['0000000000'],
    LocationAttribute: [
      {
        OptionType: { Code: '01', Description: 'Location' },
        OptionCode: [{ Code: '018', Description: 'UPS Access Point' }],
      },
    ],
    Distance: {
      Value: (place.distanceM / unitM).toFixed(1),
      UnitOfMeasurement: { Code: unit, Description: unit === 'KM' ? 'Kilometers' : 'Miles' },
    },
    OperatingHours: {
      StandardHours: [
        { HoursType: '10', DayOfWeek: place.week.map((_, index) => dayOf(place, index)) },
      ],
    },
    ServiceOfferingList: {
      ServiceOffering: [
        { Code: '001', Description: 'Direct To Retail' },
        { Code: '007', Description: 'PUDO' },
      ],
    },
    AccessPointInformation: {
      PublicAccessPointID: `U${String(number).padStart(8, '0')}`,
      BusinessClassificationList: {
        BusinessClassification: [
          isLocker
            ? { Code: '099', Description: 'LOCKER' }
            : { Code: '005', Description: 'CONVENIENCE SHOP' },
        ],
      },
      AccessPointStatus: { Code: '01', Description: 'Active-available' },
      Availability: {
        ShippingAvailability: place.isFull
          ? { UnavailableReason: { Code: '02', Description: 'Location Full' } }
          : { AvailableIndicator: '' },
      },
    },
    Timezone: 'Etc/Local',
  };
}

/** The hours of a day, counted from Sunday; a place's own week begins on Monday. */
function dayOf({ week }: MadePlace, index: number) {
  const day = week[(index + 6) % 7];
  const Day = String(index + 1);
  if (day === undefined || day === null) return { Day, ClosedIndicator: '' };
  if (day.opens === '00:00' && day.closes === '24:00') return { Day, Open24HoursIndicator: 'true' };
  return { Day, OpenHours: clock(day.opens), CloseHours: clock(day.closes) };
}

/** Writes a time as `930`, and midnight as `0`. */
function clock(text: string): string {
  return String(Number(text.replace(':', '')));
}
