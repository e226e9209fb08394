import type { WebhookVerifier } from '../adapters/contract/contract.ts';
import type { Status } from '../kernel/status.ts';

/**
 * A shop platform: a folder in `platforms/` whose `index.ts` exports `platform`. It says what its
 * payloads mean and which requests to send. Storage, retries, order and deduplication are shared.
 */
export interface ShopPlatform {
  /** The name of its folder. */
  readonly id: string;
  /** As people write it. */
  readonly name: string;
  /** What a merchant enters to connect; none of them: the shop's own page asks for permission. */
  readonly credentials: readonly CredentialField[];
  /** Which settings it uses; absent: none. */
  readonly settings?: readonly (keyof ShopSettings)[];
  /** Returns what is wrong with the platform's own settings, as a sentence; null: nothing is. */
  readonly checkSettings?: (settings: ShopSettings) => string | null;
  /** `standard`: as Standard Webhooks write it; `hex`: letters and digits only. */
  readonly secretForm: 'standard' | 'hex';
  readonly webhook: WebhookVerifier & {
    /** Whether a request only tests the URL: it is unsigned, answered with 200 and not stored. */
    isPing?(headers: Readonly<Record<string, string | undefined>>): boolean;
  };
  /** Reads a verified webhook. Pure and total. */
  readonly readEvent: (event: ReceivedEvent) => ShopEvent;
  /** Permission on a page of the shop; absent: credentials are entered by hand. */
  readonly authorization?: Authorization;
  /** Calls to the shop; absent: it only sends. */
  readonly api?: ShopApi;
}

interface CredentialField {
  readonly name: string;
  readonly isRequired: boolean;
}

/** Settings of a connection; each platform uses those that concern it. */
export interface ShopSettings {
  /** Write a private note to the order with each status. */
  readonly order_notes?: boolean | undefined;
  /** The order's own status in the shop once all of its parcels are delivered; absent: unchanged. */
  readonly delivered_status?: string | undefined;
  /** How to read the bodies of a generic shop, in YAML. */
  readonly mapping?: string | undefined;
  /** How the shop appears to its customers, where that differs from its merchant. */
  readonly brand_name?: string | undefined;
  readonly brand_logo_url?: string | undefined;
  readonly brand_color?: string | undefined;
}

export interface ReceivedEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly settings: ShopSettings;
}

export type ShopEvent =
  /**
   * The event is signed with its time, so that its content can be trusted, unless a later one about
   * the order was received.
   */
  | {
      readonly kind: 'orders';
      readonly sentAtMs: number;
      readonly orders: readonly ShopOrder[];
    }
  /** Something about an order changed: it is read from the shop. */
  | { readonly kind: 'changed'; readonly orderId: string }
  | { readonly kind: 'deleted'; readonly orderId: string }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** An order, with what the shop knows of its parcels. */
export interface ShopOrder {
  readonly id: string;
  /** The number that the customer knows. */
  readonly number: string;
  readonly orderedAtMs: number;
  readonly isCancelled: boolean;
  readonly recipient: ShopRecipient;
  readonly destination: Readonly<Record<string, string>> | null;
  /** Whether the customer may get messages about the parcel. */
  readonly allowsMessages: boolean;
  readonly items: readonly ShopItem[];
  readonly parcels: readonly ShopParcel[];
}

export interface ShopRecipient {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** BCP 47. */
  readonly locale: string | null;
}

export interface ShopItem {
  readonly id: string;
  readonly name: string;
  readonly quantity: number;
}

/** A tracking number of an order. */
export interface ShopParcel {
  readonly trackingNumber: string;
  /** The shop's word for the carrier; null: it says nothing. */
  readonly carrier: string | null;
  /** Null: unknown. */
  readonly shippedAtMs: number | null;
  /** The items in it by id; null: the shop does not say. */
  readonly itemIds: readonly string[] | null;
}

export interface Authorization {
  /** Returns the page where a person allows the connection. */
  page(shop: { readonly url: string; readonly secret: string } & AuthorizationUrls): string;
  /**
   * Reads the shop's answer: the one-time secret that it repeats, and the credentials. Null: it is
   * no such answer.
   */
  read(
    text: string,
  ): { readonly secret: string; readonly credentials: Readonly<Record<string, string>> } | null;
}

export interface AuthorizationUrls {
  /** Where the shop sends the credentials. */
  readonly callbackUrl: string;
  /** Where the person goes afterwards. */
  readonly returnUrl: string;
}

/** A shop that can be called. */
export interface CallableShop {
  readonly url: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly settings: ShopSettings;
  /** Where and with which secret the shop sends webhooks; null: it cannot reach the hub. */
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  /** With which the hub and the shop sign. */
  readonly webhookSecret: string;
  readonly nowMs: () => number;
  readonly randomHex: () => string;
  /** Sends a request. Rejects with `ShopFailure` unless the answer is a 2xx. */
  readonly send: (request: ShopRequest) => Promise<ShopAnswer>;
}

export interface ShopRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ShopAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Every function rejects with `ShopFailure` if the shop does not do what it should. */
export interface ShopApi {
  /** Whether orders can be read; if not, the shop sends them whole. */
  readonly canRead: boolean;
  /** Checks the credentials. */
  check(shop: CallableShop): Promise<void>;
  /**
   * Makes the shop send webhooks if it can reach the hub, and repairs what disabled them. Repeating
   * changes nothing.
   */
  subscribe(shop: CallableShop): Promise<void>;
  /** Removes the hub's webhooks from the shop. */
  unsubscribe(shop: CallableShop): Promise<void>;
  /** Returns the orders changed since then, a page (from 1) at a time. */
  changed(shop: CallableShop, sinceMs: number, page: number): Promise<OrderPage>;
  /** Null: the shop has no such order. */
  read(shop: CallableShop, orderId: string): Promise<ShopOrder | null>;
  /** Writes the state of an order's parcels. Repeating it changes nothing. */
  write(shop: CallableShop, write: ShopWrite): Promise<void>;
}

export interface OrderPage {
  readonly orders: readonly ShopOrder[];
  readonly hasMore: boolean;
}

/** One milestone or estimate of one parcel, with the state of all parcels of the order. */
export interface ShopWrite {
  readonly orderId: string;
  /** The same for each try. */
  readonly id: string;
  /** The parcel that it is about; one of `parcels`. */
  readonly trackingNumber: string;
  readonly occurredAtMs: number;
  readonly parcels: readonly WrittenParcel[];
  /** An earlier try may have succeeded. */
  readonly isRepeat: boolean;
  /** In the language of the order's customer, for notes. */
  readonly statusText: string;
}

/** A parcel as shops store it; the names are part of the contract with the plug-in. */
export interface WrittenParcel {
  readonly tracking_number: string;
  readonly carrier: string;
  readonly status: Status;
  /** A date at the destination. */
  readonly estimated_delivery: string | null;
  /** The parcel's tracking page. */
  readonly url: string;
}
