import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import {
  queryColumn,
  queryCount,
  queryRows,
  queryValue,
} from '../../platform/database/query-rows.ts';
import type { Rows } from '../../platform/database/rows.gen.ts';
import type { PinOutcome } from './pin.ts';

/** One submission of proof for a delivery; its photos are stored with the other proofs. */
export interface DeliveryProofRow
  extends Omit<Rows['delivery_proofs'], 'kinds' | 'pinOutcome' | 'content' | 'dataKey'> {
  readonly kinds: readonly ProofKind[];
  readonly pinOutcome: PinOutcome | null;
  /** The sealed content; null if it was erased. */
  readonly content: Uint8Array | null;
  readonly dataKey: Uint8Array | null;
}

/**
 * The columns by name, because a prepared `select *` fails in every running process when a
 * migration adds a column.
 */
const COLUMNS = `
  id, merchant_id, mode, shipment_id, client_id, given_by, giver_id, kinds, pin_outcome,
  content, data_key, captured_at, received_at`;

/** Returns the proofs of shipments that the current role may see, oldest first. */
export async function deliveryProofsOf(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<DeliveryProofRow[]> {
  return queryRows<DeliveryProofRow>(db, {
    name: 'delivery_proofs_of',
    text: `select ${COLUMNS} from delivery_proofs where shipment_id = any($1::uuid[])
           order by received_at, id`,
    values: [shipmentIds],
  });
}

/** Stores a proof of delivery, whose content is sealed. */
export async function insertDeliveryProof(db: Queryable, it: DeliveryProofRow): Promise<void> {
  await db.query({
    name: 'insert_delivery_proof',
    text: `insert into delivery_proofs (id, merchant_id, mode, shipment_id, client_id, given_by,
             giver_id, kinds, pin_outcome, content, data_key, captured_at, received_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, to_timestamp($12 / 1000.0),
             to_timestamp($13 / 1000.0))`,
    values: [
      it.id,
      it.merchantId,
      it.mode,
      it.shipmentId,
      it.clientId,
      it.givenBy,
      it.giverId,
      it.kinds,
      it.pinOutcome,
      it.content,
      it.dataKey,
      it.capturedAtMs,
      it.receivedAtMs,
    ],
  });
}

/** Returns the kinds of proof that a shipment has, including those whose pictures are erased. */
export function givenProofKinds(db: Queryable, shipmentId: string): Promise<ProofKind[]> {
  return queryColumn<ProofKind>(db, {
    name: 'given_proof_kinds',
    text: `select distinct unnest(kinds) as kind from delivery_proofs where shipment_id = $1`,
    values: [shipmentId],
  });
}

/** Returns how many wrong PINs count for a shipment. */
export async function pinFailures(db: Queryable, shipmentId: string): Promise<number> {
  return (
    (await queryValue<number>(db, {
      name: 'pin_failures',
      text: 'select failures from pin_failures where shipment_id = $1',
      values: [shipmentId],
    })) ?? 0
  );
}

/** Counts one more wrong PIN for a shipment. */
export async function addPinFailure(
  db: Queryable,
  { merchantId, mode }: Tenant,
  shipmentId: string,
): Promise<void> {
  await db.query({
    name: 'add_pin_failure',
    text: `insert into pin_failures (shipment_id, merchant_id, mode, failures) values ($1, $2, $3, 1)
           on conflict (shipment_id) do update set failures = pin_failures.failures + 1`,
    values: [shipmentId, merchantId, mode],
  });
}

/** Resets the count of wrong PINs. */
export async function forgetPinFailures(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from pin_failures where shipment_id = $1', [shipmentId]);
}

/** Erases all of a shipment's proofs; their photos are erased with the other proofs. */
export async function eraseDeliveryProofs(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from delivery_proofs where shipment_id = $1', [shipmentId]);
  await forgetPinFailures(db, shipmentId);
}

/**
 * Erases the content of at most `limit` proofs received before `beforeMs` (who, where and how), but
 * keeps the record that a proof was given. Returns the number erased.
 */
export function eraseDeliveryProofsBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(db, {
    name: 'erase_old_delivery_proofs',
    text: `update delivery_proofs set content = null, data_key = null where id = any(array(
             select id from delivery_proofs where data_key is not null
               and received_at < to_timestamp($1 / 1000.0) order by received_at limit $2))`,
    values: [beforeMs, limit],
  });
}
