import { z } from 'zod';
import { looseBoolean, looseCode, looseNumber, looseText } from '../../kernel/wire/loose.ts';
import type { components } from './wire.gen.ts';

/**
 * The members this adapter reads, loosely: a member of the wrong kind counts as absent, because
 * one odd field must not cost the rest. `satisfies` holds them to wire.yaml.
 */
type Wire = components['schemas'];
type Members<T> = Record<keyof T, z.ZodType>;

const text = looseText.transform((value) => value ?? null);
const code = looseCode.transform((value) => value ?? null);
const amount = looseNumber.transform((value) => value ?? null);
const flag = looseBoolean.transform((value) => value ?? null);
/** An object in the place of a list is its only item. */
const list = z
  .union([z.array(z.unknown()), z.looseObject({}).transform((one) => [one])])
  .nullish()
  .catch(null);
const codes = z.array(code).nullish().catch(null);

function maybe<T extends z.ZodType>(inner: T) {
  return inner.nullish().catch(null);
}

const unifiedPlace = z.object({
  address: maybe(
    z.object({
      addressLocality: text,
      postalCode: code,
      countryCode: code,
    } satisfies Members<Wire['UnifiedAddress']>),
  ),
  servicePoint: maybe(z.object({ label: text } satisfies Members<Wire['ServicePoint']>)),
} satisfies Members<Wire['UnifiedPlace']>);

const unifiedEvent = z.object({
  timestamp: text,
  statusCode: code,
  status: text,
  description: text,
  remark: text,
  location: maybe(unifiedPlace),
  pieceIds: codes,
} satisfies Members<Wire['UnifiedEvent']>);

const timeFrame = z.object({
  estimatedFrom: text,
  estimatedThrough: text,
} satisfies Members<Wire['TimeFrame']>);

const reference = z.object({ number: code, type: text } satisfies Members<Wire['Reference']>);

const unifiedDetails = z.object({
  product: maybe(z.object({ productName: text } satisfies Members<Wire['Product']>)),
  proofOfDelivery: maybe(
    z.object({ signatureUrl: text, documentUrl: text } satisfies Members<Wire['Proof']>),
  ),
  proofOfDeliverySignedAvailable: flag,
  totalNumberOfPieces: amount,
  pieceIds: codes,
  weight: maybe(z.object({ value: amount, unitText: code } satisfies Members<Wire['Weight']>)),
  references: z.unknown().optional(),
} satisfies Members<Wire['UnifiedDetails']>);

const unifiedShipment = z.object({
  id: code,
  service: code,
  origin: maybe(unifiedPlace),
  destination: maybe(unifiedPlace),
  status: z.unknown().optional(),
  events: list,
  details: maybe(unifiedDetails),
  estimatedTimeOfDelivery: text,
  estimatedDeliveryTimeFrame: maybe(timeFrame),
  agreedDeliveryDate: text,
  returnFlag: flag,
} satisfies Members<Wire['UnifiedShipment']>);

const serviceAreas = maybe(
  z.array(maybe(z.object({ code, description: text } satisfies Members<Wire['ServiceArea']>))),
);

const myDhlEvent = z.object({
  date: text,
  time: text,
  GMTOffset: text,
  typeCode: code,
  description: text,
  serviceArea: serviceAreas,
} satisfies Members<Wire['MyDhlEvent']>);

const myDhlParty = z.object({
  serviceArea: serviceAreas,
} satisfies Members<Wire['MyDhlParty']>);

const myDhlShipment = z.object({
  shipmentTrackingNumber: code,
  status: text,
  productCode: code,
  estimatedDeliveryDate: text,
  totalWeight: amount,
  unitOfMeasurements: code,
  numberOfPieces: amount,
  shipperDetails: maybe(myDhlParty),
  receiverDetails: maybe(myDhlParty),
  events: list,
  pieces: maybe(
    z.array(
      maybe(
        z.object({
          trackingNumber: code,
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
  postalCode: code,
  country: text,
} satisfies Members<Wire['AmericasAddress']>);

const americasPackage = z.object({
  package: maybe(
    z.object({
      trackingId: code,
      dhlPackageId: code,
      packageId: code,
    } satisfies Members<Wire['AmericasIds']>),
  ),
  pickupDetail: maybe(
    z.object({ pickupAddress: maybe(americasAddress) } satisfies Members<Wire['AmericasPickup']>),
  ),
  trackingId: code,
  status: text,
  events: list,
} satisfies Members<Wire['AmericasPackage']>);

const americasEvent = z.object({
  date: text,
  time: text,
  timeZone: code,
  primaryEventId: code,
  primaryEventDescription: text,
  location: text,
  postalCode: code,
  country: text,
} satisfies Members<Wire['AmericasEvent']>);

const problem = z.object({
  title: text,
  detail: text,
  status: text,
  instance: text,
} satisfies Members<Wire['Problem']>);

/** Addresses, secrets and documents are of use whole or not at all, so nothing is cut. */
const whole = z.string().nullable().catch(null);

const push = z.object({
  scope: z.string(),
  self: whole,
  secret: whole,
  failure: maybe(problem),
} satisfies Members<Wire['Push']>);

const subscription = z.object({
  subscriptionId: code,
  id: code,
  self: whole,
  expires: text,
} satisfies Members<Wire['Subscription']>);

const expressPod = z.object({
  documents: maybe(
    z.array(maybe(z.object({ content: whole } satisfies Members<Wire['ExpressPodDocument']>))),
  ),
} satisfies Members<Wire['ExpressPod']>);

/** What a proof needs of a Unified answer: its links, which `unifiedShipment` may cut short. */
const proofAnswer = z.object({
  shipments: maybe(
    z.array(
      maybe(
        z.object({
          id: code,
          details: maybe(
            z.object({
              proofOfDelivery: maybe(
                z.object({ signatureUrl: whole, documentUrl: whole } satisfies Members<
                  Wire['Proof']
                >),
              ),
            }),
          ),
        }),
      ),
    ),
  ),
});

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
  subscription,
  expressPod,
  proofAnswer,
} as const;

export type UnifiedShipment = z.output<typeof unifiedShipment>;
export type UnifiedEvent = z.output<typeof unifiedEvent>;
export type UnifiedPlace = z.output<typeof unifiedPlace>;
export type MyDhlShipment = z.output<typeof myDhlShipment>;
export type MyDhlEvent = z.output<typeof myDhlEvent>;
export type AmericasPackage = z.output<typeof americasPackage>;
export type AmericasEvent = z.output<typeof americasEvent>;
