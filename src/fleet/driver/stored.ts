import type { DriverStorage } from './ports.ts';
import type { Courier, DriverEvent, Proof, Refusal, Route, Shift } from './wire.ts';

/**
 * What is stored on the phone, and under which keys. A phone may come back after months, so new
 * members are optional and none changes its meaning.
 */

/** The courier and key of this phone. */
export interface Enrolment {
  /**
   * The hub's address, such as `https://hub.example`, without a trailing slash; empty: the page's
   * own origin.
   */
  readonly hub: string;
  readonly deviceKey: string;
  readonly courier: Courier;
  /** Why the key is no longer valid; null: it is valid. */
  readonly revoked: Refusal | null;
}

export type Payload =
  | { readonly kind: 'event'; readonly event: DriverEvent }
  /** A proof. Its photos have a key of their own, so that listing 200 items reads no picture. */
  | { readonly kind: 'proof'; readonly proof: Omit<Proof, 'photos'>; readonly photos: number }
  | {
      readonly kind: 'shift';
      readonly shift: Shift;
      readonly shiftEndsAt: string | null;
      /** Pauses the shift that runs, or lets it go on; absent: it starts or ends. */
      readonly paused?: boolean;
    };

export interface QueueItem {
  /** The id by which the hub detects duplicates. */
  readonly id: string;
  /** Its place in the order; higher than that of all items before it. */
  readonly seq: number;
  /** When it happened by the phone's clock, as an ISO 8601 instant. */
  readonly at: string;
  readonly payload: Payload;
  /** What the courier sees in the queue, such as the address. */
  readonly label: string;
}

export interface RefusedItem {
  readonly item: QueueItem;
  readonly refusal: Refusal;
  readonly refusedAt: string;
}

/** The state of a parcel for the courier. */
export type ParcelState =
  | 'to_load'
  | 'loaded'
  | 'delivered'
  | 'attempted'
  | 'exception'
  | 'returned';

/** An item's effect on parcels, shown until the hub's route includes it. */
export interface Mark {
  readonly itemId: string;
  readonly shipmentIds: readonly string[];
  readonly state: ParcelState;
  readonly at: string;
  /** When the hub accepted it, epoch ms; null: it is waiting. */
  readonly acceptedAtMs: number | null;
}

export interface StoredRoute {
  readonly route: Route;
  readonly fetchedAtMs: number;
  /** When the route was requested. What the hub accepted after that may be missing in it. */
  readonly requestedAtMs?: number;
}

/** The shift last reported to the hub, until a route confirms it. */
export interface ReportedShift {
  readonly shift: Shift;
  readonly paused?: boolean;
  readonly acceptedAtMs: number;
}

/** An item that repeatedly failed without a reason from the hub. */
export interface Trouble {
  readonly itemId: string;
  /** Consecutive failures, with or without others in the same request. */
  readonly failures: number;
  /** How many of these were failures of requests that held nothing else. */
  readonly alone: number;
  /** The time of the first failure, epoch ms. */
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
  /** The prefix of the courier's positions, which are stored by time until the hub has them. */
  readonly positions: string;
  /** The key of a flag that is true while the hub may have a subscription for this phone. */
  readonly push: string;
  /** The key of a queued or refused item, or of its mark. */
  numbered(prefix: string, seq: number): string;
  /** The key of its photos, a list of `DriverFile`. */
  filesOf(itemId: string): string;
}

export const COURIERS = 'courier/';
const ENROLMENT = '/enrolment';

/** The keys under which a courier's data is stored. */
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

/** A storage in memory, for tests and for phones that need no persistence. */
export function memoryStorage(entries: Iterable<readonly [string, unknown]> = []): DriverStorage {
  const values = new Map<string, unknown>(entries);
  const keysOf = (prefix: string) =>
    [...values.keys()].filter((key) => key.startsWith(prefix)).sort();
  return {
    get: async (key) => structuredClone(values.get(key)),
    list: async (prefix) =>
      keysOf(prefix).map((key) => [key, structuredClone(values.get(key))] as const),
    async write(changes) {
      const copies = changes.map(([key, value]) => [key, structuredClone(value)] as const);
      for (const [key, value] of copies) {
        if (value === undefined) values.delete(key);
        else values.set(key, value);
      }
    },
  };
}
