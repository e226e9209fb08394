import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { casesOfShipment } from '../cases/cases.sql.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { addEvidence, type EvidenceBy } from './evidence.ts';

/** The photo is sent before the damage is reported, and both may have waited for network for a day. */
const BEFORE_MS = 86_400_000;
/** Of one parcel. */
const PHOTOS_MAX = 10;

/**
 * Couriers' photos of a damaged parcel lie with its case, so that a claim has them. The same photo is
 * there once, however often this runs.
 */
export async function attachCourierPhotos(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<void> {
  const { tracking, courierPhotos } = deps;
  if (courierPhotos === undefined) return;
  const cases = await withTenant(tracking.db.app, tenant, (tx) => casesOfShipment(tx, shipmentId));
  const is = cases.find(({ kind, state }) => kind === 'damaged' && state === 'open');
  if (is === undefined) return;
  let added = 0;
  for (const photo of await courierPhotos(tenant, shipmentId, is.openedAtMs - BEFORE_MS)) {
    const announce = added === 0 ? 'updated' : null;
    const by: EvidenceBy = { actor: 'courier', announce, most: PHOTOS_MAX };
    const outcome = await addEvidence(deps, tenant, is.id, by, photo);
    if (outcome.kind !== 'done') return;
    if (outcome.isNew) added += 1;
  }
}
