import { createHash } from 'node:crypto';
import type { ProofDocument } from '../adapters/contract/pull.ts';
import { isUuid, uuidV7 } from '../kernel/ids.ts';
import type { Tenant } from '../kernel/tenant.ts';
import { DOCUMENT_TYPES } from '../kernel/wire/document-bytes.ts';
import { type Blobs, readRegistered } from '../platform/blobs.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import { type Database, type Queryable, withTenant } from '../platform/database/database.ts';
import type { EnvelopeSealer } from '../platform/sealing/sealing.ts';
import type { PollingAccount } from './accounts.ts';
import {
  dropProofs,
  erasedProofs,
  insertProof,
  type ProofRow,
  type ProofsOf,
  visibleProofs,
} from './proofs.sql.ts';

/** A proof of delivery as it is listed. */
export interface Proof {
  readonly id: string;
  /** The delivery proof of the merchant's own courier to which it belongs; null for a carrier's. */
  readonly deliveryProofId: string | null;
  readonly kind: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly fetchedAtMs: number;
}

/**
 * Stores signatures, photos and documents that a carrier gave for a delivery. They show people's
 * names and doors: each is sealed with a key of its own, and destroying the key erases it.
 */
export interface Proofs extends Pick<Blobs, 'assertStorable'> {
  /**
   * Stores the result of `proofOfDelivery`; a document that exists already is stored once. A
   * document with a media type that a browser might run, or an empty one, is omitted. Returns how
   * many are new.
   */
  store(
    account: Pick<PollingAccount, 'id' | 'merchantId' | 'mode' | 'carrier'>,
    trackingNumber: string,
    documents: readonly ProofDocument[],
  ): Promise<number>;
  /** Returns the proofs of one instance of a number, oldest first. */
  list(tenant: Tenant, of: ProofsOf): Promise<readonly Proof[]>;
  /**
   * Returns a proof with its bytes; null when that instance has no such proof, or its bytes are
   * erased. Throws `ObjectStoreUnavailable` if they cannot be read.
   */
  read(
    tenant: Tenant,
    of: ProofsOf,
    id: string,
  ): Promise<{ readonly proof: Proof; readonly bytes: Uint8Array } | null>;
}

interface ProofsDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly blobs: Blobs;
  readonly sealer: EnvelopeSealer;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** Media types that a browser shows but does not run. */
const MEDIA_TYPES: ReadonlySet<string> = new Set(DOCUMENT_TYPES);

export function createProofs(deps: ProofsDeps): Proofs {
  return {
    assertStorable: () => deps.blobs.assertStorable(),
    async store(account, trackingNumber, documents) {
      let stored = 0;
      for (const document of documents) {
        if (!MEDIA_TYPES.has(document.mediaType) || document.bytes.length === 0) continue;
        if (await storeOne(deps, account, trackingNumber, document)) stored += 1;
      }
      return stored;
    },
    async list(tenant, of) {
      const rows = await withTenant(deps.db.app, tenant, (tx) => visibleProofs(tx, of));
      return rows.map(toProof);
    },
    async read(tenant, of, id) {
      if (!isUuid(id)) return null;
      const rows = await withTenant(deps.db.app, tenant, (tx) => visibleProofs(tx, of));
      const row = rows.find((each) => each.id === id.toLowerCase());
      if (row === undefined || row.dataKey === null) return null;
      const sealed = await readRegistered(deps.blobs, row.blobKey);
      return { proof: toProof(row), bytes: deps.sealer.open(sealed, row.dataKey) };
    },
  };
}

async function storeOne(
  deps: ProofsDeps,
  account: Pick<PollingAccount, 'id' | 'merchantId' | 'mode' | 'carrier'>,
  trackingNumber: string,
  document: ProofDocument,
): Promise<boolean> {
  const row = await sealProof(deps, document, {
    merchantId: account.merchantId,
    mode: account.mode,
    carrier: account.carrier,
    trackingNumber,
    accountId: account.id,
    shipmentId: null,
    deliveryProofId: null,
  });
  const isNew = await insertProof(deps.db.pipeline, row);
  if (!isNew) await deps.blobs.remove(row.blobKey);
  return isNew;
}

/**
 * Seals a document under a key of its own and stores its bytes. The caller must insert the row that
 * makes it a proof, or remove the blob.
 */
export async function sealProof(
  { blobs, sealer, clock, randomBytes }: Omit<ProofsDeps, 'db'>,
  { kind, mediaType, bytes }: ProofDocument,
  whose: Pick<
    ProofRow,
    | 'merchantId'
    | 'mode'
    | 'carrier'
    | 'trackingNumber'
    | 'accountId'
    | 'shipmentId'
    | 'deliveryProofId'
  >,
): Promise<ProofRow> {
  const nowMs = clock.nowMs();
  const { sealed, dataKey } = sealer.seal(bytes);
  // First the bytes: a row without them would refer to nothing.
  const blobKey = await blobs.put(sealed);
  // The same photo may be given for two parcels, and is erased with each separately.
  const digest = createHash('sha256').update(bytes);
  if (whose.deliveryProofId !== null) digest.update(whose.deliveryProofId);
  return {
    ...whose,
    id: uuidV7(nowMs, randomBytes(10)),
    kind,
    mediaType,
    sizeBytes: bytes.length,
    digest: digest.digest(),
    blobKey,
    dataKey: Buffer.from(dataKey),
    fetchedAtMs: nowMs,
  };
}

function toProof(row: ProofRow): Proof {
  const { id, deliveryProofId, kind, mediaType, sizeBytes, fetchedAtMs } = row;
  return { id, deliveryProofId, kind, mediaType, sizeBytes, fetchedAtMs };
}

/** Removes the bytes of at most `limit` erased proofs, which nobody can read any more. */
export async function sweepErasedProofs(
  db: Queryable,
  blobs: Blobs,
  limit: number,
): Promise<number> {
  const rows = await erasedProofs(db, limit);
  for (const { blobKey } of rows) await blobs.remove(blobKey);
  if (rows.length > 0) {
    await dropProofs(
      db,
      rows.map(({ id }) => id),
    );
  }
  return rows.length;
}
