import { z } from 'zod';
import type { components } from './wire.gen.ts';

/**
 * The members this adapter reads, loosely: a member of the wrong kind counts as absent, because
 * one odd field must not cost the rest. `satisfies` holds them to wire.yaml.
 */
type Wire = components['schemas'];
type Members<T> = Record<keyof T, z.ZodType>;

/** Text, trimmed; ids and codes also arrive as numbers; blank is absent. */
const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null)
  .transform((value) => value?.trim() || null);
const amount = z.number().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);
const list = z.array(z.unknown()).nullish().catch(null);
const texts = z.array(text).nullish().catch(null);

function maybe<T extends z.ZodType>(inner: T) {
  return inner.nullish().catch(null);
}

const unifiedPlace = z.object({
  address: maybe(
    z.object({
      addressLocality: text,
      postalCode: text,
      countryCode: text,
    } satisfies Members<Wire['UnifiedAddress']>),
  ),
  servicePoint: maybe(z.object({ label: text } satisfies Members<Wire['ServicePoint']>)),
} satisfies Members<Wire['UnifiedPlace']>);

const unifiedEvent = z.object({
  timestamp: text,
  statusCode: text,
  status: text,
  description: text,
  remark: text,
  location: maybe(unifiedPlace),
  pieceIds: texts,
} satisfies Members<Wire['UnifiedEvent']>);

const timeFrame = z.object({
  estimatedFrom: text,
  estimatedThrough: text,
} satisfies Members<Wire['TimeFrame']>);

const reference = z.object({ number: text, type: text } satisfies Members<Wire['Reference']>);

const unifiedDetails = z.object({
  product: maybe(z.object({ productName: text } satisfies Members<Wire['Product']>)),
  proofOfDelivery: maybe(
    z.object({ signatureUrl: text, documentUrl: text } satisfies Members<Wire['Proof']>),
  ),
  proofOfDeliverySignedAvailable: flag,
  totalNumberOfPieces: amount,
  pieceIds: texts,
  weight: maybe(z.object({ value: amount, unitText: text } satisfies Members<Wire['Weight']>)),
  references: z.unknown(),
} satisfies Members<Wire['UnifiedDetails']>);

const unifiedShipment = z.object({
  id: text,
  service: text,
  origin: maybe(unifiedPlace),
  destination: maybe(unifiedPlace),
  status: z.unknown(),
  events: list,
  details: maybe(unifiedDetails),
  estimatedTimeOfDelivery: text,
  estimatedDeliveryTimeFrame: maybe(timeFrame),
  agreedDeliveryDate: text,
  returnFlag: flag,
} satisfies Members<Wire['UnifiedShipment']>);

const serviceAreas = maybe(
  z.array(
    maybe(z.object({ code: text, description: text } satisfies Members<Wire['ServiceArea']>)),
  ),
);

const myDhlEvent = z.object({
  date: text,
  time: text,
  GMTOffset: text,
  typeCode: text,
  description: text,
  serviceArea: serviceAreas,
} satisfies Members<Wire['MyDhlEvent']>);

const myDhlParty = z.object({
  serviceArea: serviceAreas,
} satisfies Members<Wire['MyDhlParty']>);

const myDhlShipment = z.object({
  shipmentTrackingNumber: text,
  status: text,
  productCode: text,
  estimatedDeliveryDate: text,
  totalWeight: amount,
  unitOfMeasurements: text,
  numberOfPieces: amount,
  shipperDetails: maybe(myDhlParty),
  receiverDetails: maybe(myDhlParty),
  events: list,
  pieces: maybe(
    z.array(
      maybe(
        z.object({
          trackingNumber: text,
          estimatedDeliveryDate: text,
          events: list,
        } satisfies Members<Wire['MyDhlPiece']>),
      ),
    ),
  ),
} satisfies Members<Wire['MyDhlShipment']>);

const americasAddress = z.object({
  city: text,
  state: text,
  postalCode: text,
  country: text,
} satisfies Members<Wire['AmericasAddress']>);

const americasPackage = z.object({
  package: maybe(
    z.object({
      trackingId: text,
      dhlPackageId: text,
      packageId: text,
    } satisfies Members<Wire['AmericasIds']>),
  ),
  pickupDetail: maybe(
    z.object({ pickupAddress: maybe(americasAddress) } satisfies Members<Wire['AmericasPickup']>),
  ),
  events: list,
} satisfies Members<Wire['AmericasPackage']>);

const americasEvent = z.object({
  date: text,
  time: text,
  timeZone: text,
  primaryEventId: text,
  primaryEventDescription: text,
  location: text,
  postalCode: text,
  country: text,
} satisfies Members<Wire['AmericasEvent']>);

const problem = z.object({
  title: text,
  detail: text,
  status: text,
  instance: text,
} satisfies Members<Wire['Problem']>);

const push = z.object({
  scope: z.string(),
  failure: maybe(problem),
} satisfies Members<Wire['Push']>);

export const schema = {
  unifiedShipment,
  unifiedEvent,
  reference,
  myDhlShipment,
  myDhlEvent,
  americasPackage,
  americasEvent,
  problem,
  push,
} as const;

export type UnifiedShipment = z.output<typeof unifiedShipment>;
export type UnifiedEvent = z.output<typeof unifiedEvent>;
export type UnifiedPlace = z.output<typeof unifiedPlace>;
export type MyDhlShipment = z.output<typeof myDhlShipment>;
export type MyDhlEvent = z.output<typeof myDhlEvent>;
export type AmericasPackage = z.output<typeof americasPackage>;
export type AmericasEvent = z.output<typeof americasEvent>;
