import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import type { WrittenMessage } from '../contract.ts';
import { NO_ADDRESS_HASH } from '../people/addresses.ts';

interface NewWritten extends SealedWritten {
  readonly id: string;
  readonly shipmentId: string;
  readonly channel: 'email' | 'sms';
}

/**
 * Puts a message written by hand into the outbox; one with the same id stays as it is. The shipment
 * is locked meanwhile, so that an erasure either finds the message or prevents it.
 *
 * @returns false: the tenant has no such shipment any more.
 */
export async function insertWritten(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  message: NewWritten,
  { nowMs, forS }: { readonly nowMs: number; readonly forS: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from shipments where id = $1 and deleted_at is null for no key update',
    [message.shipmentId],
  );
  if (rowCount === 0) return false;
  await tx.query(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone,
       template, channel, audience, address_hash, subject, state, created_at, send_at, stale_at,
       written, data_key)
     select $1, $2, $3, $4, at, 'merchant_message', 'merchant_message', $5, 'recipient',
       decode($6, 'hex'), 'merchant_message', 'queued', at, at, at + make_interval(secs => $7), $8, $9
     from to_timestamp($10 / 1000.0) as at
     on conflict (id) do nothing`,
    [
      message.id,
      merchantId,
      mode,
      message.shipmentId,
      message.channel,
      NO_ADDRESS_HASH,
      forS,
      message.sealed,
      message.dataKey,
      nowMs,
    ],
  );
  return true;
}

interface WrittenRow {
  readonly id: string;
  readonly written: Buffer;
  readonly dataKey: Buffer;
}

/** The maximum number of messages, as many as a page shows. */
const WRITTEN_MAX = 50;

/** The newest messages written by hand about a shipment of the current tenant. */
export async function writtenOfShipment(
  db: Queryable,
  shipmentId: string,
): Promise<readonly ({ readonly id: string } & SealedWritten)[]> {
  const rows = await queryRows<WrittenRow>(db, {
    name: 'written_of_shipment',
    text: `select id, written, data_key from notifications
           where shipment_id = $1 and written is not null order by id desc limit $2`,
    values: [shipmentId, WRITTEN_MAX],
  });
  return rows.map(({ id, written, dataKey }) => ({ id, sealed: written, dataKey }));
}

/**
 * A sealed message. It may name people, so it has a key of its own, which is deleted with the
 * shipment.
 */
interface SealedWritten {
  readonly sealed: Uint8Array;
  readonly dataKey: Uint8Array;
}

export function sealWritten(
  sealer: EnvelopeSealer,
  { subject, text }: WrittenMessage,
): SealedWritten {
  return sealer.seal(Buffer.from(JSON.stringify({ subject, text }), 'utf8'));
}

export function openWritten(
  sealer: EnvelopeSealer,
  { sealed, dataKey }: SealedWritten,
): WrittenMessage {
  const { subject, text } = JSON.parse(Buffer.from(sealer.open(sealed, dataKey)).toString('utf8'));
  return { subject: String(subject), text: String(text) };
}
