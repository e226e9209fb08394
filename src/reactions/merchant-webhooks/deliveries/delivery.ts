/** One event at one endpoint: what was or will be sent, and what came of it. */
export interface Delivery {
  /** The `id` of the body and the `webhook-id` of each request. */
  readonly id: string;
  readonly endpointId: string;
  /** The shipment, or what else the event is about. */
  readonly subjectId: string;
  readonly eventId: string;
  readonly type: string;
  readonly sequence: number;
  readonly previousSequence: number | null;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAtMs: number | null;
  /** Of the last answer; null: none was received. */
  readonly lastStatus: number | null;
  /** Why the last attempt failed; null: it did not. */
  readonly lastReason: string | null;
  readonly recordedAtMs: number;
  readonly settledAtMs: number | null;
  /** Its payload was removed together with its shipment. */
  readonly isErased: boolean;
}

export const DELIVERY_STATES = ['waiting', 'delivered', 'dead', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Attempt {
  readonly nr: number;
  readonly atMs: number;
  readonly durationMs: number;
  /** Null: there was no answer. */
  readonly status: number | null;
  /** Null: it was delivered. */
  readonly reason: string | null;
  /** How the answer began. */
  readonly response: string | null;
}

/** Which deliveries of an endpoint; what is absent does not matter. */
export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined;
  readonly type?: string | undefined;
  readonly shipmentId?: string | undefined;
}

/** What is to be sent once more. */
export interface ReplayFilter {
  /** When the event was recorded: from, and to before. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly types?: readonly string[] | undefined;
  /** Default: all that are settled. Those that wait are sent anyway. */
  readonly states?: readonly Exclude<DeliveryState, 'waiting'>[] | undefined;
}

/** How an endpoint has fared in the last day. */
export interface EndpointHealth {
  /** Of all times: what waits to be sent, and since when the oldest does. */
  readonly waiting: number;
  readonly oldestWaitingAtMs: number | null;
  readonly dead: number;
  /** Of events of the last day, the newest `SAMPLE_MAX` of them. */
  readonly day: Readonly<Record<DeliveryState, number>>;
  /** Delivered at the first try, of those delivered. */
  readonly firstTry: number;
}
