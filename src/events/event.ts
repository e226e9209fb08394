import type { Tenant } from '../kernel/tenant.ts';
import { type EventType, groupEventTypes } from './event-types.ts';
import type { ShipmentView } from './shipment-view.ts';

/** Where and when an event stands in the log, and whose it is. */
export interface EventPlace {
  readonly id: string;
  readonly tenant: Tenant;
  readonly subjectId: string;
  /** 1, 2, 3 … among the events about this subject. */
  readonly sequence: number;
  readonly occurredAtMs: number;
  readonly recordedAtMs: number;
  readonly shard: number;
  readonly position: bigint;
}

export type ShipmentEventType = Extract<
  EventType,
  `shipment.${string}` | `delivery_request.${string}`
>;
type CarrierAccountEventType = Extract<EventType, `carrier_account.${string}`>;
type CourierEventType = Extract<EventType, `courier.${string}`>;
type WebhookEndpointEventType = Extract<EventType, `webhook_endpoint.${string}`>;

/** Members that entries of every version have; the others may have come later. */
type AlwaysThere = 'id' | 'carrier' | 'tracking_number' | 'status' | 'created_at';

/** The shipment right after an event, as far as the version that wrote it knew its members. */
export type LoggedShipment = Pick<ShipmentView, AlwaysThere> &
  Partial<Omit<ShipmentView, AlwaysThere>> &
  HowItCame;

/** What an entry says of itself beside the shipment. */
type HowItCame = {
  /** The past was understood anew, and nothing happened: nobody is told. */
  readonly quiet?: true;
  /** What was known before was read by another mapping. */
  readonly remapped?: true;
  /** A person said that trouble is over. */
  readonly resumed?: true;
};

/** A case as the log tells it; the exceptions reaction writes it and knows what its words mean. */
export type LoggedCase = {
  readonly id: string;
  readonly kind: string;
  readonly reason: string | null;
  readonly state: 'open' | 'closed';
  readonly attempts: number;
  readonly deadline_at: string | null;
};

type CaseUpdate = {
  readonly case: LoggedCase;
  /** What was done about it, as its history names it. */
  readonly happened: readonly string[];
};

/** What some types say beside the shipment; nothing personal. */
export interface Beside {
  'shipment.exception_opened': CaseUpdate;
  'shipment.exception_updated': CaseUpdate;
  'shipment.exception_resolved': CaseUpdate;
  'shipment.proof_added': {
    readonly proof: {
      readonly id: string;
      /** Which requirements it meets: `photo`, `signature`, `name`, `pin`. */
      readonly kinds: readonly string[];
      readonly by: 'merchant' | 'courier';
      readonly captured_at: string;
      /** What the delivery still needs. */
      readonly missing: readonly string[];
    };
  };
  'shipment.arriving': {
    readonly arriving: {
      readonly expected_at: string;
      /** The courier is expected soon, or is close by. */
      readonly because: 'time' | 'distance';
      readonly stops_before: number;
    };
  };
  'shipment.assigned': {
    readonly courier: {
      readonly id: string;
      readonly at: string;
      /** By taking it, by the hub, by a dispatcher, or by scanning it. */
      readonly how: 'accepted' | 'auto' | 'dispatcher' | 'scanned';
    };
  };
  'shipment.unassigned': {
    /** Who was to bring it. */
    readonly courier: { readonly id: string; readonly at: string; readonly why: string };
  };
  'shipment.unassignable': {
    readonly delivery: {
      readonly id: string;
      /** Since when it has been looking for a courier. */
      readonly open_since: string;
      /** How many were asked. */
      readonly asked: number;
    };
  };
  'delivery_request.resolved': {
    readonly delivery_request: {
      readonly id: string;
      readonly kind: string;
      readonly state: 'accepted' | 'done' | 'refused';
      readonly made_by: 'recipient' | 'merchant' | 'operator';
    };
  };
}

type Nothing = Readonly<Record<never, never>>;

/** What an event of that type says beside the shipment. */
export type BesideShipment<Type extends ShipmentEventType> = Type extends keyof Beside
  ? Beside[Type]
  : Nothing;

/** Members of a shipment, and of its case, that changed, as they were. */
export type PreviousShipment = Partial<ShipmentView> & {
  /** Null: there was none. */
  readonly case?: Readonly<Record<string, unknown>> | null;
};

export interface ShipmentEventOf<Type extends ShipmentEventType> extends EventPlace {
  readonly about: 'shipment';
  readonly type: Type;
  readonly data: LoggedShipment & BesideShipment<Type>;
  readonly previousAttributes: PreviousShipment;
}

/** Something happened to a parcel. */
export type ShipmentEvent = {
  [Type in ShipmentEventType]: ShipmentEventOf<Type>;
}[ShipmentEventType];

/** A carrier account began or ceased to work. */
export interface CarrierAccountEvent extends EventPlace {
  readonly about: 'carrier_account';
  readonly type: CarrierAccountEventType;
  readonly data: {
    readonly id: string;
    readonly carrier: string;
    readonly label: string;
    readonly state: string;
    readonly previous_state: string;
    /** One sentence; never a secret. */
    readonly reason: string;
  };
  readonly previousAttributes: { readonly state?: string };
}

/** One of a merchant's endpoints is posted to no more. */
export interface WebhookEndpointEvent extends EventPlace {
  readonly about: 'webhook_endpoint';
  readonly type: WebhookEndpointEventType;
  readonly data: {
    readonly id: string;
    readonly mode: Tenant['mode'];
    readonly description: string;
    readonly state: 'disabled';
    readonly disabled_reason: string;
    readonly disabled_at: string;
  };
  readonly previousAttributes: { readonly state?: string };
}

/** Nothing is heard of a courier who has parcels. Names and places are in no event. */
export interface CourierEvent extends EventPlace {
  readonly about: 'courier';
  readonly type: CourierEventType;
  readonly data: {
    readonly id: string;
    readonly courier_id: string;
    readonly silent_since: string;
    /** Its case is the one to look at; null: no parcel on the route is registered. */
    readonly shipment_id: string | null;
  };
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

/** Its subject was erased since, or by it: it tells no more than that it was there. */
interface ErasedEvent extends EventPlace {
  readonly about: 'erased';
  readonly type: EventType;
  readonly data: ErasedData;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

type ErasedData = { readonly id: string; readonly deleted: true };

/**
 * Of a type that this version does not know, as a newer one wrote it, or without what its type must
 * have. It is passed on as it is to whoever tells of all; nobody acts on it.
 */
interface UnknownEvent extends EventPlace {
  readonly about: 'unknown';
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

/** An entry of the event log, read. */
export type Event =
  | ShipmentEvent
  | CarrierAccountEvent
  | WebhookEndpointEvent
  | CourierEvent
  | ErasedEvent
  | UnknownEvent;

/** What events of that type are about; never: there is no such event. */
export type AboutOf<Type extends EventType> = Type extends ShipmentEventType
  ? 'shipment'
  : Type extends CarrierAccountEventType
    ? 'carrier_account'
    : Type extends WebhookEndpointEventType
      ? 'webhook_endpoint'
      : Type extends CourierEventType
        ? 'courier'
        : never;

/** What is left in the log of a subject that was erased. */
export function erasedData(subjectId: string): ErasedData {
  return { id: subjectId, deleted: true };
}

/** Part of the `data` of entries that nobody is to be notified of. */
export const QUIET = { quiet: true } as const;

/**
 * The past was understood anew, and nothing happened: whoever tells people or machines of what
 * happens passes over such an event. Whoever keeps something in step with the log does not.
 */
export function isQuiet({ data }: Pick<Event, 'data'>): boolean {
  return 'quiet' in data && data.quiet === true;
}

/** It was deleted: by it or since, nothing is left in the log of what it was. */
export function isDeletion({ type }: Pick<Event, 'type'>): boolean {
  return type === 'shipment.deleted';
}

/** What may change what the public is shown of a parcel: pages, answers, live streams, caches. */
export const SHOWN_TO_PUBLIC = groupEventTypes({
  shown: [
    'shipment.created',
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.edd_changed',
    'shipment.tracking_updated',
    'shipment.updated',
    'shipment.expired',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
    'shipment.delay_predicted',
    'shipment.arriving',
    'shipment.deleted',
  ],
  hidden: [
    'shipment.proof_added',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'courier.silent',
  ],
}).shown;
