import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { type ShipmentView, viewShipment } from '../../../tracking/ports/shipments.ts';
import type { CaseActor, ExceptionCase } from '../cases/case.ts';
import type { CaseHistory } from '../cases/case-details.ts';
import { hasHappened } from '../cases/case-events.sql.ts';
import { casesOfShipment } from '../cases/cases.sql.ts';
import { changeOfShipment, newCase } from '../cases/change-case.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import type { PhotoOffer, PhotosOutcome } from '../requests/self-service.ts';
import { evidenceOfCase } from './claims.sql.ts';
import { draftClaim } from './claims.ts';
import { addEvidence, type EvidenceBy, photoTypeOf } from './evidence.ts';

/**
 * The maximum number of photos of a parcel: a carrier needs the label, the box and its content,
 * from all sides.
 */
const PHOTOS_MAX = 10;
/** The time after delivery in which damage is discovered and carriers accept claims. */
const AFTER_DELIVERY_MS = 14 * 86_400_000;

type PhotoSender = { readonly actor: Exclude<CaseActor, 'hub' | 'carrier'> };

/** The offer to send photos of damage; null: no damage is known yet, or it is too late. */
export async function photoOffer(
  { tracking }: ExceptionsDeps,
  tenant: Tenant,
  { shipment }: Pick<ShipmentView, 'shipment'>,
  caseHistory: CaseHistory,
): Promise<PhotoOffer | null> {
  const exceptionCase = openDamageCase(caseHistory);
  if (exceptionCase === undefined && !mayBeDamaged(shipment, tracking.clock.nowMs())) return null;
  if (exceptionCase === undefined) return { sent: 0, most: PHOTOS_MAX };
  const rows = await withTenant(tracking.db.app, tenant, (tx) =>
    evidenceOfCase(tx, exceptionCase.id),
  );
  const sent = rows.filter(({ actor }) => actor === 'recipient').length;
  return { sent, most: PHOTOS_MAX };
}

/**
 * Adds photos to the parcel's open damage case, or opens one, because sending photos reports damage.
 * All photos are validated before any is stored; if concurrent uploads use up the limit, those
 * already stored stay.
 */
export async function addPhotos(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
  by: PhotoSender,
  photos: readonly Uint8Array[],
): Promise<PhotosOutcome> {
  if (photos.length === 0) return { outcome: 'none' };
  if (photos.length > PHOTOS_MAX) return { outcome: 'too_many' };
  if (photos.some((bytes) => photoTypeOf(bytes) === null)) return { outcome: 'unknown_type' };
  const caseId = await findOrOpenDamageCase(deps, tenant, shipmentId, by);
  if (caseId === null) return { outcome: 'not_offered' };
  const rows = await withTenant(deps.tracking.db.app, tenant, (tx) => evidenceOfCase(tx, caseId));
  const before = rows.filter(({ actor }) => actor === by.actor).length;
  if (before + photos.length > PHOTOS_MAX) return { outcome: 'too_many' };
  let added = 0;
  for (const bytes of photos) {
    const announce = added === 0 ? 'updated' : null;
    const filesMax = PHOTOS_MAX;
    const stored = await addEvidence(deps, tenant, caseId, { ...by, announce, filesMax }, bytes);
    if (stored.kind === 'not_found') return { outcome: 'not_offered' };
    // Others were added concurrently: photos stored so far stay.
    if (stored.kind !== 'done') return { outcome: 'too_many' };
    if (stored.isNew) added += 1;
  }
  return { outcome: 'added', added };
}

/** The open case of the damage, or a new one; null: damage cannot be reported now. */
async function findOrOpenDamageCase(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
  by: PhotoSender,
): Promise<string | null> {
  const view = await viewShipment(deps.tracking, tenant, shipmentId);
  if (view === null) return null;
  const { policy } = await ownPolicy(deps, tenant);
  let caseId: string | null = null;
  await changeOfShipment<{ readonly kind: 'as_it_was' }>(
    ...([deps, tenant, shipmentId] as const),
    async ({ caseHistory, shipment, nowMs }) => {
      caseId = openDamageCase(caseHistory)?.id ?? null;
      if (caseId !== null || !mayBeDamaged(shipment, nowMs)) return { kind: 'as_it_was' };
      // The case counts as opened by a person: the carrier's next scan must not close it.
      const exceptionCase = newCase(deps, view, policy, {
        kind: 'damaged',
        reason: 'damaged',
        trigger: 'photos',
        attempts: 0,
        openedBy: 'person',
      });
      caseId = exceptionCase.id;
      const data = { status: shipment.state.status, reason: exceptionCase.reason };
      return {
        exceptionCase,
        isNew: true,
        tell: 'opened',
        history: [{ type: 'opened', actor: by.actor, data }],
      };
    },
  );
  return caseId;
}

function openDamageCase({ cases }: CaseHistory) {
  return cases.find(
    ({ exceptionCase }) => exceptionCase.kind === 'damaged' && exceptionCase.state === 'open',
  )?.exceptionCase;
}

/**
 * Whether damage can be reported: the carrier reported it, or the parcel was delivered recently.
 */
function mayBeDamaged({ state }: ShipmentView['shipment'], nowMs: number): boolean {
  if (state.subStatus === 'damaged') return true;
  const { deliveredAtMs, status } = state;
  if (status !== 'delivered') return false;
  return deliveredAtMs === null || nowMs - deliveredAtMs <= AFTER_DELIVERY_MS;
}

/**
 * How much older than the reported damage a photo may be. It is sent before the damage is reported,
 * and both may have waited a day for a network.
 */
const PHOTO_AGE_MS_MAX = 86_400_000;
/** The maximum number of couriers' photos of one parcel. */
const COURIER_PHOTOS_MAX = 10;

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
  const exceptionCase = cases.find(({ kind, state }) => kind === 'damaged' && state === 'open');
  if (exceptionCase === undefined) return;
  let added = 0;
  const photos = await courierPhotos(
    tenant,
    shipmentId,
    exceptionCase.openedAtMs - PHOTO_AGE_MS_MAX,
  );
  for (const photo of photos) {
    const announce = added === 0 ? 'updated' : null;
    const by: EvidenceBy = { actor: 'courier', announce, filesMax: COURIER_PHOTOS_MAX };
    const outcome = await addEvidence(deps, tenant, exceptionCase.id, by, photo);
    if (outcome.kind !== 'done') return;
    if (outcome.isNew) added += 1;
  }
  if (photos.length > 0) await beginClaim(deps, tenant, exceptionCase);
}

/**
 * Drafts the claim for the damage as far as it is known: the merchant adds the amount. A draft that
 * the merchant deleted is not created again by another photo.
 */
async function beginClaim(
  deps: ExceptionsDeps,
  tenant: Tenant,
  exceptionCase: ExceptionCase,
): Promise<void> {
  const { app } = deps.tracking.db;
  const isBegun = await withTenant(app, tenant, (tx) =>
    hasHappened(tx, exceptionCase.id, 'claim_drafted'),
  );
  if (isBegun) return;
  const open = { amountMinor: null, currency: null, description: null };
  await draftClaim(
    deps,
    tenant,
    exceptionCase.id,
    { actor: 'courier' },
    { reason: 'damaged', ...open },
  );
}
