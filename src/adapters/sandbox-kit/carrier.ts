import type { Scenario, ScenarioEvent, VisibleEvent, VisibleParcel } from './scenarios/scenario.ts';
import type { SandboxShop } from './shops/shop.ts';

/**
 * How one carrier behaves, for developers without an account there.
 * `src/adapters/<carrier>/sandbox.ts` exports one as `sandbox`. It follows the carrier's documents
 * and imports nothing of the carrier's adapter, because an error in shared code would be the same
 * in both. It has no state and reads no clock: both belong to the world, which is passed in.
 */
export interface SandboxCarrier {
  /** The name of the folder, and the URL segment. */
  readonly name: string;
  /** The name as people write it. */
  readonly displayName: string;
  /** The host of its shop, on platforms whose shops are at addresses of the platform. */
  readonly host?: string;
  /** The path of its shop below the sandbox's, on platforms that have many shops at one address. */
  readonly shopPath?: string;
  /**
   * The credentials of a sandbox account. Any other credentials are accepted, too, unless they are
   * marked, have the same id with another secret, or call themselves wrong.
   */
  readonly credentials: Readonly<Record<string, string>>;
  readonly scenarios: readonly Scenario[];
  /**
   * The parcel for newcomers: it follows `scenario` from its registration on, `pace` times faster.
   */
  readonly demo?: { readonly number: string; readonly scenario: string; readonly pace: number };
  /**
   * The carrier's limits. They are counted in sliding windows, whatever the carrier's own counting.
   */
  readonly rates: readonly RateLimit[];
  /** Present for bridges, which answer only about parcels that an account has registered. */
  readonly bridge?: {
    /** A code of some carrier, in the bridge's own words, under which every parcel is accepted. */
    readonly carrierCode: string;
    /** How many parcels an account may register; null: any number. */
    readonly quota: number | null;
  };
  /** The account of a call, as far as the headers and the body show; null: none. */
  accountOf(request: SandboxRequest, world: SandboxWorld): string | null;
  answer(request: SandboxRequest, world: SandboxWorld): SandboxAnswer;
  /** Returns the carrier's answer for a fault; null: such a fault does not affect this call. */
  faultAnswer(
    fault: FaultAnswer,
    request: SandboxRequest,
    world: SandboxWorld,
  ): SandboxAnswer | null;
  readonly push?: PushManners;
  /**
   * Present for shop platforms, which have orders instead of parcels: what people do in the shop.
   */
  shop?(worldNow: () => SandboxWorld): SandboxShop;
}

/**
 * Faults that can be switched on. `token_throttled` affects calls for tokens only, `rate_limited`
 * all but those.
 */
export type FaultAnswer = 'server_error' | 'unavailable' | 'rate_limited' | 'token_throttled';

// ---------------------------------------------------------------- requests and answers

export interface SandboxRequest {
  readonly method: string;
  /**
   * The path from the carrier's origin, without the query, decoded, such as
   * `/track/v1/trackingnumbers`.
   */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface SandboxAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * Present where a service calls its client before it answers: the pushes that are due are sent
   * first, then this makes the answer instead.
   */
  afterPushes?(): SandboxAnswer;
}

/** Makes an answer in JSON, written without blanks as gateways do. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

/** Parses the body as JSON; undefined when it is none. */
export function jsonOf(request: Pick<SandboxRequest, 'text'>): unknown {
  try {
    return JSON.parse(request.text) as unknown;
  } catch {
    return undefined;
  }
}

/** Parses the body as `application/x-www-form-urlencoded`. */
export function formOf(request: Pick<SandboxRequest, 'text'>): URLSearchParams {
  return new URLSearchParams(request.text);
}

export function bearerOf(request: Pick<SandboxRequest, 'headers'>): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? null;
}

/** User and password of HTTP Basic; null when there is none or it is malformed. */
export function basicOf(
  request: Pick<SandboxRequest, 'headers'>,
): { readonly user: string; readonly password: string } | null {
  const encoded = /^Basic +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

// ---------------------------------------------------------------- provided by the kit

/**
 * One carrier's part of the sandbox: everything that an answer may depend on besides the request.
 */
export interface SandboxWorld {
  readonly nowMs: number;
  /** Returns a number's parcel as it is now; null: unknown. */
  parcel(number: string): VisibleParcel | null;
  /**
   * Gives a parcel another ending: pending events are cancelled, and these events happen this long
   * after now (at the parcel's pace). Returns false when there is no such parcel.
   */
  divert(number: string, diversion: Diversion): boolean;
  readonly tokens: Tokens;
  /**
   * Returns the state that the control API has set for these credentials; most unknown ones are
   * `good`.
   */
  credentials(id: string, secret: string): CredentialState;
  /** Counts a call against every limit of `endpoint`; it is refused when one of them is used up. */
  spend(endpoint: string, account: string): RateVerdict;
  readonly subscriptions: Subscriptions;
  readonly registrations: Registrations;
  /**
   * Sends a message of its own to a subscription's hook: a handshake, a notice, a shop's event. Faults
   * affect it like any push.
   */
  send(subscription: Subscription, message: string): void;
  /** Returns a new id of 32 hex digits, the same in every run with the same seed. */
  newId(): string;
  /**
   * Returns this sandbox's only instance of a class, for state that the kit does not know, such as
   * the orders of a shop.
   */
  own<T extends object>(kind: new () => T): T;
}

export interface Diversion {
  readonly events: readonly (Omit<ScenarioEvent, 'happensMs' | 'visibleMs' | 'deletedMs'> & {
    readonly afterMs: number;
  })[];
  /** The new time of the expected delivery, epoch milliseconds; absent: unchanged. */
  readonly expectedAtMs?: number;
}

export type CredentialState = 'good' | 'wrong' | 'no_scope';

export interface Tokens {
  issue(account: string, lifetimeS: number, scope?: string): string;
  check(token: string | null): TokenState;
}

export type TokenState =
  | { readonly state: 'valid'; readonly account: string; readonly scope: string }
  | { readonly state: 'expired'; readonly account: string }
  | { readonly state: 'unknown' };

export interface RateLimit {
  /** The limit's name for people, such as `day` or `burst`. */
  readonly name: string;
  /** The calls that count, by the name under which they are spent: `api`, `token`. */
  readonly endpoint: string;
  readonly calls: number;
  readonly perS: number;
  /**
   * Once the limit is exceeded, everything is refused for this many seconds, and each refused call
   * starts them anew; absent: no such penalty.
   */
  readonly penaltyS?: number;
}

export type RateVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly limit: RateLimit; readonly retryAfterS: number };

// ---------------------------------------------------------------- push

export interface PushManners {
  /** Makes the body and headers of one push, signed as the carrier does, by code of its own. */
  compose(push: PushOccasion, world: SandboxWorld): ComposedPush;
  /** The waits between attempts; there are as many retries as waits. */
  readonly retriesAfterMs: readonly number[];
  /** Whether the carrier treats an answer with this status as received. */
  accepts(status: number, occasion: PushOccasion): boolean;
  /** Whether the subscriber requested such events; absent: all are sent. */
  wants?(occasion: PushOccasion, world: SandboxWorld): boolean;
  /** Changes a subscription whose hook still failed at the last attempt, as the carrier does. */
  gaveUp?(subscription: Subscription, world: SandboxWorld, occasion: PushOccasion): void;
  /** Changes a subscription whose hook received a push. */
  delivered?(subscription: Subscription, world: SandboxWorld, occasion: PushOccasion): void;
}

export interface PushOccasion {
  readonly subscription: Subscription;
  /** The parcel; null for messages that are about none. */
  readonly parcel: VisibleParcel | null;
  /** The event that caused the push, with the life it belongs to. */
  readonly event: (VisibleEvent & { readonly life: number }) | null;
  /** The message given to `world.send`; null for an event's push. */
  readonly message: string | null;
}

export interface ComposedPush {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Subscription {
  readonly id: string;
  readonly account: string;
  /** The numbers of the subscription; null: all parcels of the account. */
  readonly numbers: readonly string[] | null;
  readonly url: string;
  readonly secret: string;
  /** The name of the header, for carriers that let one choose it. */
  readonly header: string | null;
  readonly state: SubscriptionState;
  readonly createdAtMs: number;
  /** When it ends, epoch milliseconds; null: not by itself. */
  readonly expiresAtMs: number | null;
  /** Details that only this carrier has. */
  readonly details: Readonly<Record<string, string>>;
}

/** The state of a subscription. Only `active` ones get pushes. */
export type SubscriptionState = 'pending' | 'active' | 'suspended' | 'ended';

/** What a subscription has unless it says otherwise: it is active, does not expire, and names no number. */
export const SUBSCRIPTION_DEFAULTS: Omit<Subscription, 'id' | 'account' | 'url' | 'createdAtMs'> = {
  numbers: [],
  secret: '',
  header: null,
  state: 'active',
  expiresAtMs: null,
  details: {},
};

export interface Subscriptions {
  /** Members that are not given come from `SUBSCRIPTION_DEFAULTS`. */
  create(
    wanted: Pick<Subscription, 'account' | 'url'> & Partial<Omit<Subscription, 'createdAtMs'>>,
  ): Subscription;
  get(id: string): Subscription | null;
  list(account?: string): readonly Subscription[];
  /** Changes a subscription and returns it; null when there is none. */
  update(
    id: string,
    change: Partial<Omit<Subscription, 'id' | 'account' | 'createdAtMs'>>,
  ): Subscription | null;
}

// ---------------------------------------------------------------- bridges

/** A parcel that an account has registered with a bridge. */
export interface Registration {
  /** 32 hex digits. */
  readonly id: string;
  readonly account: string;
  readonly number: string;
  /** The bridge's own code of the carrier, as it was registered; null: to be detected. */
  readonly carrierCode: string | null;
  readonly state: 'tracking' | 'stopped';
  readonly createdAtMs: number;
}

export interface Registrations {
  /**
   * Registers a parcel, whether or not it was registered before. Returns null when the account's
   * quota is used up.
   */
  add(wanted: Pick<Registration, 'account' | 'number' | 'carrierCode'>): Registration | null;
  /** Returns the newest registration of a number; null: none. */
  find(account: string, number: string): Registration | null;
  get(id: string): Registration | null;
  /** Returns an account's registrations, the oldest first. */
  list(account: string): readonly Registration[];
  /** Changes a registration and returns it; null when there is none. */
  update(
    id: string,
    change: Partial<Pick<Registration, 'state' | 'carrierCode'>>,
  ): Registration | null;
  /** Deletes a registration; the quota that it used stays used. */
  remove(id: string): boolean;
  /** Returns how many registrations an account has used, and how many are left; null: any number. */
  quota(account: string): { readonly used: number; readonly remaining: number | null };
}
