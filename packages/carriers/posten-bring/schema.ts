import { looseCode, looseList, looseNumber, looseObject, looseText, z } from 'waybill/adapter';

/** Real packages have a few dozen events. */
export const EVENTS_MAX = 500;
export const PACKAGES_MAX = 100;
const CONSIGNMENTS_MAX = 20;

const event = z.object({
  status: looseCode,
  description: looseText,
  unitId: looseCode,
  postalCode: looseCode,
  city: looseText,
  countryCode: looseCode,
  /** ISO 8601 with an offset. */
  dateIso: looseCode,
});

const parcel = z.object({
  packageNumber: looseCode,
  productName: looseText,
  weightInKgs: looseNumber,
  eventSet: looseList(event, EVENTS_MAX).optional(),
});

const consignment = z.object({
  consignmentId: looseCode,
  packageSet: looseList(parcel, PACKAGES_MAX).optional(),
  error: looseObject({ code: looseCode }),
});

export const trackingAnswer = z.object({
  consignmentSet: looseList(consignment, CONSIGNMENTS_MAX).optional(),
});

export type WirePackage = z.output<typeof parcel>;
export type WireEvent = z.output<typeof event>;
