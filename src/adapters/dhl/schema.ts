import { z } from 'zod';
import { looseBoolean, looseCode, looseNumber, looseText } from '../../kernel/wire/loose.ts';

/**
 * The members that this adapter reads, after Shipment Tracking – Unified 1.3.1 and its change notes
 * to 1.5.8, MyDHL API 3.1.1, DHL eCommerce Americas tracking v4 and Unified Push 1.2.5, read on
 * 2026-11-20. A member of the wrong type counts as absent, so that one odd field does not lose the
 * rest. The XML of Parcel DE Tracking is read attribute by attribute in `dialects/`.
 */

const text = looseText.transform((value) => value ?? null);
const code = looseCode.transform((value) => value ?? null);
const amount = looseNumber.transform((value) => value ?? null);
const flag = looseBoolean.transform((value) => value ?? null);
/** A list; an object in its place is its only item. */
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
      /** Such as `LEIPZIG - GERMANY`. */
      addressLocality: text,
      postalCode: code,
      countryCode: code,
    }),
  ),
  servicePoint: maybe(z.object({ label: text })),
});

const unifiedEvent = z.object({
  timestamp: text,
  /** Such as `transit`. */
  statusCode: code,
  status: text,
  description: text,
  remark: text,
  location: maybe(unifiedPlace),
  pieceIds: codes,
});

const timeFrame = z.object({
  estimatedFrom: text,
  estimatedThrough: text,
});

const reference = z.object({ number: code, type: text });

const unifiedDetails = z.object({
  product: maybe(z.object({ productName: text })),
  proofOfDelivery: maybe(z.object({ signatureUrl: text, documentUrl: text })),
  proofOfDeliverySignedAvailable: flag,
  totalNumberOfPieces: amount,
  pieceIds: codes,
  weight: maybe(z.object({ value: amount, unitText: code })),
  /** A list; one object in old answers. */
  references: z.unknown().optional(),
});

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
});

const serviceAreas = maybe(z.array(maybe(z.object({ code, description: text }))));

const myDhlEvent = z.object({
  date: text,
  time: text,
  GMTOffset: text,
  typeCode: code,
  description: text,
  serviceArea: serviceAreas,
});

const myDhlParty = z.object({
  serviceArea: serviceAreas,
});

const myDhlShipment = z.object({
  shipmentTrackingNumber: code,
  status: text,
  productCode: code,
  estimatedDeliveryDate: text,
  totalWeight: amount,
  /** Such as `metric`. */
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
        }),
      ),
    ),
  ),
});

const americasAddress = z.object({
  city: text,
  state: text,
  postalCode: code,
  country: text,
});

const americasPackage = z.object({
  package: maybe(
    z.object({
      trackingId: code,
      dhlPackageId: code,
      packageId: code,
    }),
  ),
  pickupDetail: maybe(z.object({ pickupAddress: maybe(americasAddress) })),
  trackingId: code,
  status: text,
  events: list,
});

const americasEvent = z.object({
  date: text,
  time: text,
  /** Such as `ET`. */
  timeZone: code,
  primaryEventId: code,
  primaryEventDescription: text,
  location: text,
  postalCode: code,
  country: text,
});

const problem = z.object({
  title: text,
  detail: text,
  status: text,
  instance: text,
});

/** A text that is never cut: addresses, secrets and documents are useful whole or not at all. */
const whole = z.string().nullable().catch(null);

const push = z.object({
  /** Such as `subscription.push`. */
  scope: z.string(),
  self: whole,
  /** The secret in `subscription.validate`, which is used once. */
  secret: whole,
  failure: maybe(problem),
});

const subscription = z.object({
  subscriptionId: code,
  id: code,
  self: whole,
  expires: text,
});

const expressPod = z.object({
  documents: maybe(z.array(maybe(z.object({ content: whole })))),
});

/**
 * The part of a Unified answer needed for a proof: its links, which `unifiedShipment` may truncate.
 */
const proofAnswer = z.object({
  shipments: maybe(
    z.array(
      maybe(
        z.object({
          id: code,
          details: maybe(
            z.object({
              proofOfDelivery: maybe(z.object({ signatureUrl: whole, documentUrl: whole })),
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
