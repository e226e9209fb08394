import { looseCode, looseList, looseObject, looseText, z } from 'waybill/adapter';

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;
/** Each event has about two statuses. */
const STATUSES_MAX = 1_000;
export const SHIPMENTS_MAX = 100;
const ADDRESSES_MAX = 10;
const WARNINGS_MAX = 10;

/** `07-11-2022 19:10:28`, for old statuses also with milliseconds. */
const status = z.object({ TimeStamp: looseCode, StatusCode: looseCode });

const event = z.object({
  Code: looseCode,
  Description: looseText,
  LocationCode: looseCode,
  TimeStamp: looseCode,
});

/** Names and streets are not read. */
const address = z.object({
  /** 01: the recipient, 02: the sender. */
  AddressType: looseCode,
  City: looseText,
  Region: looseText,
  Zipcode: looseCode,
  CountryCode: looseCode,
});

/** A list with one element is an object, and an empty text `{}`. */
const shipment = z.object({
  Barcode: looseCode,
  ShipmentAmount: looseCode,
  ProductDescription: looseText,
  DeliveryDate: looseCode,
  Expectation: looseObject({ ETAFrom: looseCode, ETATo: looseCode }),
  Address: looseList(address, ADDRESSES_MAX),
  Event: looseList(event, EVENTS_MAX),
  Status: status.optional().catch(undefined),
  OldStatus: looseList(status, STATUSES_MAX),
});

const shipments = looseObject({ Shipment: looseList(shipment, SHIPMENTS_MAX) });

export const statusAnswer = z.object({
  /** With `detail=true`. */
  CompleteStatus: shipments,
  CurrentStatus: shipments,
  Warnings: looseList(z.object({ Code: looseCode }), WARNINGS_MAX),
});

export type Shipment = z.output<typeof shipment>;
export type WireEvent = z.output<typeof event>;
export type WireAddress = z.output<typeof address>;
