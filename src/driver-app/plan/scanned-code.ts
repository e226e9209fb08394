import type { ParcelView, RouteView } from '../../driver/index.ts';

/** Longer than any tracking number; what is longer is some other code. */
const CHARS_MAX = 64;

/**
 * The number in what a camera read or somebody typed: capitals, without blanks and dashes. Of a link
 * its last part, because a QR code may hold the address of the tracking page. Empty: there is none.
 */
export function numberIn(text: string): string {
  const link = /^https?:\/\/[^?#]*\/([^/?#]+)\/?(?:[?#].*)?$/i.exec(text.trim());
  const bare = (link?.[1] ?? text).replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  return bare.length > CHARS_MAX ? '' : bare;
}

/** The parcel of the route with that number. */
export function parcelOf(route: RouteView | null, number: string): ParcelView | undefined {
  return route?.stops
    .flatMap(({ parcels }) => parcels)
    .find(({ tracking_number }) => numberIn(tracking_number) === number);
}
