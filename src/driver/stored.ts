import type { Courier, DriverEvent, Proof, Refusal, Route, Shift } from './wire.ts';

/**
 * What lies in the storage, and under which keys. A phone may come back after months, so a member is
 * added as optional and none changes its meaning.
 */

/** The courier and key of this phone. */
export interface Enrolment {
  /** `https://hub.example`, without a slash at the end; empty: where the page comes from. */
  readonly hub: string;
  readonly deviceKey: string;
  readonly courier: Courier;
  /** Why the key opens nothing any more; null while it does. */
  readonly revoked: Refusal | null;
}

export type Payload =
  | { readonly kind: 'event'; readonly event: DriverEvent }
  /** Its photos lie under a key of their own, so that listing 200 of them reads no picture. */
  | { readonly kind: 'proof'; readonly proof: Omit<Proof, 'photos'>; readonly photos: number }
  | { readonly kind: 'shift'; readonly shift: Shift; readonly shiftEndsAt: string | null };

export interface QueueItem {
  /** By which the hub recognizes what it has had already. */
  readonly id: string;
  /** Its place in the order; higher than all before it. */
  readonly seq: number;
  /** When it happened, by the phone's clock: an ISO 8601 instant. */
  readonly at: string;
  readonly payload: Payload;
  /** For the courier who looks at the queue, such as the address. */
  readonly label: string;
}

export interface RefusedItem {
  readonly item: QueueItem;
  readonly refusal: Refusal;
  readonly refusedAt: string;
}

/** What a parcel is for the courier. */
export type ParcelState =
  | 'to_load'
  | 'loaded'
  | 'delivered'
  | 'attempted'
  | 'exception'
  | 'returned';

/** What an item made of parcels, shown until the hub tells the same. */
export interface Mark {
  readonly itemId: string;
  readonly shipmentIds: readonly string[];
  readonly state: ParcelState;
  readonly at: string;
  /** When the hub accepted it, epoch ms; null: it waits. */
  readonly acceptedAtMs: number | null;
}

export interface StoredRoute {
  readonly route: Route;
  readonly fetchedAtMs: number;
  /** When it was asked for: what the hub accepted since then may be missing in it. */
  readonly requestedAtMs?: number;
}

/** What the hub was told last of the shift, until a route tells the same. */
export interface ReportedShift {
  readonly shift: Shift;
  readonly acceptedAtMs: number;
}

/** An item that the hub has not taken again and again, without saying why. */
export interface Trouble {
  readonly itemId: string;
  /** In a row, with or without others in the same request. */
  readonly failures: number;
  /** Of these, those of requests that held nothing else. */
  readonly alone: number;
  /** Epoch ms of the first. */
  readonly sinceMs: number;
}

export interface Keys {
  readonly enrolment: string;
  readonly sequence: string;
  readonly route: string;
  readonly shift: string;
  readonly queue: string;
  readonly refused: string;
  readonly marks: string;
  readonly files: string;
  readonly trouble: string;
  /** Where the courier was, by time, until the hub has it. */
  readonly positions: string;
  /** True while the hub may have a subscription of this phone. */
  readonly push: string;
  /** Of an item in the queue or among the refused; of its mark. */
  numbered(prefix: string, seq: number): string;
  /** Its photos: a list of `DriverFile`. */
  filesOf(itemId: string): string;
}

export const COURIERS = 'courier/';
const ENROLMENT = '/enrolment';

export function keysOf(courierId: string): Keys {
  const own = `${COURIERS}${courierId}`;
  return {
    enrolment: own + ENROLMENT,
    sequence: `${own}/sequence`,
    route: `${own}/route`,
    shift: `${own}/shift`,
    queue: `${own}/queue/`,
    refused: `${own}/refused/`,
    marks: `${own}/marks/`,
    files: `${own}/files/`,
    trouble: `${own}/trouble`,
    positions: `${own}/positions/`,
    push: `${own}/push`,
    numbered: (prefix, seq) => prefix + String(seq).padStart(12, '0'),
    filesOf: (itemId) => `${own}/files/${itemId}`,
  };
}

export const isEnrolmentKey = (key: string): boolean => key.endsWith(ENROLMENT);
