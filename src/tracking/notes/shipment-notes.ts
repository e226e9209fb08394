import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTenant } from '../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { TrackingDeps } from '../tracking.ts';
import { insertShipmentNote, shipmentNotes } from './shipment-notes.sql.ts';

/**
 * A note that colleagues at a merchant write about a parcel for each other; nobody else reads it.
 */
export interface ShipmentNote {
  readonly id: string;
  readonly writtenAtMs: number;
  readonly text: string;
  /** The author's name at the time of writing, because the author may have left since. */
  readonly author: string;
}

/** Limit of notes per shipment: more than people write about one parcel. */
export const SHIPMENT_NOTES_MAX = 200;

type Deps = Pick<TrackingDeps, 'db' | 'sealer' | 'clock' | 'randomBytes'>;

/**
 * Stores a note until its shipment is erased.
 *
 * @returns `full`: there are already `SHIPMENT_NOTES_MAX`; `absent`: the tenant has no such
 * shipment.
 */
export async function writeShipmentNote(
  { db, sealer, clock, randomBytes }: Deps,
  tenant: Tenant,
  shipmentId: string,
  note: Pick<ShipmentNote, 'text' | 'author'>,
): Promise<'written' | 'full' | 'absent'> {
  const nowMs = clock.nowMs();
  const { text, author } = note;
  const sealed = sealer.seal(Buffer.from(JSON.stringify({ text, author }), 'utf8'));
  const row = { id: uuidV7(nowMs, randomBytes(10)), shipmentId, tenant, nowMs, ...sealed };
  return withTenant(db.app, tenant, (tx) => insertShipmentNote(tx, row, SHIPMENT_NOTES_MAX));
}

/** Returns the notes on a tenant's shipment, newest first. */
export async function readShipmentNotes(
  { db, sealer }: Pick<Deps, 'db' | 'sealer'>,
  tenant: Tenant,
  shipmentId: string,
): Promise<readonly ShipmentNote[]> {
  const rows = await withTenant(db.app, tenant, (tx: Queryable) => shipmentNotes(tx, shipmentId));
  return rows.map(({ id, writtenAtMs, note, dataKey }) => ({
    id,
    writtenAtMs,
    ...opened(sealer, note, dataKey),
  }));
}

function opened(sealer: EnvelopeSealer, note: Uint8Array, key: Uint8Array) {
  const { text, author } = JSON.parse(Buffer.from(sealer.open(note, key)).toString('utf8'));
  return { text: String(text), author: String(author) };
}
