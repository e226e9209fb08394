import { isDeepStrictEqual } from 'node:util';
import type { PublicTrack } from '../../tracking/ports/public-tracks.ts';

/** A parcel as the public sees it at one moment. `version` identifies exactly this content. */
export interface ParcelUpdate {
  readonly version: string;
  readonly track: PublicTrack;
  /** The courier's position, as far as this client may see it; absent: unknown, or not allowed. */
  readonly location?: object | null;
}

/** How long a client waits before it connects again after a break. */
const RECONNECT_MS = 3_000;

/**
 * The opening of a stream: a first byte for proxies that wait for one, and the delay for
 * reconnecting.
 */
export const OPENING = `retry: ${RECONNECT_MS}\n\n`;

/** A comment that prevents proxies from closing an apparently dead connection. */
export const HEARTBEAT = ': still here\n\n';

/** The parcel is no longer followed by anyone: nothing more will come. */
export const GONE = 'event: gone\ndata: {}\n\n';

/**
 * The server-sent events about `now` for a client that last received `before` (null: nothing yet):
 * `status` when anything but the date changed, `edd` when the date changed. Each has the version as
 * its id, so a client that reconnects sends the version it has. `position` is sent when the courier
 * has moved, if the client may see that.
 */
export function framesOf(before: ParcelUpdate | null, now: ParcelUpdate): string {
  const locationFrames = locationFrame(before?.location ?? null, now.location ?? null);
  if (before !== null && before.version === now.version) return locationFrames;
  const hasDateChange =
    before === null ||
    !isDeepStrictEqual(before.track.estimated_delivery, now.track.estimated_delivery);
  const hasOtherChange = before === null || !equalWithoutDate(before.track, now.track);
  return [
    ...(hasOtherChange ? [frame('status', now.version, statusData(now))] : []),
    ...(hasDateChange ? [frame('edd', now.version, eddData(now))] : []),
    locationFrames,
  ].join('');
}

function equalWithoutDate(a: PublicTrack, b: PublicTrack): boolean {
  return isDeepStrictEqual(withoutDate(a), withoutDate(b));
}

function withoutDate({
  estimated_delivery: _,
  previous_estimate: __,
  moved: ___,
  ...rest
}: PublicTrack) {
  return rest;
}

function statusData({ version, track }: ParcelUpdate): Record<string, unknown> {
  return {
    version,
    tracking_number: track.tracking_number,
    carrier: track.carrier,
    status: track.status,
    sub_status: track.sub_status,
    status_text: track.status_text,
    confirmed: track.confirmed,
    last_event: track.events[0] ?? null,
  };
}

function eddData({ version, track }: ParcelUpdate): Record<string, unknown> {
  return {
    version,
    tracking_number: track.tracking_number,
    carrier: track.carrier,
    estimated_delivery: track.estimated_delivery,
  };
}

/**
 * A frame with the courier's position. It has no id, so that the client's last seen version of the
 * parcel stays.
 */
function locationFrame(before: object | null, now: object | null): string {
  if (isDeepStrictEqual(before, now)) return '';
  return `event: position\ndata: ${JSON.stringify(now)}\n\n`;
}

/** A server-sent event. JSON has no line breaks of its own, so one `data:` line holds it. */
export function frame(event: string, id: string, data: Record<string, unknown>): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
