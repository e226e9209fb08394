import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { EgressOutcome, EgressRequest } from '../../platform/net/egress.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import type { FormatWriters } from './deliveries/format.ts';

/** The dependencies of the API's use cases. */
export interface WebhookDeps {
  readonly db: Pick<Database, 'app' | 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly post: Post;
  /** Absent: there are no bodies in the formats of other services. */
  readonly formats?: FormatWriters;
}

/** Sends a request to a merchant's URL; the only implementation is `createEgress(…).post`. */
export type Post = (request: EgressRequest) => Promise<EgressOutcome>;

/** Channel on which changed endpoints are announced; the payload is the endpoint's id. */
export const ENDPOINTS_CHANNEL = 'waybill_webhooks';

/**
 * The timeout of a request. A receiver that takes longer has failed, though it may have received
 * the event.
 */
export const TIMEOUT_MS = 12_000;
