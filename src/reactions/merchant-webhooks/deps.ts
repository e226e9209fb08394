import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { EgressOutcome, EgressRequest } from '../../platform/net/egress.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';

/** What the use cases of the API work with. */
export interface WebhookDeps {
  readonly db: Pick<Database, 'app' | 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly post: Post;
}

/** The one way out: `createEgress(…).post`. */
export type Post = (request: EgressRequest) => Promise<EgressOutcome>;

/** Channel on which changed endpoints are announced; the payload is the endpoint's id. */
export const ENDPOINTS_CHANNEL = 'waybill_webhooks';

/** A receiver that takes longer has failed, though it may have taken the event. */
export const TIMEOUT_MS = 12_000;
