import type { Moment } from './moment.ts';
import type { ParcelStop } from './parcel-stop.ts';

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
  /** Reports since its hand-over; absent: unknown. See `usableStops`. */
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
 * Days from hand-over to delivery in local times: added to the local time of the hand-over they
 * give the date at the destination. The zones' difference is nearly constant, and the lane's
 * history learns it; never negative.
 */
export function transitDays({ handedOverAt, deliveredAt }: CompletedParcel): number {
  return Math.max(0, (deliveredAt.wallMs - handedOverAt.wallMs) / DAY_MS);
}
