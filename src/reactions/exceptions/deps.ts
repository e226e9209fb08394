import type { Tenant } from '../../kernel/tenant.ts';
import type { Blobs } from '../../platform/blobs.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { CourierPhotos, TrackingDeps } from '../../tracking/index.ts';
import type { CustodyTrouble } from './decide/decide.ts';
import type { ExceptionPolicy } from './policy/policy.ts';
import type { CarrierPort } from './requests/carrier-port.ts';

/** What this reaction is bound to; made once by whoever composes a hub. */
export interface ExceptionsDeps {
  readonly tracking: TrackingDeps;
  /** The installation's; merchants lay their own over it. */
  readonly policy: ExceptionPolicy;
  /** Null where nothing is asked of carriers. */
  readonly carriers: CarrierPort | null;
  readonly blobs: Blobs;
  /** Whether a delivered parcel has a proof that may be shown; absent: nobody knows. */
  readonly hasProof?: (tenant: Tenant, shipmentId: string) => Promise<boolean>;
  /** What couriers photographed of a parcel; absent: there are no couriers. */
  readonly courierPhotos?: CourierPhotos;
  /** What is wrong with whoever has a parcel; absent: there are no couriers. */
  readonly custodyTrouble?: (db: Queryable, shipmentId: string) => Promise<CustodyTrouble | null>;
  readonly log: Logger;
}
