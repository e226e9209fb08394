import type { ErrorText } from '../kernel/errors.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import type { Database } from '../platform/database/database.ts';
import type { Logger } from '../platform/observability/log.ts';
import type { NewShipment, TrackingDeps } from '../tracking/ports/shipments.ts';
import type { Shops } from './connections/shops.ts';
import type { LeftOut } from './contract.ts';

/** What the background work of shops needs. */
export interface ShopWorkDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly tracking: TrackingDeps;
  readonly shops: Pick<Shops, 'open' | 'callable'>;
  readonly publicUrl: () => string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly readParcel: ReadParcel;
}

type Members = Readonly<Record<string, string | null | undefined>>;

/** A parcel as a body of `POST /v1/shipments`. */
export interface ParcelBody {
  readonly tracking_number: string;
  readonly order_id: string;
  readonly recipient: Members;
  readonly destination: Members | null;
}

/**
 * Finds the carrier of a parcel and the spelling of its number, by the rules of `POST
 * /v1/shipments`; otherwise returns why it cannot be registered. Each member of its people and
 * places that is unusable is left out alone. `carrier` is the shop's word.
 */
export type ReadParcel = (
  body: ParcelBody,
  carrier: string | null,
) => Promise<
  | { readonly shipment: NewShipment; readonly leftOut: readonly LeftOut[] }
  | { readonly problem: ErrorText }
>;
