import { insertProof, type ProofRow, sealProof, visibleProofs } from '../../intake/index.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { LatLng } from '../../kernel/places/distance.ts';
import { missingProofs, type ProofKind } from '../../kernel/proof-kinds.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Blobs, takeBack } from '../../platform/blobs.ts';
import { type Queryable, withTenant } from '../../platform/database/database.ts';
import type { ImageCleaner } from '../../platform/images/clean-image.ts';
import { openPersonal } from '../personal.ts';
import { announceUpdates } from '../record/announce-updates.ts';
import { proofWindow } from '../record/proof-window.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByIds } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import {
  addPinFailure,
  type DeliveryProofRow,
  deliveryProofsOf,
  givenProofKinds,
  insertDeliveryProof,
  pinFailures,
} from './delivery-proofs.sql.ts';
import { checkPin, PIN_FAILURES_MAX, type PinOutcome, pinDigits } from './pin.ts';
import {
  isSameAddress,
  measured,
  openContent,
  type PreparedProof,
  type ProofFault,
  prepareProof,
  type SentProof,
  sealContent,
} from './prepare-proof.ts';

export interface ProofDeps {
  readonly tracking: TrackingDeps;
  readonly blobs: Blobs;
  readonly images: ImageCleaner;
}

/** Limit of files per parcel, over all attempts: more than anybody needs. */
export const FILES_MAX = 20;

export interface GivenProof extends SentProof {
  /** The sender's own id for the proof, 1 to 64 characters: sending it again changes nothing. */
  readonly clientId: string;
  /**
   * The parcels for one address; each stores its own copy of the proof, which is erased with the
   * parcel.
   */
  readonly shipmentIds: readonly string[];
  readonly by: Pick<DeliveryProofRow, 'givenBy' | 'giverId'>;
  readonly place: (LatLng & { readonly accuracyM: number | null }) | null;
  /**
   * When it was captured by the sender's clock (epoch ms); null means now, and so does a future
   * time.
   */
  readonly capturedAtMs: number | null;
}

/** The result of adding a proof to one of its parcels. */
interface AddedProof {
  readonly shipmentId: string;
  readonly proofId: string;
  /** False if it was already stored. */
  readonly isNew: boolean;
  readonly kinds: readonly ProofKind[];
  /** The proof that the parcel still lacks. */
  readonly missing: readonly ProofKind[];
  /** The check of the PIN; null if none was given. */
  readonly pin: { readonly outcome: PinOutcome; readonly attemptsLeft: number } | null;
}

type AddProofOutcome =
  | { readonly kind: 'added'; readonly proofs: readonly AddedProof[] }
  /** The ids that are not shipments of the tenant. */
  | { readonly kind: 'not_found'; readonly shipmentIds: readonly string[] }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'too_many' }
  | { readonly kind: 'unusable'; readonly fault: ProofFault };

/**
 * Stores a proof of delivery for each of its parcels and logs it. A wrong PIN loses nothing else:
 * the rest is stored, and the answer says what is missing. The caller must check that the sender
 * may act for the parcels.
 */
export async function addProof(
  deps: ProofDeps,
  tenant: Tenant,
  given: GivenProof,
): Promise<AddProofOutcome> {
  const { db } = deps.tracking;
  const ids = [...new Set(given.shipmentIds)];
  const { found, known } = await withTenant(db.app, tenant, async (tx) => ({
    found: await shipmentsByIds(tx, ids),
    known: await deliveryProofsOf(tx, ids),
  }));
  const shipments = ids.flatMap((id) => found.find((each) => each.id === id) ?? []);
  const unknown = ids.filter((id) => !shipments.some((each) => each.id === id));
  if (unknown.length > 0 || ids.length === 0) return { kind: 'not_found', shipmentIds: unknown };
  const same = known.filter(({ clientId }) => clientId === given.clientId);
  if (same.length === ids.length) {
    return {
      kind: 'added',
      proofs: await Promise.all(same.map((row) => resultOfStored(deps, tenant, row))),
    };
  }
  if (given.photos.length === 0 && !given.signature && !given.receivedBy && !given.pin) {
    return { kind: 'nothing' };
  }
  const checked = await prepareProof(deps.images, given);
  if ('fault' in checked) return { kind: 'unusable', fault: checked.fault };
  const proofs: AddedProof[] = [];
  for (const shipment of shipments) {
    const added = await addOne(deps, tenant, shipment, shipments, given, checked.prepared);
    if (added === 'too_many') return { kind: 'too_many' };
    if (added === null) return { kind: 'not_found', shipmentIds: [shipment.id] };
    proofs.push(added);
  }
  return { kind: 'added', proofs };
}

/**
 * Stores the proof for one shipment; null when it has been deleted meanwhile. Files that get no row
 * are removed again.
 *
 * @param stop all parcels of the proof.
 */
async function addOne(
  deps: ProofDeps,
  tenant: Tenant,
  shipment: Shipment,
  stop: readonly Shipment[],
  given: GivenProof,
  prepared: PreparedProof,
): Promise<AddedProof | 'too_many' | null> {
  const { clock, randomBytes } = deps.tracking;
  const proofId = uuidV7(clock.nowMs(), randomBytes(10));
  const files: ProofRow[] = [];
  let written: {
    readonly result: AddedProof | 'too_many' | null;
    readonly storedFiles: Set<string>;
  };
  try {
    await sealFiles(deps, tenant, shipment, { prepared, proofId }, files);
    written = await writeOne(deps, tenant, { shipment, stop, given, prepared, proofId }, files);
  } catch (error) {
    const keys = files.map(({ blobKey: key }) => key);
    await takeBack(deps.blobs, keys, error);
    throw error;
  }
  const { result, storedFiles } = written;
  for (const { blobKey: key } of files) if (!storedFiles.has(key)) await deps.blobs.remove(key);
  return result;
}

/** Adds sealed files to `files` one by one, so that they are known if the next one fails. */
async function sealFiles(
  { tracking, blobs }: ProofDeps,
  tenant: Tenant,
  shipment: Shipment,
  { prepared, proofId }: { readonly prepared: PreparedProof; readonly proofId: string },
  files: ProofRow[],
): Promise<void> {
  const { clock, randomBytes, sealer } = tracking;
  for (const { kind, image } of prepared.files) {
    const document = { kind, mediaType: image.mediaType, bytes: image.bytes };
    files.push(
      await sealProof({ blobs, sealer, clock, randomBytes }, document, {
        merchantId: tenant.merchantId,
        mode: tenant.mode,
        carrier: shipment.carrier,
        trackingNumber: shipment.trackingNumber,
        accountId: null,
        shipmentId: shipment.id,
        deliveryProofId: proofId,
      }),
    );
  }
}

/**
 * Writes the rows of one proof, all or none of them. `storedFiles` are the files that now have
 * rows.
 */
async function writeOne(
  deps: ProofDeps,
  tenant: Tenant,
  about: {
    readonly shipment: Shipment;
    readonly stop: readonly Shipment[];
    readonly given: GivenProof;
    readonly prepared: PreparedProof;
    readonly proofId: string;
  },
  files: readonly ProofRow[],
): Promise<{ readonly result: AddedProof | 'too_many' | null; readonly storedFiles: Set<string> }> {
  const { tracking } = deps;
  const { shipment, stop, given, prepared, proofId } = about;
  const storedFiles = new Set<string>();
  let result: AddedProof | 'too_many' | null = null;
  await announceUpdates(tracking, tenant, shipment.id, async (tx, shipment) => {
    const before = await deliveryProofsOf(tx, [shipment.id]);
    const same = before.find(({ clientId }) => clientId === given.clientId);
    if (same !== undefined) {
      result = await resultOf(tx, shipment, same, false);
      return null;
    }
    if ((await visibleProofs(tx, proofWindow(shipment, []))).length + files.length > FILES_MAX) {
      result = 'too_many';
      return null;
    }
    const about = { shipment, before, stop, given, prepared, proofId };
    const row = await rowOf(deps, tx, tenant, about);
    await insertDeliveryProof(tx, row);
    for (const file of files) if (await insertProof(tx, file)) storedFiles.add(file.blobKey);
    result = await resultOf(tx, shipment, row, true);
    return row.kinds.length === 0 ? null : updateOf(row, result);
  });
  return { result, storedFiles };
}

/**
 * Returns the row of a proof; checks the PIN and counts a wrong one. The same wrong PIN again is
 * not another guess, because a phone that lost the answer retries.
 */
async function rowOf(
  { tracking }: ProofDeps,
  tx: Queryable,
  tenant: Tenant,
  about: {
    readonly shipment: Shipment;
    readonly before: readonly DeliveryProofRow[];
    readonly stop: readonly Shipment[];
    readonly given: GivenProof;
    readonly prepared: PreparedProof;
    readonly proofId: string;
  },
): Promise<DeliveryProofRow> {
  const { shipment, before, stop, given, prepared, proofId } = about;
  const { clock, sealer } = tracking;
  const personal = openPersonal(shipment.sealedPersonal, sealer);
  const neighbours = stop
    .filter(({ id }) => id !== shipment.id)
    .map(({ sealedPersonal }) => openPersonal(sealedPersonal, sealer))
    .filter((other) => isSameAddress(personal, other));
  const pins = [personal, ...neighbours].flatMap(({ pin }) => (pin === undefined ? [] : [pin]));
  const wanted = personal.pin === undefined ? [] : pins;
  const failures = given.pin === null ? 0 : await pinFailures(tx, shipment.id);
  const pinOutcome = given.pin === null ? null : checkPin(given.pin, wanted, failures);
  const digits = pinDigits(given.pin ?? '');
  const isGuess =
    pinOutcome === 'wrong' && !countedWrong(before, failures, sealer).includes(digits);
  if (isGuess) await addPinFailure(tx, tenant, shipment.id);
  const nowMs = clock.nowMs();
  return {
    id: proofId,
    ...tenant,
    shipmentId: shipment.id,
    clientId: given.clientId,
    ...given.by,
    kinds: pinOutcome === 'matched' ? [...prepared.kinds, 'pin'] : prepared.kinds,
    pinOutcome,
    ...sealContent(
      {
        receivedBy: given.receivedBy,
        place: measured(given.place, personal),
        signature: prepared.strokes,
        wrongPin: isGuess ? digits : undefined,
      },
      sealer,
    ),
    capturedAtMs: Math.min(given.capturedAtMs ?? nowMs, nowMs),
    receivedAtMs: nowMs,
  };
}

/** Returns the digits of the wrong PINs that still count: those given for the current PIN. */
function countedWrong(
  before: readonly DeliveryProofRow[],
  failures: number,
  sealer: TrackingDeps['sealer'],
): readonly string[] {
  if (failures === 0) return [];
  return before
    .filter(({ pinOutcome }) => pinOutcome === 'wrong')
    .flatMap((row) => openContent(row, sealer).wrongPin ?? [])
    .slice(-failures);
}

/** Returns the event that announces a proof. */
function updateOf({ id, kinds, givenBy, capturedAtMs }: DeliveryProofRow, { missing }: AddedProof) {
  const capturedAt = new Date(capturedAtMs).toISOString();
  const proof = { id, kinds, by: givenBy, captured_at: capturedAt, missing };
  return { type: 'shipment.proof_added' as const, also: { proof } };
}

/** Returns the outcome for a proof that was stored before. */
async function resultOfStored(
  { tracking }: ProofDeps,
  tenant: Tenant,
  row: DeliveryProofRow,
): Promise<AddedProof> {
  return withTenant(tracking.db.app, tenant, async (tx) => {
    const [shipment] = await shipmentsByIds(tx, [row.shipmentId]);
    return resultOf(tx, shipment ?? { id: row.shipmentId, requireProof: [] }, row, false);
  });
}

/**
 * Returns the outcome of adding a proof: what is still missing, and how many attempts at the PIN
 * are left.
 */
async function resultOf(
  tx: Queryable,
  { id, requireProof }: Pick<Shipment, 'id' | 'requireProof'>,
  row: DeliveryProofRow,
  isNew: boolean,
): Promise<AddedProof> {
  const { pinOutcome: outcome } = row;
  const failures = outcome === null ? 0 : await pinFailures(tx, id);
  return {
    shipmentId: id,
    proofId: row.id,
    isNew,
    kinds: row.kinds,
    missing: missingProofs(requireProof, await givenProofKinds(tx, id)),
    pin:
      outcome === null ? null : { outcome, attemptsLeft: Math.max(0, PIN_FAILURES_MAX - failures) },
  };
}
