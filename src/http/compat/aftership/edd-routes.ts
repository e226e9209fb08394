import { z } from 'zod';
import type { Registry } from '../../../adapters/index.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import { isCountryCode } from '../../../kernel/places/country-codes.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wallClockMs } from '../../../kernel/time/place-time.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import { type PromisedDate, type Promises, pooledSender } from '../../../prediction/index.ts';
import { shipTime } from '../../api/edd/routes.ts';
import { zoneOf } from '../../api/edd/schema.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { requiredCarrier } from './carriers.ts';
import { confidenceCode } from './confidence.ts';
import { BASE, envelope } from './envelope.ts';
import { countryOf } from './input.ts';
import { estimatedPickup, instantAtPlace } from './pickup-time.ts';
import { trackingId } from './tracking.ts';

/** AfterShip's limit. */
const BATCH_MAX = 5;
/** The service level where a request names none, as shops call it. */
const USUAL_SERVICE = 'standard';
const CUT_OFF = '18:00:00';
const BUSINESS_DAYS = [1, 2, 3, 4, 5];
/** More than any shop needs to pack an order. */
const PROCESSING_DAYS_MAX = 28;

const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}$/;
const textOrNull = text(200).nullish();

const place = z.object({
  country_region: z.string(),
  state: textOrNull,
  city: textOrNull,
  postal_code: text(16).nullish(),
  raw_location: textOrNull,
});
type Place = z.output<typeof place>;

const prediction = z.object({
  slug: z.string().min(1),
  service_type_name: text(64).nullish(),
  origin_address: place,
  destination_address: place,
  weight: z.object({ unit: z.string(), value: z.number() }).nullish(),
  package_count: z.number().nullish(),
  pickup_time: z.string().nullish(),
  estimated_pickup: z
    .object({
      order_time: z.string(),
      order_cutoff_time: z
        .string()
        .regex(/^\d{2}:\d{2}:\d{2}$/)
        .nullish(),
      business_days: z.array(z.int().min(1).max(7)).min(1).nullish(),
      order_processing_time: z
        .object({
          unit: z.literal('day').nullish(),
          value: z.int().min(0).max(PROCESSING_DAYS_MAX).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
type PredictionRequest = z.output<typeof prediction>;

interface EddDeps {
  readonly adapters: Registry;
  readonly promises: Promises;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** Delivery dates for checkouts, from the hub's own model or by rule. */
export const estimates = resource(
  { noun: 'estimate', tag: 'Drop-in API' },
  {
    predict: {
      id: 'aftershipPredict',
      method: 'POST',
      path: `${BASE}/estimated-delivery-date/predict`,
      summary: 'Predict a delivery date',
      scope: 'shipments:read',
      body: prediction,
      answers: { 200: { description: 'The date.' } },
    },
    predictBatch: {
      id: 'aftershipPredictBatch',
      method: 'POST',
      path: `${BASE}/estimated-delivery-date/predict-batch`,
      summary: 'Predict several delivery dates',
      scope: 'shipments:read',
      body: z.object({ estimated_delivery_dates: z.array(prediction).min(1).max(BATCH_MAX) }),
      answers: { 200: { description: 'A date for each request, in its order.' } },
    },
  },
  (deps: EddDeps) => ({
    predict: async ({ tenant, body }) => envelope(200, await predict(deps, tenant, body, '')),
    predictBatch: async ({ tenant, body }) => {
      const dates = body.estimated_delivery_dates.map((each, index) =>
        predict(deps, tenant, each, `/estimated_delivery_dates/${index}`),
      );
      return envelope(200, { estimated_delivery_dates: await Promise.all(dates) });
    },
  }),
);

/** @param at the pointer to the request in the body. */
async function predict(
  { adapters, promises, clock, randomBytes }: EddDeps,
  tenant: Tenant,
  sent: PredictionRequest,
  at: string,
) {
  const nowMs = clock.nowMs();
  const { manifest } = requiredCarrier(adapters, sent.slug, `${at}/slug`);
  const origin = promisePlace(sent.origin_address, `${at}/origin_address`);
  const destination = promisePlace(sent.destination_address, `${at}/destination_address`);
  const { pickupTime, pointer } = pickupOf(sent, at);
  const shipAtMs = instantAtPlace(pickupTime, origin);
  if (shipAtMs === null) throw unusableTime(pointer);
  shipTime(new Date(shipAtMs).toISOString(), nowMs, pointer);
  const [promised] = await promises.datesFor(
    {
      origin,
      destination,
      carrier: manifest.name,
      serviceLevels: [sent.service_type_name ?? USUAL_SERVICE],
      shipAtMs,
      nowMs,
      sender: pooledSender(tenant.merchantId, ''),
    },
    { texts: messagesIn('en').prediction, locale: localeOf('en') },
  );
  const { estimated_pickup: estimated } = sent;
  return {
    id: trackingId(uuidV7(nowMs, randomBytes(16))),
    ...sent,
    estimated_pickup: estimated ? { ...estimated, pickup_time: pickupTime } : null,
    ...(promised && dateMembers(promised, sent.destination_address, destination)),
  };
}

function dateMembers(
  { date, from, to, source, confidence }: PromisedDate,
  { state, postal_code: postalCode }: Place,
  { country }: { readonly country: string },
) {
  if (date === null)
    return { confidence_code: confidenceCode({ source, confidence, isPlaceKnown: false }) };
  const zone = zoneOf({ country, region: state, postal_code: postalCode });
  const dayOf = (end: string | null) => end?.slice(0, date.length) ?? date;
  return {
    estimated_delivery_date: date,
    confidence_code: confidenceCode({ source, confidence, isPlaceKnown: zone !== null }),
    estimated_delivery_date_min: dayOf(from),
    estimated_delivery_date_max: dayOf(to),
  };
}

function promisePlace({ country_region: sent, state, postal_code: postalCode }: Place, at: string) {
  const country = countryOf(sent) ?? '';
  if (!isCountryCode(country)) {
    throw invalidMember(`${at}/country_region`, 'values.notAllowed', 'exceptions.useIso3166');
  }
  return { country, region: state ?? null, postalCode: postalCode ?? null };
}

/** The local pickup time as sent or estimated, and the pointer to the member it is from. */
function pickupOf(
  { pickup_time: sent, estimated_pickup: estimated }: PredictionRequest,
  at: string,
) {
  if (sent)
    return { pickupTime: localTime(sent, `${at}/pickup_time`), pointer: `${at}/pickup_time` };
  if (!estimated) {
    throw invalidMember(`${at}/pickup_time`, 'values.missing', 'aftership.sendPickupTime');
  }
  const pointer = `${at}/estimated_pickup/order_time`;
  const pickupTime = estimatedPickup({
    orderTime: localTime(estimated.order_time, pointer),
    cutOff: estimated.order_cutoff_time ?? CUT_OFF,
    businessDays: estimated.business_days ?? BUSINESS_DAYS,
    processingDays: estimated.order_processing_time?.value ?? 0,
  });
  return { pickupTime, pointer };
}

function localTime(sent: string, pointer: string): string {
  const local = sent.replace(' ', 'T');
  if (LOCAL_TIME.test(sent) && wallClockMs(local) !== null) return local;
  throw unusableTime(pointer);
}

function unusableTime(pointer: string) {
  return invalidMember(pointer, 'values.unusable', 'aftership.sendPickupTime');
}
