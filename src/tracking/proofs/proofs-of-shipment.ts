import type { Proof, Proofs } from '../../intake/index.ts';
import { missingProofs, type ProofKind } from '../../kernel/proof-kinds.ts';
import { isTerminal } from '../../kernel/status.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import { withLocked } from '../commands/manage.ts';
import { openPersonal, sealPersonal } from '../personal.ts';
import type { Shipment } from '../shipment.ts';
import { updateAttributes } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { viewShipment } from '../views/view.ts';
import {
  type DeliveryProofRow,
  deliveryProofsOf,
  forgetPinFailures,
} from './delivery-proofs.sql.ts';
import { mintPin } from './pin.ts';
import { openContent, type ProofContent } from './prepare-proof.ts';

/** One proof for its merchant, with its pictures. */
export interface ShownProof
  extends ProofContent,
    Pick<
      DeliveryProofRow,
      | 'id'
      | 'clientId'
      | 'givenBy'
      | 'giverId'
      | 'kinds'
      | 'pinOutcome'
      | 'capturedAtMs'
      | 'receivedAtMs'
    > {
  /** Whether its personal data have been erased. */
  readonly isErased: boolean;
  readonly files: readonly Proof[];
}

export interface ProofsOfShipment {
  readonly shipment: Shipment;
  readonly required: readonly ProofKind[];
  readonly missing: readonly ProofKind[];
  /** The proofs, oldest first. */
  readonly proofs: readonly ShownProof[];
}

/** Returns the proofs of a tenant's shipment; null when the tenant has no such shipment. */
export async function proofsOfShipment(
  { tracking, proofs }: { readonly tracking: TrackingDeps; readonly proofs: Pick<Proofs, 'list'> },
  tenant: Tenant,
  shipmentId: string,
): Promise<ProofsOfShipment | null> {
  const view = await viewShipment(tracking, tenant, shipmentId);
  if (view === null) return null;
  const { shipment } = view;
  const rows = await withTenant(tracking.db.app, tenant, (tx) =>
    deliveryProofsOf(tx, [shipmentId]),
  );
  const files = await proofs.list(tenant, view.proofs);
  return {
    shipment,
    required: shipment.requireProof,
    missing: missingProofs(
      shipment.requireProof,
      rows.flatMap(({ kinds }) => kinds),
    ),
    proofs: rows.map((row) => ({
      ...shownContent(openContent(row, tracking.sealer)),
      id: row.id,
      clientId: row.clientId,
      givenBy: row.givenBy,
      giverId: row.giverId,
      kinds: row.kinds,
      pinOutcome: row.pinOutcome,
      capturedAtMs: row.capturedAtMs,
      receivedAtMs: row.receivedAtMs,
      isErased: row.dataKey === null,
      files: files.filter(({ deliveryProofId }) => deliveryProofId === row.id),
    })),
  };
}

/** Removes the wrong PIN, which is shown to nobody. */
function shownContent({ wrongPin: _, ...content }: ProofContent): ProofContent {
  return content;
}

/**
 * Replaces the PIN and resets the count of wrong ones: for a recipient who has lost theirs, or
 * after too many wrong ones. Null when the shipment has none, or there is no such shipment.
 */
export async function renewPin(
  deps: TrackingDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<string | null> {
  return withLocked(deps, tenant, shipmentId, async (tx, shipment) => {
    if (!shipment.requireProof.includes('pin')) return null;
    const pin = mintPin(deps.randomBytes);
    const personal = { ...openPersonal(shipment.sealedPersonal, deps.sealer), pin };
    const sealedPersonal = sealPersonal(personal, tenant, deps);
    await updateAttributes(tx, { ...shipment, sealedPersonal });
    await forgetPinFailures(tx, shipmentId);
    return pin;
  });
}

/**
 * Returns the PIN that a recipient must give; null when none is required, or the parcel has ended
 * and no courier will come. Pure.
 */
export function pinOf(
  { sealer }: Pick<TrackingDeps, 'sealer'>,
  { requireProof, state, sealedPersonal }: Shipment,
): string | null {
  if (!requireProof.includes('pin') || isTerminal(state.status)) return null;
  return openPersonal(sealedPersonal, sealer).pin ?? null;
}

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
