import type { Tenant } from '../kernel/tenant.ts';
import { type EventType, groupEventTypes } from './event-types.ts';
import type { ShipmentView } from './shipment-view.ts';

/** An event's place in the log, and its owner. */
export interface EventPlace {
  readonly id: string;
  readonly tenant: Tenant;
  readonly subjectId: string;
  /** Its number among the events about this subject: 1, 2, 3 … */
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
type ShopEventType = Extract<EventType, `shop.${string}`>;

/** Members that entries of every version have; the others may have been added later. */
type AlwaysThere = 'id' | 'carrier' | 'tracking_number' | 'status' | 'created_at';

/** The shipment right after an event, with the members that the writing version knew. */
export type LoggedShipment = Pick<ShipmentView, AlwaysThere> &
  Partial<Omit<ShipmentView, AlwaysThere>> &
  EntryOrigin;

/** Why an entry was written; stored with the shipment. */
type EntryOrigin = {
  /** Only the hub's knowledge of the past changed and nothing happened, so nobody is notified. */
  readonly quiet?: true;
  /** Known facts were read with another mapping. */
  readonly remapped?: true;
  /** A person said that the problem is solved. */
  readonly resumed?: true;
  /** The bridge that reported the status; absent: another source did. */
  readonly via?: string;
};

/** A case as it is logged; the exceptions reaction writes it and defines the values. */
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
  /** What was done about it, by the names in its history. */
  readonly happened: readonly string[];
};

/** The extra data of events of some types, in addition to the shipment; nothing personal. */
export interface EventExtra {
  'shipment.exception_opened': CaseUpdate;
  'shipment.exception_updated': CaseUpdate;
  'shipment.exception_resolved': CaseUpdate;
  'shipment.proof_added': {
    readonly proof: {
      readonly id: string;
      /** The requirements it meets: `photo`, `signature`, `name`, `pin`. */
      readonly kinds: readonly string[];
      readonly by: 'merchant' | 'courier';
      readonly captured_at: string;
      /** The proofs that the delivery still lacks. */
      readonly missing: readonly string[];
    };
  };
  'shipment.arriving': {
    readonly arriving: {
      readonly expected_at: string;
      /**
       * Why it is announced: the courier is expected soon (`time`), or is close by (`distance`).
       */
      readonly because: 'time' | 'distance';
      readonly stops_before: number;
    };
  };
  'shipment.assigned': {
    readonly courier: {
      readonly id: string;
      readonly at: string;
      /**
       * How the courier got it: accepted it, or was assigned by the hub, by a dispatcher or by a
       * scan.
       */
      readonly how: 'accepted' | 'auto' | 'dispatcher' | 'scanned';
    };
  };
  'shipment.unassigned': {
    /** The courier who had it before. */
    readonly courier: { readonly id: string; readonly at: string; readonly why: string };
  };
  'shipment.unassignable': {
    readonly delivery: {
      readonly id: string;
      /** Since when it has been without a courier. */
      readonly open_since: string;
      /** How many couriers got an offer. */
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

/** The extra data of an event of that type. */
export type EventExtraOf<Type extends ShipmentEventType> = Type extends keyof EventExtra
  ? EventExtra[Type]
  : Nothing;

/** Previous values of the changed members of a shipment and its case. */
export type PreviousShipment = Partial<ShipmentView> & {
  /** The case's previous members; null if there was no case. */
  readonly case?: Readonly<Record<string, unknown>> | null;
};

export interface ShipmentEventOf<Type extends ShipmentEventType> extends EventPlace {
  readonly about: 'shipment';
  readonly type: Type;
  readonly data: LoggedShipment & EventExtraOf<Type>;
  readonly previousAttributes: PreviousShipment;
}

/** Something happened to a parcel. */
export type ShipmentEvent = {
  [Type in ShipmentEventType]: ShipmentEventOf<Type>;
}[ShipmentEventType];

/** A carrier account started or stopped working. */
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

/** A merchant's endpoint no longer receives deliveries. */
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

/** The hub no longer reads and writes a merchant's shop. */
export interface ShopConnectionEvent extends EventPlace {
  readonly about: 'shop';
  readonly type: ShopEventType;
  readonly data: {
    readonly id: string;
    readonly mode: Tenant['mode'];
    readonly platform: string;
    readonly url: string;
    readonly status: 'disabled';
    readonly disabled_reason: string;
    readonly disabled_at: string;
  };
  readonly previousAttributes: { readonly status?: string };
}

/** No reports from a courier who has parcels. Events contain no names and places. */
export interface CourierEvent extends EventPlace {
  readonly about: 'courier';
  readonly type: CourierEventType;
  readonly data: {
    readonly id: string;
    readonly courier_id: string;
    readonly silent_since: string;
    /** The shipment whose case to open; null: no parcel on the route is registered. */
    readonly shipment_id: string | null;
  };
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

/** An event whose subject was erased, by it or later. It only shows that the subject existed. */
interface ErasedEvent extends EventPlace {
  readonly about: 'erased';
  readonly type: EventType;
  readonly data: ErasedData;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

type ErasedData = { readonly id: string; readonly deleted: true };

/**
 * An entry of a type unknown to this version, because a newer one wrote it, or without its type's
 * required data. Consumers of all events pass it on unchanged; nobody acts on it.
 */
interface UnknownEvent extends EventPlace {
  readonly about: 'unknown';
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

/** A parsed entry of the event log. */
export type Event =
  | ShipmentEvent
  | CarrierAccountEvent
  | WebhookEndpointEvent
  | ShopConnectionEvent
  | CourierEvent
  | ErasedEvent
  | UnknownEvent;

/** What events of that type are about; `never` if there is no such event. */
export type AboutOf<Type extends EventType> = Type extends ShipmentEventType
  ? 'shipment'
  : Type extends CarrierAccountEventType
    ? 'carrier_account'
    : Type extends WebhookEndpointEventType
      ? 'webhook_endpoint'
      : Type extends ShopEventType
        ? 'shop'
        : Type extends CourierEventType
          ? 'courier'
          : never;

/** What remains in the log of an erased subject. */
export function erasedData(subjectId: string): ErasedData {
  return { id: subjectId, deleted: true };
}

/** The member in the `data` of entries without notifications. */
export const QUIET = { quiet: true } as const;

/**
 * Whether only the hub's knowledge of the past changed and nothing happened. Consumers that notify
 * people or machines skip such an event. Consumers that mirror the log's state do not.
 */
export function isQuiet({ data }: Pick<Event, 'data'>): boolean {
  return 'quiet' in data && data.quiet === true;
}

/** Whether the event deleted its subject. Nothing of the subject's data is left in the log. */
export function isDeletion({ type }: Pick<Event, 'type'>): boolean {
  return type === 'shipment.deleted';
}

const DISPLAYS = groupEventTypes({
  publicly: [
    'shipment.created',
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.delivery_withdrawn',
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
  inConsole: ['shipment.assigned', 'shipment.unassigned'],
  nowhere: [
    'shipment.proof_added',
    'shipment.unassignable',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'shop.disabled',
    'courier.silent',
  ],
});

/** Events that may change a parcel's public display: pages, answers, live streams, caches. */
export const SHOWN_TO_PUBLIC = DISPLAYS.publicly;
/** Events that change a parcel's display in the console only, so shared caches need no purge. */
export const SHOWN_IN_CONSOLE = DISPLAYS.inConsole;
