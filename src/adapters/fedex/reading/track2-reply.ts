import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../../kernel/wire/loose.ts';
import { plainOf, xmlOrNull } from '../../../kernel/wire/xml.ts';
import { EVENTS_MAX, LIVES_MAX } from '../schema.ts';

const LISTS: ReadonlySet<string> = new Set(['Package', 'Event']);

const address = looseObject({
  City: looseText,
  StateOrProvinceCode: looseCode,
  PostalCode: looseCode,
  CountryCode: looseCode,
});

const event = z.object({
  Date: looseCode,
  Time: looseCode,
  Type: looseCode,
  Description: looseText,
  StatusExceptionCode: looseCode,
  StatusExceptionDescription: looseText,
  Address: address,
});

const parcel = z.object({
  TrackingNumber: looseCode,
  TrackingNumberUniqueIdentifier: looseCode,
  StatusCode: looseCode,
  StatusDescription: looseText,
  EstimatedDeliveryDate: looseCode,
  EstimatedDeliveryTime: looseCode,
  DeliveredDate: looseCode,
  DeliveredTime: looseCode,
  OriginLocationAddress: address,
  DestinationAddress: address,
  Event: looseList(event, EVENTS_MAX),
});

const reply = z.object({
  Error: looseObject({ Code: looseCode, Message: looseText }),
  Package: looseList(parcel, LIVES_MAX),
});

type Parcel = z.output<typeof parcel>;
type Address = z.output<typeof address>;

/**
 * The reply of Ship Manager Direct (`FDXTrack2Reply`), the XML before the web services, in the
 * members of today's answer, so that one reader serves all. It was switched off in 2012; its replies
 * live on in archives and test data. Shape after those; unverified. Null for anything else.
 */
export function track2ReplyBody(text: string): Record<string, unknown> | null {
  const root = text.trimStart().startsWith('<') ? xmlOrNull(text.trimStart()) : null;
  if (root?.name !== 'FDXTrack2Reply') return null;
  const read = reply.safeParse(plainOf(root, LISTS));
  const { Error: error, Package: parcels } = read.success ? read.data : { Package: [] };
  const lives = parcels.flatMap((one) => (one === null ? [] : [lifeOf(one)]));
  if (lives.length > 0) return { output: { completeTrackResults: [{ trackResults: lives }] } };
  return { errors: error === undefined ? [] : [{ code: error.Code, message: error.Message }] };
}

function lifeOf(given: Parcel): Record<string, unknown> {
  const { StatusCode: code, StatusDescription: description } = given;
  return {
    trackingNumberInfo: {
      trackingNumber: given.TrackingNumber,
      trackingNumberUniqueId: given.TrackingNumberUniqueIdentifier,
    },
    latestStatusDetail:
      code === undefined && description === undefined ? undefined : { code, description },
    scanEvents: given.Event.map((one) =>
      one === null
        ? null
        : {
            date: momentOf(one.Date, one.Time),
            eventType: one.Type,
            eventDescription: one.Description,
            exceptionCode: one.StatusExceptionCode,
            exceptionDescription: one.StatusExceptionDescription,
            scanLocation: addressOf(one.Address),
          },
    ),
    dateAndTimes: [
      {
        type: 'ESTIMATED_DELIVERY',
        dateTime: momentOf(given.EstimatedDeliveryDate, given.EstimatedDeliveryTime),
      },
      { type: 'ACTUAL_DELIVERY', dateTime: momentOf(given.DeliveredDate, given.DeliveredTime) },
    ].filter(({ dateTime }) => dateTime !== undefined),
    shipperInformation: { address: addressOf(given.OriginLocationAddress) },
    recipientInformation: { address: addressOf(given.DestinationAddress) },
  };
}

/** Clocks are those of the place, without a zone. */
function momentOf(date: string | undefined, time: string | undefined): string | undefined {
  return date === undefined || time === undefined ? date : `${date}T${time}`;
}

function addressOf(given: Address): Record<string, unknown> | undefined {
  if (given === undefined) return undefined;
  const { City: city, PostalCode: postalCode, CountryCode: countryCode } = given;
  return { city, stateOrProvinceCode: given.StateOrProvinceCode, postalCode, countryCode };
}
