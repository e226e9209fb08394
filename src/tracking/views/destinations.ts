import { openPersonal } from '../personal.ts';
import { shipmentsByIds } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';

/** Returns where shipments of any tenant go, by their ids: country (ISO 3166-1) and postal code. */
export async function destinationsOf(
  { db, sealer }: Pick<TrackingDeps, 'db' | 'sealer'>,
  ids: readonly string[],
): Promise<
  ReadonlyMap<string, { readonly country: string | null; readonly postalCode: string | null }>
> {
  const shipments = await shipmentsByIds(db.pipeline, ids);
  return new Map(
    shipments.map(({ id, destinationCountry: country, sealedPersonal }) => {
      const postalCode = openPersonal(sealedPersonal, sealer).destination?.['postal_code'];
      return [id, { country, postalCode: typeof postalCode === 'string' ? postalCode : null }];
    }),
  );
}
