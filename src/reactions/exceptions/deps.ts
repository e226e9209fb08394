import type {
  PickupPointQuery,
  PickupPointsOutcome,
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from '../../adapters/contract/extras.ts';
import type { ErrorText } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Blobs } from '../../platform/blobs.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { CourierPhotos } from '../../tracking/ports/proofs.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';
import type { CustodyTrouble } from './decide/decide.ts';
import type { ExceptionPolicy } from './policy/policy.ts';

/** The dependencies of this reaction; created once, in the composition of a hub. */
export interface ExceptionsDeps {
  readonly tracking: TrackingDeps;
  /** The installation's policy; merchants' own entries take precedence. */
  readonly policy: ExceptionPolicy;
  /** Null if carriers are never asked. */
  readonly carriers: CarrierPort | null;
  readonly blobs: Blobs;
  /** Whether a delivered parcel has a proof that may be shown; absent: unknown. */
  readonly hasProof?: (tenant: Tenant, shipmentId: string) => Promise<boolean>;
  /** Couriers' photos of a parcel; absent: there are no couriers. */
  readonly courierPhotos?: CourierPhotos;
  /** The problem with the courier who has a parcel; absent: there are no couriers. */
  readonly custodyTrouble?: (db: Queryable, shipmentId: string) => Promise<CustodyTrouble | null>;
  readonly log: Logger;
}

/** What a carrier answered, or why it was not asked. */
export type CarrierAnswer<T> =
  | { readonly outcome: 'asked'; readonly value: T }
  /** The carrier does not offer this to anybody. */
  | { readonly outcome: 'not_offered' }
  | { readonly outcome: 'no_account' }
  | { readonly outcome: 'no_system'; readonly reason: ErrorText }
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
