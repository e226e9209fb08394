import type { Tenant } from '../../kernel/tenant.ts';
import type { Blobs } from '../../platform/blobs.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { CourierPhotos, TrackingDeps } from '../../tracking/index.ts';
import type { CustodyTrouble } from './decide/decide.ts';
import type { ExceptionPolicy } from './policy/policy.ts';
import type { CarrierPort } from './requests/carrier-port.ts';

/** The dependencies of this reaction; created once, in the composition of a hub. */
export interface ExceptionsDeps {
  readonly tracking: TrackingDeps;
  /** The installation's; merchants' own entries take precedence. */
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
