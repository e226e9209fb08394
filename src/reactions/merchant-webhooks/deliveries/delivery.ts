import type { ErrorText } from '../../../kernel/errors.ts';

/** One event at one endpoint: the request, sent or waiting, and its result. */
export interface Delivery {
  /** The `id` of the body and the `webhook-id` of each request. */
  readonly id: string;
  readonly endpointId: string;
  /** The id of the shipment, or of whatever else the event is about. */
  readonly subjectId: string;
  readonly eventId: string;
  readonly type: string;
  readonly sequence: number;
  readonly previousSequence: number | null;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAtMs: number | null;
  /** The HTTP status of the last answer; null: none was received. */
  readonly lastStatus: number | null;
  /** Why the last attempt failed; null: it did not. */
  readonly lastReason: ErrorText | null;
  readonly recordedAtMs: number;
  readonly settledAtMs: number | null;
  /** Whether the payload was erased together with its shipment. */
  readonly isErased: boolean;
}

export const DELIVERY_STATES = ['waiting', 'delivered', 'dead', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Attempt {
  readonly nr: number;
  readonly atMs: number;
  readonly durationMs: number;
  /** The HTTP status of the answer; null: there was none. */
  readonly status: number | null;
  /** Null: it was delivered. */
  readonly reason: ErrorText | null;
  /** The beginning of the answer. */
  readonly response: string | null;
}

/** Selects deliveries of an endpoint; absent members do not filter. */
export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined;
  readonly type?: string | undefined;
  readonly shipmentId?: string | undefined;
}

/** Selects the deliveries to send again. */
export interface ReplayFilter {
  /** When the event was recorded: from inclusive, to exclusive. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly types?: readonly string[] | undefined;
  /** Default: all settled ones. Waiting ones are sent anyway. */
  readonly states?: readonly Exclude<DeliveryState, 'waiting'>[] | undefined;
}

/** The results of an endpoint in the last day. */
export interface EndpointHealth {
  /** The number of waiting deliveries, regardless of their age; and since when the oldest waits. */
  readonly waiting: number;
  readonly oldestWaitingAtMs: number | null;
  readonly dead: number;
  /**
   * The number in each state among the events of the last day, or the newest `SAMPLE_MAX` of them.
   */
  readonly day: Readonly<Record<DeliveryState, number>>;
  /** The number of those delivered at the first attempt. */
  readonly firstTry: number;
}
