import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { ExceptionCase } from '../cases/case.ts';
import { hasHappened } from '../cases/case-events.sql.ts';
import { casesOfShipment } from '../cases/cases.sql.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { draftClaim } from './claims.ts';
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
  const photos = await courierPhotos(tenant, shipmentId, is.openedAtMs - BEFORE_MS);
  for (const photo of photos) {
    const announce = added === 0 ? 'updated' : null;
    const by: EvidenceBy = { actor: 'courier', announce, most: PHOTOS_MAX };
    const outcome = await addEvidence(deps, tenant, is.id, by, photo);
    if (outcome.kind !== 'done') return;
    if (outcome.isNew) added += 1;
  }
  if (photos.length > 0) await beginClaim(deps, tenant, is);
}

/**
 * The claim of the damage, as far as it is known: how much is asked for, the merchant says. One that
 * the merchant has dropped is not begun again by another photo.
 */
async function beginClaim(deps: ExceptionsDeps, tenant: Tenant, is: ExceptionCase): Promise<void> {
  const { app } = deps.tracking.db;
  const isBegun = await withTenant(app, tenant, (tx) => hasHappened(tx, is.id, 'claim_drafted'));
  if (isBegun) return;
  const open = { amountMinor: null, currency: null, description: null };
  await draftClaim(deps, tenant, is.id, { actor: 'courier' }, { reason: 'damaged', ...open });
}
