import type { ErrorText } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { KEY_BYTES, standardSecret } from '../../../kernel/wire/standard-webhooks.ts';
import type { RandomBytes } from '../../../platform/clock.ts';
import { type Keyring, open, seal } from '../../../platform/sealing/sealing.ts';
import type { WebhookFormat } from '../deliveries/format.ts';

/** A merchant's URL for events, and which events it receives. */
export interface Endpoint {
  readonly id: string;
  readonly tenant: Tenant;
  readonly url: string;
  readonly description: string;
  /** Event types, `*`, or families such as `shipment.*`. */
  readonly events: readonly string[];
  readonly filters: EndpointFilters;
  readonly format: WebhookFormat;
  readonly customHeaders: readonly CustomHeader[];
  readonly state: 'active' | 'disabled';
  /** Why it is disabled. */
  readonly disabledReason: ErrorText | null;
  readonly disabledAtMs: number | null;
  /** The receiver asked us to wait until then; null: it did not. */
  readonly pausedUntilMs: number | null;
  /** When the first failure since the last success happened; null: there was none. */
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

/** Filters of an endpoint. Absent members do not filter; of a list, one match is enough. */
export interface EndpointFilters {
  readonly carriers?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** The status after the event. */
  readonly statuses?: readonly string[] | undefined;
}

/** A header that a merchant adds to every request, such as a token of its own. */
export interface CustomHeader {
  readonly name: string;
  readonly value: string;
}

export interface NewEndpoint {
  /** The URL, which the caller has checked (`checkUrl` of the egress). */
  readonly url: string;
  readonly events: readonly string[];
  readonly filters?: EndpointFilters | undefined;
  readonly description?: string | undefined;
  /** Default: ours. */
  readonly format?: WebhookFormat | undefined;
  readonly customHeaders?: readonly CustomHeader[] | undefined;
  /** The merchant's own; null: requests are not signed. Default: a new one. */
  readonly secret?: string | null | undefined;
}

/** A change of an endpoint. Absent members stay unchanged. */
export interface EndpointPatch {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly filters?: EndpointFilters | undefined;
  readonly description?: string | undefined;
  readonly customHeaders?: readonly CustomHeader[] | undefined;
  /** Replaces all secrets at once. */
  readonly secret?: string | undefined;
  /** `active` also ends a pause and resets the failures. */
  readonly state?: 'active' | 'disabled' | undefined;
  /** With `state: active`: whether missed events are sent in order (the default) or cancelled. */
  readonly missed?: 'send' | 'cancel' | undefined;
}

/**
 * The maximum number of a tenant's endpoints. More would turn one event into thousands of requests.
 */
export const ENDPOINTS_MAX = 1_000;
/**
 * The maximum length of a description. Nobody reads longer ones, and rows are read for each batch
 * of events.
 */
export const DESCRIPTION_CHARS_MAX = 200;
export const EVENT_PATTERNS_MAX = 32;
export const FILTER_VALUES_MAX = 50;

/** An endpoint as senders need it, with decrypted URL and secrets. */
export interface Destination {
  readonly id: string;
  readonly tenant: Tenant;
  readonly version: number;
  readonly isActive: boolean;
  readonly pausedUntilMs: number | null;
  /** Deliveries created before then are cancelled, not sent. */
  readonly skipBeforeMs: number | null;
  readonly format: WebhookFormat;
  readonly url: string;
  /** The secrets, newest first, including expired ones. */
  readonly secrets: readonly EndpointSecret[];
  readonly headers?: readonly CustomHeader[];
}

interface EndpointSecret {
  readonly secret: string;
  /** The time until which the secret signs; null: until it is rotated. */
  readonly untilMs: number | null;
}

/** Creates a secret in the form that is shown to the merchant, once. */
export function newSecret(random: RandomBytes): string {
  return standardSecret(random(KEY_BYTES.usual));
}

/** The sealed part of an endpoint. The URL is included because it may contain a token. */
interface EndpointSecrets {
  readonly url: string;
  /** The newest first. */
  readonly secrets: readonly EndpointSecret[];
  /** Absent: none. Their values may be tokens. */
  readonly headers?: readonly CustomHeader[];
}

export function sealSecrets(keyring: Keyring, id: string, secrets: EndpointSecrets): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(secrets), 'utf8'), endpointSealedFor(id));
}

export function openSecrets(keyring: Keyring, id: string, sealed: Uint8Array): EndpointSecrets {
  return JSON.parse(open(keyring, sealed, endpointSealedFor(id)).toString('utf8'));
}

/** The secrets that sign at `nowMs`: during a rotation, the old one too. */
export function liveSecrets(
  secrets: readonly EndpointSecret[],
  nowMs: number,
): readonly EndpointSecret[] {
  return secrets.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
}

/** The context to which the sealed column is bound: it can be opened in its own row only. */
export function endpointSealedFor(id: string): string {
  return `webhook_endpoints.sealed:${id}`;
}
