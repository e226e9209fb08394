import {
  looseCode,
  looseList,
  looseObject,
  looseText,
  toPlainValue,
  xmlOrNull,
  z,
} from 'waybill/adapter';

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;
/** A shipment may have several packages. */
export const PACKAGES_MAX = 100;
const ERRORS_MAX = 20;
/** Elements that may be repeated. */
const LISTS: ReadonlySet<string> = new Set(['Error', 'Event', 'Package']);

const event = z.object({
  /** English; it may differ from the list of codes. */
  Status: looseText,
  /** `2019-01-01 13:21:45`; from the demo account `10/01/2025 03:02 PM`. */
  DateTime: looseCode,
  /** `Windsor, ON`, `Toronto, ON, CA`, … */
  Location: looseText,
  EventCode: looseCode,
});

const parcel = z.object({
  /** The number of the carrier that delivers, or another one of Landmark. */
  TrackingNumber: looseCode,
  LandmarkTrackingNumber: looseCode,
  Events: looseObject({ Event: looseList(event, EVENTS_MAX).optional() }),
});

const error = z.object({ ErrorCode: looseCode, ErrorMessage: looseText });

const trackResponse = z.object({
  Errors: looseObject({
    Error: looseList(error, ERRORS_MAX),
  }),
  Result: looseObject({
    Packages: looseObject({ Package: looseList(parcel, PACKAGES_MAX) }),
  }),
});

export type TrackResponse = z.output<typeof trackResponse>;
export type WireError = z.output<typeof error>;
export type WireEvent = z.output<typeof event>;
export type WirePackage = z.output<typeof parcel>;

/** Reads a `TrackResponse`; null if the text is not one. */
export function readResponse(text: string): TrackResponse | null {
  const root = xmlOrNull(text);
  if (root?.name !== 'TrackResponse') return null;
  const read = trackResponse.safeParse(toPlainValue(root, LISTS));
  return read.success ? read.data : null;
}
