import type { CarrierAdapter, ScanDesk } from '../../adapters/contract/contract.ts';
import type { ScanIntake } from '../../intake/index.ts';
import type { PostalCodes } from '../../kernel/places/postal-codes.ts';
import type { ImageCleaner } from '../../platform/images/clean-image.ts';
import type { Egress } from '../../platform/net/egress.ts';
import type { ExceptionsDeps } from '../../reactions/exceptions/index.ts';
import type { Notifications } from '../../reactions/notifications/index.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';
import type { ArrivalDeps } from './arrivals.ts';

/** The adapter of the carrier that own couriers' parcels belong to. */
type OwnAdapter = CarrierAdapter & { readonly scans: ScanDesk };

/** What the fleet needs of the hub to be opened. */
export interface Foundation {
  readonly tracking: TrackingDeps;
  readonly scans: { readonly intake: ScanIntake; readonly own: OwnAdapter };
  readonly publicUrl: () => string;
}

/** What the fleet needs of the hub to work; the composition root passes it in. */
export interface HubAround {
  readonly hub: {
    readonly tracking: TrackingDeps;
    readonly egress: Pick<Egress, 'post'>;
    readonly images: ImageCleaner;
  };
  readonly predicting: ArrivalDeps & { readonly postalCodes: PostalCodes };
  readonly exceptions: ExceptionsDeps;
  readonly notifying: { readonly notifications: Pick<Notifications, 'personalLink'> };
  readonly publicUrl: () => string;
}
