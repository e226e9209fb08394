import type { Proofs } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { TrackingDeps } from '../tracking.ts';
import { viewShipment } from '../views/view.ts';
import { proofsOfShipment } from './proofs-of-shipment.ts';

/** Reads the photos that couriers took of a parcel since `sinceMs`, oldest first. */
export type CourierPhotos = (
  tenant: Tenant,
  shipmentId: string,
  sinceMs: number,
) => Promise<readonly Uint8Array[]>;

/** Creates the function that reads the photos of couriers. */
export function courierPhotos(deps: {
  readonly tracking: TrackingDeps;
  readonly proofs: Pick<Proofs, 'list' | 'read'>;
}): CourierPhotos {
  const { tracking, proofs } = deps;
  return async (tenant, shipmentId, sinceMs) => {
    const found = await proofsOfShipment(deps, tenant, shipmentId);
    const view = await viewShipment(tracking, tenant, shipmentId);
    if (found === null || view === null) return [];
    const files = found.proofs
      .filter(({ givenBy, capturedAtMs }) => givenBy === 'courier' && capturedAtMs >= sinceMs)
      .flatMap((proof) => proof.files.filter(({ kind }) => kind === 'photo'));
    const photos: Uint8Array[] = [];
    for (const { id } of files) {
      const read = await proofs.read(tenant, view.proofs, id);
      if (read !== null) photos.push(read.bytes);
    }
    return photos;
  };
}
