import type { CourierNote } from '../../../kernel/custody.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import { firstName } from '../people/courier.ts';
import { courierById } from '../people/couriers.sql.ts';
import { unsealCourier } from '../people/couriers.ts';
import type { DriverEvent, EventRefusal } from './driver-event.ts';
import { lastEvents, notesOfShipment } from './driver-events.sql.ts';

/** A device's event as the merchant sees it. */
export interface SentEvent {
  readonly id: string;
  readonly deviceId: string;
  readonly type: DriverEvent['type'];
  readonly atMs: number;
  readonly receivedAtMs: number;
  readonly shipmentId: string | null;
  readonly trackingNumber: string | null;
  /** The code of a scan, or the status of a command. */
  readonly code: string | null;
  readonly refusal: EventRefusal | null;
  /** The whole event, for refused events and notes; null: its content is not stored. */
  readonly sent: DriverEvent | null;
}

/** How many events are listed: a day's work. Older ones can be read in the database. */
const LISTED_MAX = 200;

/** A courier's newest events; null: no such courier. */
export async function listEvents(
  { db, sealer }: Pick<CourierMachines, 'db'> & { readonly sealer: EnvelopeSealer },
  tenant: Tenant,
  courierId: string,
  { refusedOnly }: { readonly refusedOnly: boolean },
): Promise<SentEvent[] | null> {
  return withTenant(db.app, tenant, async (tx) => {
    if ((await courierById(tx, courierId)) === null) return null;
    const rows = await lastEvents(tx, courierId, { refusedOnly, limit: LISTED_MAX });
    return rows.map((row) => ({
      id: row.id,
      deviceId: row.deviceId,
      type: row.type,
      code: row.code,
      atMs: row.atMs,
      receivedAtMs: row.receivedAtMs,
      shipmentId: row.shipmentId,
      trackingNumber: row.trackingNumber,
      refusal: row.refusal,
      sent:
        row.content && row.dataKey
          ? JSON.parse(Buffer.from(sealer.open(row.content, row.dataKey)).toString('utf8'))
          : null,
    }));
  });
}

/** Maximum for one parcel; more means a malfunctioning device. */
const NOTES_MAX = 200;

/** The notes that couriers wrote about a parcel, oldest first. */
export async function courierNotes(
  {
    db,
    keyring,
    sealer,
  }: Pick<CourierMachines, 'db' | 'keyring'> & {
    readonly sealer: EnvelopeSealer;
  },
  tenant: Tenant,
  shipmentId: string,
): Promise<CourierNote[]> {
  return withTenant(db.app, tenant, async (tx) => {
    const names = new Map<string, string>();
    const notes: CourierNote[] = [];
    for (const row of await notesOfShipment(tx, shipmentId, NOTES_MAX)) {
      const id = row.courierId;
      const courier = names.has(id) ? null : await courierById(tx, id);
      if (courier !== null) names.set(id, firstName(unsealCourier(keyring, courier).name));
      const sent: DriverEvent = JSON.parse(
        Buffer.from(sealer.open(row.content, row.dataKey)).toString('utf8'),
      );
      if (sent.note === undefined) continue;
      notes.push({ atMs: row.atMs, firstName: names.get(id) ?? '', text: sent.note });
    }
    return notes;
  });
}
