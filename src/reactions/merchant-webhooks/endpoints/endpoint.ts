import type { ErrorText } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';

/** Where a merchant receives events, and which. */
export interface Endpoint {
  readonly id: string;
  readonly tenant: Tenant;
  readonly url: string;
  readonly description: string;
  /** Event types, `*`, or families such as `shipment.*`. */
  readonly events: readonly string[];
  readonly filters: EndpointFilters;
  readonly state: 'active' | 'disabled';
  /** Why it is disabled. */
  readonly disabledReason: ErrorText | null;
  readonly disabledAtMs: number | null;
  /** It asked us to wait until then. */
  readonly pausedUntilMs: number | null;
  /** The first failure since the last success. */
  readonly failingSinceMs: number | null;
  readonly failures: number;
  readonly lastSuccessAtMs: number | null;
  readonly lastFailureAtMs: number | null;
  readonly lastFailure: ErrorText | null;
  /** Until when each secret but the newest signs as well; empty: no rotation is under way. */
  readonly olderSecretsUntilMs: readonly number[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Absent members do not filter; of a list, one match is enough. */
export interface EndpointFilters {
  readonly carriers?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** The status after the event. */
  readonly statuses?: readonly string[] | undefined;
}

export interface NewEndpoint {
  /** Checked by the caller: see `checkUrl` of the egress. */
  readonly url: string;
  readonly events: readonly string[];
  readonly filters?: EndpointFilters | undefined;
  readonly description?: string | undefined;
}

/** Absent members stay unchanged. */
export interface EndpointPatch {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly filters?: EndpointFilters | undefined;
  readonly description?: string | undefined;
  /** `active` also ends a pause and forgets the failures. */
  readonly state?: 'active' | 'disabled' | undefined;
  /** With `state: active`: what was missed is sent in order (the default), or never. */
  readonly missed?: 'send' | 'cancel' | undefined;
}

/** More would turn one event of a merchant into hundreds of requests. */
export const ENDPOINTS_MAX = 1_000;
/** Nobody reads longer ones, and rows are read for each batch of events. */
export const DESCRIPTION_CHARS_MAX = 200;
export const EVENT_PATTERNS_MAX = 32;
export const FILTER_VALUES_MAX = 50;

/** What a sender needs; URL and secrets are decrypted. */
export interface Destination {
  readonly id: string;
  readonly tenant: Tenant;
  readonly version: number;
  readonly isActive: boolean;
  readonly pausedUntilMs: number | null;
  /** Deliveries created before then are cancelled, not sent. */
  readonly skipBeforeMs: number | null;
  readonly url: string;
  /** The newest first; those that have run out among them. */
  readonly secrets: readonly EndpointSecret[];
}

export interface EndpointSecret {
  readonly secret: string;
  /** Null: until it is rotated. */
  readonly untilMs: number | null;
}
