import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import { firstName } from '../people/courier.ts';
import { courierById } from '../people/couriers.sql.ts';
import { openCourier } from '../people/couriers.ts';
import type { DriverEvent, EventRefusal } from './driver-event.ts';
import { lastEvents, notesOfShipment } from './driver-events.sql.ts';

/** What a device sent, as the merchant looks at it. */
export interface SentEvent {
  readonly id: string;
  readonly deviceId: string;
  readonly type: DriverEvent['type'];
  readonly atMs: number;
  readonly receivedAtMs: number;
  readonly shipmentId: string | null;
  readonly trackingNumber: string | null;
  /** Of a scan its code, of a command the status. */
  readonly code: string | null;
  readonly refusal: EventRefusal | null;
  /** The whole event, of one that was refused and of a note; null: it is not kept. */
  readonly sent: DriverEvent | null;
}

/** A day's worth of work; older ones are for the database's owner. */
const LISTED_MAX = 200;

/** The newest of a courier's events; null: there is no such courier. */
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
      ...{ id: row.id, deviceId: row.device_id, type: row.type, code: row.code },
      atMs: row.at.getTime(),
      receivedAtMs: row.received_at.getTime(),
      shipmentId: row.shipment_id,
      trackingNumber: row.tracking_number,
      refusal: row.refusal,
      sent:
        row.content && row.data_key
          ? JSON.parse(Buffer.from(sealer.open(row.content, row.data_key)).toString('utf8'))
          : null,
    }));
  });
}

/** What a courier wrote about a parcel. */
export interface CourierNote {
  readonly atMs: number;
  /** Empty: the courier was removed. */
  readonly firstName: string;
  readonly text: string;
}

/** Of one parcel; more is a machine that is stuck. */
const NOTES_MAX = 200;

/** Oldest first. */
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
      const id = row.courier_id;
      const courier = names.has(id) ? null : await courierById(tx, id);
      if (courier !== null) names.set(id, firstName(openCourier(keyring, courier).name));
      const sent: DriverEvent = JSON.parse(
        Buffer.from(sealer.open(row.content, row.data_key)).toString('utf8'),
      );
      if (sent.note === undefined) continue;
      notes.push({ atMs: row.at.getTime(), firstName: names.get(id) ?? '', text: sent.note });
    }
    return notes;
  });
}
