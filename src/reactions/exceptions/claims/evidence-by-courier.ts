import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { ExceptionCase } from '../cases/case.ts';
import { hasHappened } from '../cases/case-events.sql.ts';
import { casesOfShipment } from '../cases/cases.sql.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { draftClaim } from './claims.ts';
import { addEvidence, type EvidenceBy } from './evidence.ts';

/**
 * The photo is sent before the damage is reported, and both may have waited a day for a network.
 */
const BEFORE_MS = 86_400_000;
/** Of one parcel. */
const PHOTOS_MAX = 10;

/**
 * Adds couriers' photos of a damaged parcel to its case, so that a claim includes them. The same
 * photo is added once, however often this runs.
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
 * Drafts the claim for the damage as far as it is known: the merchant adds the amount. A draft that
 * the merchant deleted is not created again by another photo.
 */
async function beginClaim(deps: ExceptionsDeps, tenant: Tenant, is: ExceptionCase): Promise<void> {
  const { app } = deps.tracking.db;
  const isBegun = await withTenant(app, tenant, (tx) => hasHappened(tx, is.id, 'claim_drafted'));
  if (isBegun) return;
  const open = { amountMinor: null, currency: null, description: null };
  await draftClaim(deps, tenant, is.id, { actor: 'courier' }, { reason: 'damaged', ...open });
}
