import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../../kernel/wire/loose.ts';
import { plainOf, xmlOrNull } from '../../../kernel/wire/xml.ts';
import { EVENTS_MAX, LIVES_MAX, RESULTS_MAX } from '../schema.ts';
import { serviceSpelling } from './bean-names.ts';

const DETAILS_MAX = 100;
/** An envelope and its body; deeper stands nothing of these answers. */
const WRAPPERS_MAX = 3;

const LISTS: ReadonlySet<string> = new Set([
  'Notifications',
  'CompletedTrackDetails',
  'TrackDetails',
  'Events',
  'DatesOrTimes',
]);

const notice = z.object({ Severity: looseCode, Code: looseCode, Message: looseText });

const address = looseObject({
  City: looseText,
  StateOrProvinceCode: looseCode,
  PostalCode: looseCode,
  CountryCode: looseCode,
});

const detail = z.object({
  Notification: looseObject(notice.shape),
  TrackingNumber: looseCode,
  TrackingNumberUniqueIdentifier: looseCode,
  StatusDetail: looseObject({ Code: looseCode, Description: looseText }),
  // In the place of StatusDetail before version 8.
  StatusCode: looseCode,
  StatusDescription: looseText,
  Service: looseObject({ Type: looseCode }),
  DestinationAddress: address,
  ShipperAddress: address,
  DatesOrTimes: looseList(z.object({ Type: looseCode, DateOrTimestamp: looseCode }), DETAILS_MAX),
  EstimatedDeliveryTimestamp: looseCode,
  ActualDeliveryTimestamp: looseCode,
  Events: looseList(
    z.object({
      Timestamp: looseCode,
      EventType: looseCode,
      EventDescription: looseText,
      StatusExceptionCode: looseCode,
      StatusExceptionDescription: looseText,
      Address: address,
    }),
    EVENTS_MAX,
  ),
});

const details = looseList(detail, LIVES_MAX);

const reply = z.object({
  Notifications: looseList(notice, DETAILS_MAX),
  CompletedTrackDetails: looseList(
    z.object({ Notifications: looseList(notice, DETAILS_MAX), TrackDetails: details }),
    RESULTS_MAX,
  ),
  // Without a level in between before version 8.
  TrackDetails: details,
});

type Detail = z.output<typeof detail>;
type Notice = z.output<typeof notice>;
type Address = z.output<typeof address>;

/**
 * The reply of the web service before the Track API, as SOAP or as the objects that clients make
 * of it, in the members of today's answer, so that one reader serves all. It retires in 2026; its
 * replies live on in archives and behind those who pass them on. Null for anything else.
 */
export function trackReplyBody(text: string, json: unknown): Record<string, unknown> | null {
  const root = text.trimStart().startsWith('<') ? xmlOrNull(text.trimStart()) : null;
  let body = root === null ? serviceSpelling(json) : { [root.name]: plainOf(root, LISTS) };
  for (let i = 0; i < WRAPPERS_MAX; i += 1) {
    body =
      ['Envelope', 'Body', 'TrackReply'].map((name) => memberOf(body, name)).find(Boolean) ?? body;
  }
  const isReply =
    memberOf(body, 'CompletedTrackDetails') !== undefined ||
    memberOf(body, 'TrackDetails') !== undefined ||
    memberOf(body, 'HighestSeverity') !== undefined;
  const read = reply.safeParse(body);
  return isReply && read.success ? answerOf(read.data) : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function answerOf(given: z.output<typeof reply>): Record<string, unknown> {
  const groups = [
    ...given.CompletedTrackDetails.flatMap((group) => (group === null ? [] : [group])),
    ...(given.TrackDetails.length > 0
      ? [{ Notifications: [], TrackDetails: given.TrackDetails }]
      : []),
  ];
  const lives = groups.flatMap(({ Notifications, TrackDetails }) =>
    TrackDetails.flatMap((one) => (one === null ? [] : [lifeOf(one, Notifications)])),
  );
  if (lives.length > 0) {
    return { output: { completeTrackResults: [{ trackResults: lives }] } };
  }
  const failure = [...given.Notifications, ...groups.flatMap((group) => group.Notifications)]
    .map(errorOf)
    .find((error) => error !== undefined);
  return { errors: failure === undefined ? [] : [failure] };
}

/** "No information … has been received" and "Invalid tracking number"; others keep their code. */
const NOT_FOUND = ['9040', '6035'];

function errorOf(given: Notice | null | undefined): Record<string, unknown> | undefined {
  const { Severity: severity, Code: code, Message: message } = given ?? {};
  if (severity !== 'ERROR' && severity !== 'FAILURE') return undefined;
  const isUnknown = NOT_FOUND.includes(code ?? '');
  return { code: isUnknown ? 'TRACKING.TRACKINGNUMBER.NOTFOUND' : code, message };
}

function lifeOf(given: Detail, around: readonly (Notice | null)[]): Record<string, unknown> {
  const { Code = given.StatusCode, Description = given.StatusDescription } =
    given.StatusDetail ?? {};
  const own = errorOf(given.Notification);
  const isSilent = given.Events.length === 0 && Code === undefined && Description === undefined;
  const outer = isSilent ? around.map(errorOf).find((error) => error !== undefined) : undefined;
  return {
    trackingNumberInfo: {
      trackingNumber: given.TrackingNumber,
      trackingNumberUniqueId: given.TrackingNumberUniqueIdentifier,
    },
    error: own ?? outer,
    latestStatusDetail:
      Code === undefined && Description === undefined
        ? undefined
        : { code: Code, description: Description },
    scanEvents: given.Events.map((event) =>
      event === null
        ? null
        : {
            date: event.Timestamp,
            eventType: event.EventType,
            eventDescription: event.EventDescription,
            exceptionCode: event.StatusExceptionCode,
            exceptionDescription: event.StatusExceptionDescription,
            scanLocation: addressOf(event.Address),
          },
    ),
    dateAndTimes: [
      ...given.DatesOrTimes.map((one) => ({ type: one?.Type, dateTime: one?.DateOrTimestamp })),
      { type: 'ESTIMATED_DELIVERY', dateTime: given.EstimatedDeliveryTimestamp },
      { type: 'ACTUAL_DELIVERY', dateTime: given.ActualDeliveryTimestamp },
    ].filter(({ dateTime }) => dateTime !== undefined),
    serviceDetail: { type: given.Service?.Type },
    shipperInformation: { address: addressOf(given.ShipperAddress) },
    recipientInformation: { address: addressOf(given.DestinationAddress) },
  };
}

function addressOf(given: Address): Record<string, unknown> | undefined {
  if (given === undefined) return undefined;
  const { City: city, PostalCode: postalCode, CountryCode: countryCode } = given;
  return { city, stateOrProvinceCode: given.StateOrProvinceCode, postalCode, countryCode };
}
