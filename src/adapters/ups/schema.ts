import { z } from 'zod';
import {
  looseBoolean,
  looseCode,
  looseContent,
  looseList,
  looseNumber,
  looseObject,
  looseText,
} from '../../kernel/wire/loose.ts';

// After Tracking.yaml and UPSTrackAlert.yaml (v2) of UPS-API/api-documentation; only the members that are read.

/**
 * Limit of packages. There is one number in a call, but its shipment's packages are included, 50 in
 * a page by default.
 */
export const PACKAGES_MAX = 200;
/** Limit of events; real parcels have a few dozen activities. */
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
  /** Three digits. */
  statusCode: looseCode,
  description: looseText,
});

const activity = z.object({
  /** YYYYMMDD, local to the place. */
  date: looseCode,
  /** HHMMSS, local to the place. */
  time: looseCode,
  gmtDate: looseCode,
  /** HHMMSS, HH:MM:SS, or without its leading zero. */
  gmtTime: looseCode,
  gmtOffset: looseCode,
  status,
  logicalScan: looseBoolean,
  location: looseObject({ address, slic: looseCode }),
});

const coded = z.object({ code: looseCode, message: looseText });

/** Whether an object is present, whatever its content. */
const presence = z.looseObject({}).optional().catch(undefined);

const parcel = z.object({
  trackingNumber: looseCode,
  activity: looseList(activity, EVENTS_MAX),
  currentStatus: status,
  deliveryDate: looseList(z.object({ type: looseCode, date: looseCode }), DETAILS_MAX),
  deliveryTime: looseObject({ type: looseCode, startTime: looseCode, endTime: looseCode }),
  deliveryInformation: looseObject({
    signature: looseObject({ image: looseContent }),
    pod: looseObject({ content: looseContent }),
    deliveryPhoto: looseObject({ photo: looseContent }),
  }),
  packageAddress: looseList(z.object({ type: looseCode, address }), DETAILS_MAX),
  service: looseObject({ code: looseCode, description: looseText }),
  /** Sent as text. */
  weight: looseObject({ weight: looseNumber, unitOfMeasurement: looseCode }),
  packageCount: looseNumber,
  alternateTrackingNumber: looseList(z.object({ type: looseCode, number: looseCode }), DETAILS_MAX),
});

const shipment = z.object({
  inquiryNumber: looseCode,
  package: looseList(parcel, PACKAGES_MAX),
  warnings: looseList(coded, DETAILS_MAX),
});

const errors = looseList(coded, DETAILS_MAX);

/**
 * Any body that UPS sends, all dialects in one: `trackResponse` for a pull, `trackingNumber` beside
 * `activityStatus` for a push, errors at the levels where they have occurred. Fails only for a
 * non-object.
 */
export const anyBody = z.object({
  trackResponse: looseObject({ shipment: looseList(shipment, PACKAGES_MAX) }),
  response: looseObject({ errors }),
  errors,
  error: z.union([coded, z.string()]).optional().catch(undefined),
  trackingNumber: looseCode,
  activityStatus: presence,
});

/** An answer without any shipment, as opposed to one whose shipments are not objects. */
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
    /** Three digits. */
    descriptionCode: looseCode,
  }),
  scheduledDeliveryDate: looseCode,
  deliveryStartTime: looseCode,
  deliveryEndTime: looseCode,
  deliveryPhoto: looseContent,
  alternateTrackingNumber: looseCode,
});

/** An answer of the token endpoint. Every member is a text, including the seconds. */
export const tokenAnswer = z.object({
  // Longer than any code.
  access_token: z.string().optional().catch(undefined),
  /** Sent as text. */
  expires_in: looseNumber,
});

const NUMBERS_MAX = 100;

export const subscribeAnswer = z.object({
  validTrackingNumbers: looseList(looseCode, NUMBERS_MAX),
  invalidTrackingNumbers: looseList(looseCode, NUMBERS_MAX),
});

/** An image, which is longer than any text and read whole. */
const image = z.string().optional().catch(undefined);

const proofs = z.object({
  trackingNumber: looseCode,
  deliveryInformation: looseObject({
    signature: looseObject({ image }),
    pod: looseObject({ content: image }),
    deliveryPhoto: looseObject({ photo: image }),
  }),
});

/** The images in a response that `anyBody` describes. */
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
