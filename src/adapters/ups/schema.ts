import { z } from 'zod';
import {
  type Loose,
  looseBoolean,
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
} from '../../kernel/wire/loose.ts';
import type { components } from './wire.gen.ts';

type Wire = components['schemas'];

/** One number a call; its shipment's packages come along, 50 a page by default. */
export const PACKAGES_MAX = 200;
/** Real parcels have a few dozen activities. */
export const EVENTS_MAX = 500;
const DETAILS_MAX = 50;

const address = looseObject({
  city: looseText,
  stateProvince: looseCode,
  postalCode: looseCode,
  countryCode: looseCode,
  country: looseCode,
});

const status = looseObject({
  type: looseCode,
  code: looseCode,
  statusCode: looseCode,
  description: looseText,
});

const activity = z.object({
  date: looseCode,
  time: looseCode,
  gmtDate: looseCode,
  gmtTime: looseCode,
  gmtOffset: looseCode,
  status,
  logicalScan: looseBoolean,
  location: looseObject({ address, slic: looseCode }),
}) satisfies z.ZodType<Loose<Wire['Activity']>>;

const coded = z.object({ code: looseCode, message: looseText });

/** An object is there, whatever is in it: images are counted, never read. */
const presence = z.looseObject({}).optional().catch(undefined);

const parcel = z.object({
  trackingNumber: looseCode,
  activity: looseList(activity, EVENTS_MAX),
  currentStatus: status,
  deliveryDate: looseList(z.object({ type: looseCode, date: looseCode }), DETAILS_MAX),
  deliveryTime: looseObject({ type: looseCode, startTime: looseCode, endTime: looseCode }),
  deliveryInformation: looseObject({
    signature: presence,
    pod: presence,
    deliveryPhoto: presence,
  }),
  packageAddress: looseList(z.object({ type: looseCode, address }), DETAILS_MAX),
  service: looseObject({ code: looseCode, description: looseText }),
  weight: looseObject({ weight: looseNumber, unitOfMeasurement: looseCode }),
  packageCount: looseNumber,
  alternateTrackingNumber: looseList(z.object({ type: looseCode, number: looseCode }), DETAILS_MAX),
}) satisfies z.ZodType<Loose<Wire['Package']>>;

const shipment = z.object({
  inquiryNumber: looseCode,
  package: looseList(parcel, PACKAGES_MAX),
  warnings: looseList(coded, DETAILS_MAX),
}) satisfies z.ZodType<Loose<Wire['Shipment']>>;

const errors = looseList(coded, DETAILS_MAX);

/**
 * Any body UPS sends, all dialects in one: `trackResponse` for a pull, `trackingNumber` beside
 * `activityStatus` for a push, errors at the levels where they were met. Fails only for no object.
 */
export const anyBody = z.object({
  trackResponse: looseObject({ shipment: looseList(shipment, PACKAGES_MAX) }),
  response: looseObject({ errors }),
  errors,
  error: z.union([coded, z.string()]).optional().catch(undefined),
  trackingNumber: looseCode,
  activityStatus: presence,
});

/** An answer without a single shipment, as opposed to one whose shipments are no objects. */
export const emptyTrackAnswer = z.object({
  trackResponse: z.object({ shipment: z.array(z.unknown()).length(0) }),
});

export const trackAlert = z.object({
  trackingNumber: looseCode,
  localActivityDate: looseCode,
  localActivityTime: looseCode,
  gmtActivityDate: looseCode,
  gmtActivityTime: looseCode,
  gmtOffset: looseCode,
  activityLocation: looseObject({
    city: looseText,
    stateProvince: looseCode,
    postalCode: looseCode,
    country: looseCode,
  }),
  activityStatus: looseObject({
    type: looseCode,
    code: looseCode,
    description: looseText,
    descriptionCode: looseCode,
  }),
  scheduledDeliveryDate: looseCode,
  deliveryStartTime: looseCode,
  deliveryEndTime: looseCode,
  deliveryPhoto: looseText,
  alternateTrackingNumber: looseCode,
}) satisfies z.ZodType<Loose<Wire['TrackAlert']>>;

/** Every member is a text, the seconds too. */
export const tokenAnswer = z.object({
  // Longer than any code.
  access_token: z.string().optional().catch(undefined),
  expires_in: looseNumber,
}) satisfies z.ZodType<Loose<Wire['Token']>>;

const NUMBERS_MAX = 100;

export const subscribeAnswer = z.object({
  validTrackingNumbers: looseList(looseCode, NUMBERS_MAX),
  invalidTrackingNumbers: looseList(looseCode, NUMBERS_MAX),
}) satisfies z.ZodType<Loose<Wire['SubscribeAnswer']>>;

/** Images are longer than any text: kept whole. */
const image = z.string().optional().catch(undefined);

const proofs = z.object({
  trackingNumber: looseCode,
  deliveryInformation: looseObject({
    signature: looseObject({ image }),
    pod: looseObject({ content: image }),
    deliveryPhoto: looseObject({ photo: image }),
  }),
}) satisfies z.ZodType<Loose<Wire['ProofPackage']>>;

/** The same answer as `anyBody`, read for its images. */
export const proofAnswer = z.object({
  trackResponse: looseObject({
    shipment: looseList(z.object({ package: looseList(proofs, PACKAGES_MAX) }), PACKAGES_MAX),
  }),
});

export type Activity = z.output<typeof activity>;
export type Parcel = z.output<typeof parcel>;
export type Shipment = z.output<typeof shipment>;
export type AnyBody = z.output<typeof anyBody>;
export type TrackAlert = z.output<typeof trackAlert>;
