import type { ParcelView, RouteView } from '../../driver/index.ts';

/** Longer than any tracking number; a longer code is something else. */
const CHARS_MAX = 64;

/**
 * The number in scanned or typed text: upper case, without blanks and dashes. For a link its last
 * path segment, because a QR code may hold the address of the tracking page. Empty: none.
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
