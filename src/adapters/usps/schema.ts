import { z } from 'zod';
import { looseBoolean, looseCode, looseNumber, looseText } from '../../kernel/wire/loose.ts';
import type { components } from './wire.gen.ts';

/**
 * The members this adapter reads, loosely: a member of the wrong kind counts as absent, because
 * one odd field must not cost the other ninety events. `satisfies` holds them to wire.yaml.
 */
type Wire = components['schemas'];
type Members<T> = Record<keyof T, z.ZodType>;

const text = looseText.transform((value) => value ?? null);
const code = looseCode.transform((value) => value ?? null);
const flag = looseBoolean.transform((value) => value ?? null);

const list = z.array(z.unknown()).nullish().catch(null);

const trackingEvent = z.object({
  eventType: text,
  eventCode: code,
  eventTimestamp: text,
  GMTTimestamp: text,
  GMTOffset: text,
  eventCity: text,
  eventState: text,
  eventZIP: code,
  eventZIPCode: code,
  eventCountry: text,
  deliveryAttributeCode: code,
} satisfies Members<Wire['TrackingEvent']>);

const expectation = z.object({
  expectedDeliveryDate: text,
  predictedDeliveryDate: text,
  predictedDeliveryWindowStartTime: text,
  predictedDeliveryWindowEndTime: text,
  guaranteedDeliveryDate: text,
  endOfDay: text,
} satisfies Members<Wire['DeliveryDateExpectation']>);

const errorItem = z.object({ code, title: text } satisfies Members<Wire['ErrorItem']>);

const errorBody = z.object({
  code,
  message: text,
  errors: z.array(errorItem.nullish().catch(null)).nullish().catch(null),
} satisfies Members<Wire['ErrorBody']>);

const detail = z.object({
  trackingNumber: code,
  status: text,
  statusCategory: code,
  statusSummary: text,
  statusCode: code,
  error: errorBody.nullish().catch(null),
  mailClass: text,
  uniqueMailPieceID: code,
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
} satisfies Members<Wire['Detail']>);

const push = z.object({
  subscriptionType: text,
  timestamp: z.string().nullish().catch(null),
  payload: z.string(),
  challenge: z.string().nullish().catch(null),
} satisfies Members<Wire['Push']>);

const token = z.object({
  access_token: z.string().nullable().catch(null),
  expires_in: looseNumber.transform((value) => value ?? null),
  scope: z.string().nullable().catch(null),
  error: code,
} satisfies Members<Wire['Token']>);

const subscription = z.object({
  subscriptionId: code,
  secret: z.string().nullable().catch(null),
  status: code,
  subscriptionStatus: code,
  state: code,
} satisfies Members<Wire['Subscription']>);

const wrappedSummary = z.object({
  TrackResults: z.object({ TrackInfo: z.object({ '@ID': z.string(), TrackSummary: z.string() }) }),
} satisfies Members<Wire['WrappedSummary']>);

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
