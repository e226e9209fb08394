import type {
  PickupPointQuery,
  PickupPointsOutcome,
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from '../../../adapters/contract/extras.ts';
import type { Tenant } from '../../../kernel/tenant.ts';

/** What a carrier answered, or why it was not asked. */
export type CarrierAnswer<T> =
  | { readonly outcome: 'asked'; readonly value: T }
  /** The carrier does not offer this to anybody. */
  | { readonly outcome: 'not_offered' }
  | { readonly outcome: 'no_account' }
  | { readonly outcome: 'no_system'; readonly reason: string }
  | { readonly outcome: 'paused'; readonly reason: string; readonly retryAfterS: number };

/**
 * Requests to carriers with the merchant's account: implemented by the poller's extras, injected by
 * the composition root.
 */
export interface CarrierPort {
  pickupPoints(
    tenant: Tenant,
    carrier: string,
    query: PickupPointQuery,
  ): Promise<CarrierAnswer<PickupPointsOutcome>>;
  redirectOptions(
    tenant: Tenant,
    carrier: string,
    trackingNumber: string,
  ): Promise<CarrierAnswer<RedirectOptionsOutcome>>;
  redirect(
    tenant: Tenant,
    carrier: string,
    request: RedirectRequest,
  ): Promise<CarrierAnswer<RedirectOutcome>>;
}
