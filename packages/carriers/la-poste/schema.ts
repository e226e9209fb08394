import { looseCode, looseList, looseNumber, looseObject, looseText, z } from 'waybill/adapter';

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;

const event = z.object({
  code: looseCode,
  /** A finer code, which not all answers have. */
  group: looseCode,
  label: looseText,
  /** ISO 8601 with an offset. */
  date: looseCode,
});

const shipment = looseObject({
  idShip: looseCode,
  /** `colissimo`, `chronopost`, … */
  product: looseText,
  /** The day of the expected delivery, as its midnight. */
  estimDate: looseCode,
  event: looseList(event, EVENTS_MAX),
  contextData: looseObject({ originCountry: looseCode, arrivalCountry: looseCode }),
});

export const trackingAnswer = z.object({
  /** The HTTP status of this number. */
  returnCode: looseNumber,
  shipment,
});

export type Shipment = NonNullable<z.output<typeof shipment>>;
export type WireEvent = z.output<typeof event>;
