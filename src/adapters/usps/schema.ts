import { z } from 'zod';
import { looseBoolean, looseCode, looseNumber, looseText } from '../../kernel/wire/loose.ts';

/**
 * The members this adapter reads, after USPS OpenAPI 3.2.6 "Package Tracking and Notification" (v3),
 * public clients of v3r2, and USPS/api-examples, read on 2026-11-20. A member of the wrong type counts
 * as absent, so that one odd field does not lose the other ninety events.
 */

const text = looseText.transform((value) => value ?? null);
const code = looseCode.transform((value) => value ?? null);
const flag = looseBoolean.transform((value) => value ?? null);

const list = z.array(z.unknown()).nullish().catch(null);

const trackingEvent = z.object({
  /** Wording, such as "Out for Delivery". */
  eventType: text,
  /** Two characters, including leading zeros. */
  eventCode: code,
  /** Local time; a trailing Z has to be ignored. */
  eventTimestamp: text,
  /** UTC time, often with the local date. */
  GMTTimestamp: text,
  /** Such as `-06:00` or `-7:00`. */
  GMTOffset: text,
  /** A city or the name of a facility. */
  eventCity: text,
  eventState: text,
  /** The member of v3. */
  eventZIP: code,
  /** The member of v3r2 and push. */
  eventZIPCode: code,
  /** Empty means United States. */
  eventCountry: text,
  /** Undocumented. */
  deliveryAttributeCode: code,
});

const expectation = z.object({
  expectedDeliveryDate: text,
  predictedDeliveryDate: text,
  predictedDeliveryWindowStartTime: text,
  predictedDeliveryWindowEndTime: text,
  guaranteedDeliveryDate: text,
  endOfDay: text,
});

const errorItem = z.object({ code, title: text });

const errorBody = z.object({
  /** Such as `150001`. */
  code,
  /** The message begins with a number such as "12:". */
  message: text,
  errors: z.array(errorItem.nullish().catch(null)).nullish().catch(null),
});

const detail = z.object({
  trackingNumber: code,
  status: text,
  statusCategory: code,
  statusSummary: text,
  /** v3r2, on a failed element. */
  statusCode: code,
  error: errorBody.nullish().catch(null),
  /** Contains HTML markup. */
  mailClass: text,
  uniqueMailPieceID: code,
  /** The name in the specification. */
  uniqueMailPieceId: code,
  mailPieceIntakeDate: text,
  proofOfDeliveryEnabled: flag,
  originCity: text,
  originState: text,
  originZIP: text,
  originZIPCode: text,
  originCountry: text,
  destinationCity: text,
  destinationState: text,
  destinationZIP: text,
  destinationZIPCode: text,
  destinationCountryCode: text,
  expectedDeliveryTimeStamp: text,
  expectedDeliveryDate: text,
  expectedDeliveryTime: text,
  predictedDeliveryDate: text,
  predictedDeliveryWindowStartTime: text,
  predictedDeliveryWindowEndTime: text,
  guaranteedDeliveryTimeStamp: text,
  guaranteedDeliveryDate: text,
  endOfDay: text,
  deliveryDateExpectation: expectation.nullish().catch(null),
  trackingEvents: list,
  eventSummaries: list,
});

const push = z.object({
  subscriptionType: text,
  timestamp: z.string().nullish().catch(null),
  /** The JSON of one `detail`, which is signed as written. */
  payload: z.string(),
  challenge: z.string().nullish().catch(null),
});

const token = z.object({
  access_token: z.string().nullable().catch(null),
  /** Seconds, as a text in some answers. */
  expires_in: looseNumber.transform((value) => value ?? null),
  /** Granted scopes, separated by blanks. */
  scope: z.string().nullable().catch(null),
  error: code,
});

const subscription = z.object({
  subscriptionId: code,
  /** USPS repeats the secret from the request. */
  secret: z.string().nullable().catch(null),
  status: code,
  subscriptionStatus: code,
  state: code,
});

const wrappedSummary = z.object({
  TrackResults: z.object({ TrackInfo: z.object({ '@ID': z.string(), TrackSummary: z.string() }) }),
});

export const schema = {
  trackingEvent,
  detail,
  errorBody,
  push,
  wrappedSummary,
  token,
  subscription,
} as const;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type TrackingEvent = z.output<typeof trackingEvent>;
export type Detail = z.output<typeof detail>;
export type PushEnvelope = z.output<typeof push>;
export type ErrorBody = z.output<typeof errorBody>;
