import { createHash } from 'node:crypto';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Database, withTenant } from '../../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import type { Shipment } from '../../../tracking/index.ts';
import type { WrittenMessage } from '../contract.ts';
import { recipientAddress, recipientOf } from '../people/people.ts';
import { insertWritten, openWritten, sealWritten, writtenOfShipment } from './write.sql.ts';

interface WriteDeps {
  readonly db: Pick<Database, 'app'>;
  readonly tracking: { readonly sealer: EnvelopeSealer };
  readonly clock: Clock;
}

/**
 * The channel by which a recipient can be written to: mail, else SMS; null: the shipment has
 * neither address.
 */
export type WrittenBy = 'email' | 'sms' | null;

/** Returns the channel by which a shipment's recipient can be written to. */
export function writtenBy(
  { tracking }: Pick<WriteDeps, 'tracking'>,
  shipment: Shipment,
): WrittenBy {
  const recipient = recipientOf(shipment, tracking.sealer);
  if (recipientAddress(recipient, 'email') !== null) return 'email';
  return recipientAddress(recipient, 'sms') === null ? null : 'sms';
}

/**
 * The time after which a message is stale. It may wait for quiet hours or a provider, but not for
 * many days.
 */
const STALE_AFTER_S = 3 * 86_400;
/** The maximum age of the form on which a message is written. */
const MESSAGE_MS_MAX = 86_400_000;

/** A message to the recipients of several parcels. */
export interface MessageToWrite extends WrittenMessage {
  /** The UUIDv7 of the form: a form that is sent twice writes once. */
  readonly messageId: string;
  readonly shipments: readonly Shipment[];
}

/**
 * Puts the message into the outbox for every recipient who can be written to. Each message is
 * decided when it is due, as all messages are: a recipient who has unsubscribed gets none, and the
 * parcel's page shows that.
 *
 * @returns the number of recipients; null: the form is older than a day, or its id is not valid.
 */
export async function writeToRecipients(
  deps: WriteDeps,
  tenant: Tenant,
  { messageId, shipments, ...written }: MessageToWrite,
): Promise<number | null> {
  const nowMs = deps.clock.nowMs();
  const madeMs = Number.parseInt(messageId.replace('-', '').slice(0, 12), 16);
  if (Number.isNaN(madeMs) || Math.abs(nowMs - madeMs) > MESSAGE_MS_MAX) return null;
  let many = 0;
  // Shipments are locked one by one: two processes that lock several at once could block each
  // other.
  for (const shipment of shipments) {
    const channel = writtenBy(deps, shipment);
    if (channel === null) continue;
    const id = idOf(messageId, madeMs, shipment.id);
    const sealed = sealWritten(deps.tracking.sealer, written);
    const message = { id, shipmentId: shipment.id, channel, ...sealed };
    const isThere = await withTenant(deps.db.app, tenant, (tx) =>
      insertWritten(tx, tenant, message, { nowMs, forS: STALE_AFTER_S }),
    );
    if (isThere) many += 1;
  }
  return many;
}

/**
 * The id of the message to one recipient: always the same for the same form and parcel, and in time
 * order with all others.
 */
function idOf(messageId: string, madeMs: number, shipmentId: string): string {
  return uuidV7(madeMs, createHash('sha256').update(`${messageId} ${shipmentId}`).digest());
}

/** The messages written by hand to a shipment's recipient, by the message's id. */
export async function writtenAbout(
  { db, tracking }: WriteDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<ReadonlyMap<string, WrittenMessage>> {
  const rows = await withTenant(db.app, tenant, (tx) => writtenOfShipment(tx, shipmentId));
  return new Map(rows.map(({ id, ...each }) => [id, openWritten(tracking.sealer, each)]));
}
