import { metresBetween } from '../../kernel/places/distance.ts';
import { READ_STATUSES, type ReadStatus, STATUSES } from '../../kernel/status.ts';
import { parseOffset, wallClockMs } from '../../kernel/time/place-time.ts';

/** Origin or destination of a parcel; empty text and null if unknown. */
export interface ParcelPlace {
  readonly country: string;
  readonly region: string;
  readonly postal: string;
  readonly lat: number | null;
  readonly lng: number | null;
}

/** A parcel as predictions know it: completed if it has a delivery, else under way. */
export interface Parcel {
  readonly id: string;
  readonly carrier: string;
  readonly serviceLevel: string;
  readonly sender: string;
  readonly origin: ParcelPlace;
  readonly destination: ParcelPlace;
  readonly weightG: number | null;
  readonly labelAt: Moment | null;
  readonly handedOverAt: Moment;
  readonly deliveredAt: Moment | null;
  /** Day of the promise, in days since 1970-01-01 at the destination. */
  readonly promisedDay: number | null;
  /** From 0 to 1, see `WeatherSeverity`; absent: unknown. */
  readonly weather?: number;
  /** Reports since its acceptance; absent: unknown. See `usableStops`. */
  readonly stops?: readonly ParcelStop[];
}

/** A parcel as it is known while it is under way. */
export type OpenParcel = Omit<Parcel, 'deliveredAt'>;

export interface CompletedParcel extends Parcel {
  readonly deliveredAt: Moment;
}

const DAY_MS = 86_400_000;

export function isCompleted(parcel: Parcel): parcel is CompletedParcel {
  return parcel.deliveredAt !== null;
}

/**
 * Days from acceptance to delivery in local times: added to the local time of acceptance they
 * give the date at the destination. The zones' difference is nearly constant, and the lane's
 * history learns it; never negative.
 */
export function transitDays({ handedOverAt, deliveredAt }: CompletedParcel): number {
  return Math.max(0, (deliveredAt.wallMs - handedOverAt.wallMs) / DAY_MS);
}

/** A written time: the instant, and the local clock and calendar. */
export interface Moment {
  /** Epoch milliseconds; without a written offset, the clock read as UTC. */
  readonly instantMs: number;
  /** What the clock showed, read as if it were UTC: its days are the place's own. */
  readonly wallMs: number;
}

const MINUTE_MS = 60_000;
/** The maximum length of a written time; no longer text reaches a pattern. */
const CHARS_MAX = 40;

const CLOCK = /^\d{2}:\d{2}(?::\d{2})?/;
const FRACTION = /^\.\d+/;

/**
 * Reads `2018-05-02`, `2018-05-02 10:00` or `2018-05-02T10:00:00.000-03:00`. Returns null for
 * anything else, and for dates that no calendar has. A date alone is its midnight.
 */
export function momentOf(text: string): Moment | null {
  if (text.length > CHARS_MAX) return null;
  const date = text.slice(0, 10);
  if (text.length === 10) return momentAt(`${date}T00:00`, '');
  const clock = CLOCK.exec(text.slice(11))?.[0];
  if (clock === undefined || (text[10] !== 'T' && text[10] !== ' ')) return null;
  return momentAt(
    `${date}T${clock}`,
    text
      .slice(11 + clock.length)
      .replace(FRACTION, '')
      .trim(),
  );
}

/** `local` is `2018-05-02T10:00[:00]`. */
function momentAt(local: string, zone: string): Moment | null {
  const wallMs = wallClockMs(local);
  const offsetMin = zone === '' ? 0 : parseOffset(zone);
  if (wallMs === null || offsetMin === null) return null;
  return { wallMs, instantMs: wallMs - offsetMin * MINUTE_MS };
}

/** Whole days since 1970-01-01 on the calendar of the place. */
export function localDay(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

/** A scan of a parcel between its acceptance and its delivery. */
export interface ParcelStop {
  readonly at: Moment;
  readonly status: ReadStatus;
  /** ISO 3166-1 alpha-2; empty if unknown. */
  readonly country: string;
  /** The building, else the city; empty if unknown. */
  readonly facility: string;
  /** The carrier's date at that moment, in days since 1970-01-01; null: none. */
  readonly estimateDay: number | null;
}

/** The maximum number of stops: older ones add nothing. */
export const STOPS_MAX = 40;

const PAST_HAND_OVER = new Set<ReadStatus>(
  STATUSES.slice(STATUSES.indexOf('picked_up'), STATUSES.indexOf('returning')),
);

/** The part of a parcel that decides which stops can be its own. */
interface Stopping {
  readonly handedOverAt: Moment;
  readonly deliveredAt?: Moment | null;
  readonly stops?: readonly ParcelStop[];
}

/**
 * The stops of a parcel by `nowMs`, oldest first, the newest at most `STOPS_MAX`: without
 * impossible ones (no time, not after acceptance, not before the delivery, from the future),
 * without those that say nothing about its route, and without repeats.
 */
export function usableStops(
  { stops = [], handedOverAt, deliveredAt }: Stopping,
  nowMs: number,
): readonly ParcelStop[] {
  if (stops.length === 0) return [];
  const endMs = Math.min(nowMs, (deliveredAt?.instantMs ?? Infinity) - 1);
  const known = new Set<string>();
  return stops
    .filter(({ at, status, facility }) => {
      const isThen = at.instantMs > handedOverAt.instantMs && at.instantMs <= endMs;
      if (!isThen || !Number.isFinite(at.wallMs) || !PAST_HAND_OVER.has(status)) return false;
      const key = `${at.instantMs} ${status} ${facility}`;
      if (known.has(key)) return false;
      known.add(key);
      return true;
    })
    .sort(
      (a, b) =>
        a.at.instantMs - b.at.instantMs ||
        rankOf(a) - rankOf(b) ||
        (a.facility < b.facility ? -1 : 1),
    )
    .slice(-STOPS_MAX);
}

/** The rank of simultaneous scans, in the order in which a parcel meets them. */
function rankOf({ status }: ParcelStop): number {
  return READ_STATUSES.indexOf(status);
}

/**
 * How bad the weather is at a destination: a port without a shipped implementation. Without it the
 * feature is missing, and a model neither learns nor uses it.
 */
export interface WeatherSeverity {
  /**
   * The severity forecast at that moment for the following days: from 0 (no delays) to 1 (nothing
   * moves); null: unknown. Consumers of the log wait for the answer, so it must come from a nearby
   * cache. Called once for a parcel, at its acceptance.
   */
  severityAt(destination: ParcelPlace, at: Moment): Promise<number | null>;
}

/** Queries the port; null if it fails or returns no severity. */
export async function weatherSeverity(
  port: WeatherSeverity,
  destination: ParcelPlace,
  at: Moment,
): Promise<number | null> {
  const severity = async () => port.severityAt(destination, at);
  return severityOf(await severity().catch(() => null));
}

/** A severity that can be learned from; null: invalid. */
export function severityOf(value: number | null): number | null {
  return value !== null && value >= 0 && value <= 1 ? value : null;
}

/**
 * The parcel as parcels under way are known: carriers and shops name places by region and postal
 * code, without coordinates. A model trained or judged with coordinates would know more than
 * predictions do.
 */
export function withoutCoordinates(parcel: Parcel): Parcel {
  return {
    ...parcel,
    origin: withoutPosition(parcel.origin),
    destination: withoutPosition(parcel.destination),
  };
}

function withoutPosition(place: ParcelPlace): ParcelPlace {
  return { ...place, lat: null, lng: null };
}

/** Straight-line kilometres; NaN if either place has no coordinates. */
export function distanceKm(from: ParcelPlace, to: ParcelPlace): number {
  if (from.lat === null || from.lng === null || to.lat === null || to.lng === null) return NaN;
  const [start, end] = [
    { lat: from.lat, lng: from.lng },
    { lat: to.lat, lng: to.lng },
  ];
  return metresBetween(start, end) / 1_000;
}

/**
 * The sender of a parcel, under a name that is unique among all merchants. One model learns from
 * the parcels of all merchants of a deployment, and senders of the same name at two merchants must
 * remain separate. Training and prediction must name them alike.
 */
export function pooledSender(merchantId: string, senderId: string): string {
  return `${merchantId}/${senderId}`;
}
