import type { Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database/database.ts';
import { queryAny, queryCount, queryRows, type Row } from '../platform/database/query-rows.ts';

export interface ProofRow
  extends Row<
    'proofs',
    | 'id'
    | 'merchantId'
    | 'mode'
    | 'carrier'
    | 'trackingNumber'
    | 'deliveryProofId'
    | 'kind'
    | 'mediaType'
    | 'sizeBytes'
    | 'digest'
    | 'blobKey'
    | 'dataKey'
    | 'fetchedAtMs'
  > {
  /** The account that fetched it; null if the merchant's own courier gave it. */
  readonly accountId: string | null;
  /** The shipment to which it belongs; null for a carrier's, which is found by its number. */
  readonly shipmentId: string | null;
}

/**
 * Selects proofs: a shipment's own, and a carrier's for its number that were fetched while it was
 * the newest.
 */
export interface ProofsOf {
  readonly shipmentId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly fromMs: number;
  /** The end of that time, exclusive; null means until now. */
  readonly untilMs: number | null;
}

/** Stores a proof. False when the same document of the number is stored already. */
export function insertProof(db: Queryable, row: ProofRow): Promise<boolean> {
  return queryAny(db, {
    name: 'insert_proof',
    text: `insert into proofs (id, merchant_id, mode, carrier, tracking_number, account_id, kind,
             media_type, size_bytes, digest, blob_key, data_key, fetched_at, shipment_id,
             delivery_proof_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, to_timestamp($13 / 1000.0),
             $14, $15)
           on conflict do nothing`,
    values: [
      row.id,
      row.merchantId,
      row.mode,
      row.carrier,
      row.trackingNumber,
      row.accountId,
      row.kind,
      row.mediaType,
      row.sizeBytes,
      row.digest,
      row.blobKey,
      row.dataKey,
      row.fetchedAtMs,
      row.shipmentId,
      row.deliveryProofId,
    ],
  });
}

const OF_LIFE = `carrier = $1 and tracking_number = $2 and data_key is not null
  and (shipment_id = $5 or (shipment_id is null and fetched_at >= to_timestamp($3 / 1000.0)
    and ($4::float8 is null or fetched_at < to_timestamp($4 / 1000.0))))`;

const COLUMNS = `id, merchant_id, mode, carrier, tracking_number, account_id, shipment_id,
  delivery_proof_id, kind, media_type, size_bytes, digest, blob_key, data_key, fetched_at`;

/** Returns the proofs that the current role may see, oldest first. */
export async function visibleProofs(db: Queryable, wanted: ProofsOf): Promise<ProofRow[]> {
  return queryRows<ProofRow>(db, {
    name: 'visible_proofs',
    text: `select ${COLUMNS} from proofs where ${OF_LIFE} order by fetched_at, id`,
    values: valuesOf(wanted),
  });
}

/**
 * Destroys the keys of an instance's proofs, so that nothing of them can be read. Returns how many.
 */
export function eraseProofs(db: Queryable, tenant: Tenant, wanted: ProofsOf): Promise<number> {
  return queryCount(db, {
    name: 'erase_proofs',
    text: `update proofs set data_key = null
           where ${OF_LIFE} and merchant_id = $6 and mode = $7`,
    values: [...valuesOf(wanted), tenant.merchantId, tenant.mode],
  });
}

function valuesOf({ carrier, trackingNumber, fromMs, untilMs, shipmentId }: ProofsOf) {
  return [carrier, trackingNumber, fromMs, untilMs, shipmentId];
}

/**
 * Destroys the keys of at most `limit` proofs fetched before `beforeMs`, of any tenant. Returns how
 * many.
 */
export function eraseProofsBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(db, {
    name: 'erase_old_proofs',
    text: `update proofs set data_key = null where id = any(array(
             select id from proofs where data_key is not null
               and fetched_at < to_timestamp($1 / 1000.0) order by fetched_at limit $2))`,
    values: [beforeMs, limit],
  });
}

/** Returns erased proofs whose bytes are still in the blob store. */
export async function erasedProofs(
  db: Queryable,
  limit: number,
): Promise<Pick<ProofRow, 'id' | 'blobKey'>[]> {
  return queryRows(
    db,
    'select id, blob_key from proofs where data_key is null order by fetched_at limit $1',
    [limit],
  );
}

export async function dropProofs(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query('delete from proofs where id = any($1::uuid[])', [ids]);
}
