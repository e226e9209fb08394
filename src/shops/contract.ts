import type { WebhookVerifier } from '../adapters/contract/contract.ts';
import type { ErrorText } from '../kernel/errors.ts';
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
  /** What its shops' addresses look like; absent: any. */
  readonly urlForm?: { readonly example: string; readonly matches: (url: string) => boolean };
  /** What a merchant enters to connect, unless the shop's own page asks for permission. */
  readonly credentials: readonly CredentialField[];
  /** Which settings it uses; absent: none. */
  readonly settings?: readonly (keyof ShopSettings)[];
  /** Returns what is wrong with the platform's own settings, as a sentence; null: nothing is. */
  readonly checkSettings?: (settings: ShopSettings) => string | null;
  /** `standard`: as Standard Webhooks write it; `hex`: letters and digits only. */
  readonly secretForm: 'standard' | 'hex';
  /**
   * The credential with which the shop signs, without which it sends no webhooks; absent: a secret
   * that the hub makes.
   */
  readonly signingCredential?: string;
  /** Absent: the platform sends none, and its shops are only read. */
  readonly webhook?: WebhookVerifier & {
    /** Whether a request only tests the URL: it is unsigned, answered with 200 and not stored. */
    isPing?(headers: Readonly<Record<string, string | undefined>>): boolean;
    /** Whether a request says that it is from this shop; absent: requests do not say. */
    isFrom?(headers: Readonly<Record<string, string | undefined>>, shopUrl: string): boolean;
  };
  /** Reads a verified webhook. Pure and total. */
  readonly readEvent: (event: ReceivedEvent) => ShopEvent;
  /** Reads a dropped CSV file of orders; absent: there are none. Pure and total. */
  readonly readOrdersFile?: (file: OrdersFile) => OrdersFileRead;
  /** The columns of such a file, the two required ones first. Pure and total. */
  readonly ordersFileColumns?: (settings: ShopSettings) => readonly string[];
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
  readonly shopUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly settings: ShopSettings;
}

export interface OrdersFile {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Of two files, the later one has the state of an order. */
  readonly writtenAtMs: number;
  readonly settings: ShopSettings;
}

export type OrdersFileRead =
  | { readonly kind: 'unreadable'; readonly reason: string; readonly fix: string }
  | {
      readonly kind: 'orders';
      /** Why a row is rejected; null: it is not. One for each row. */
      readonly faults: readonly (RowFault | null)[];
      /** Columns that are not used, as the header spells them. */
      readonly ignored: readonly string[];
      /** What `readEvent` reads. */
      readonly headers: Readonly<Record<string, string>>;
      readonly bodies: readonly string[];
    };

export interface RowFault {
  /** Null: it is the whole row. */
  readonly column: string | null;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
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
  /**
   * Something about an order changed: it is read from the shop. An event with an id that was
   * processed lately is a repetition; null: the platform gives none.
   */
  | { readonly kind: 'changed'; readonly orderId: string; readonly eventId: string | null }
  /** Everything about the people of these orders is erased; null: the whole shop. */
  | { readonly kind: 'erase'; readonly orderIds: readonly string[] | null }
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
  readonly destination: Readonly<Record<string, string | undefined>> | null;
  /** Whether the customer may get messages about the parcel. */
  readonly allowsMessages: boolean;
  readonly items: readonly ShopItem[];
  readonly parcels: readonly ShopParcel[];
  /** What the platform could not read; absent: nothing. */
  readonly leftOut?: readonly LeftOut[];
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

/** The field of a number that was registered, but looks wrong. */
export const NUMBER_FIELD = 'tracking_number';

/** A member of an order that cannot be used, or a doubtful number. The texts do not quote it. */
export interface LeftOut {
  /** `recipient.phone`, or `NUMBER_FIELD` */
  readonly field: string;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

/** A tracking number of an order. */
export interface ShopParcel {
  readonly trackingNumber: string;
  /** The shop's word for the carrier; null: it says nothing. */
  readonly carrier: string | null;
  /** Null: unknown. */
  readonly shippedAtMs: number | null;
}

export interface Authorization {
  /** The credentials that the merchant enters before. */
  readonly needs: readonly string[];
  /** Returns the page where a person allows the connection. */
  page(
    shop: Pick<CallableShop, 'url' | 'credentials'> & {
      readonly secret: string;
    } & AuthorizationUrls,
  ): string;
  /** Reads the one-time secret that the shop's answer repeats; null: it is no such answer. */
  secretIn(answer: string): string | null;
  /** Returns the credentials of an answer with the right secret; null: it is not the shop's. */
  credentialsIn(
    answer: string,
    shop: CallableShop,
  ): Promise<Readonly<Record<string, string>> | null>;
}

export interface AuthorizationUrls {
  /** Where the shop posts its answer, or sends the person with it as the query. */
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
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** Besides those that say that all is JSON. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is JSON already. */
  readonly body?: object | string | undefined;
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
  /** How the shop is made to send webhooks; absent: it sends none, or by itself. */
  readonly webhooks?: WebhookSubscriptions;
  /** Returns a page of the orders changed since then; the first one has the cursor null. */
  changed(shop: CallableShop, sinceMs: number, cursor: string | null): Promise<OrderPage>;
  /** Null: the shop has no such order. */
  read(shop: CallableShop, orderId: string): Promise<ShopOrder | null>;
  /** Writes the state of an order's parcels. Repeating it changes nothing. */
  write(shop: CallableShop, write: ShopWrite): Promise<void>;
}

interface WebhookSubscriptions {
  /** What the hub is to be notified of, in the platform's words. */
  readonly topics: readonly string[];
  /** All webhooks of the shop, also those of others. */
  list(shop: CallableShop): Promise<readonly ListedWebhook[]>;
  create(
    shop: CallableShop,
    topic: string,
    webhook: NonNullable<CallableShop['webhook']>,
  ): Promise<void>;
  /** One that is not there any more is no failure. */
  remove(shop: CallableShop, id: string): Promise<void>;
}

export interface ListedWebhook {
  readonly id: string;
  readonly topic?: string | undefined;
  readonly url: string | null;
  /** Whether the shop sends it. */
  readonly isActive: boolean;
}

export interface OrderPage {
  readonly orders: readonly ShopOrder[];
  /** The cursor of the next page; null: this is the last. */
  readonly next: string | null;
  /** All changes up to then are in the pages so far; absent: they are in another order. */
  readonly untilMs?: number;
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
