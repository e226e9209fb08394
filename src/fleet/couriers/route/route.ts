import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { type Keyring, open } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { ParcelInfo, Parcels } from '../parcel-info.ts';
import { type Courier, firstName } from '../people/courier.ts';
import { courierById } from '../people/couriers.sql.ts';
import { openCourier, toCourier } from '../people/couriers.ts';
import { type CourierParcelRow, notesBoundTo, routeOf } from './courier-parcels.sql.ts';
import { type NoticeKind, type NoticeRow, noticesOf } from './notices.sql.ts';
import { startOfDayMs } from './start-of-day.ts';

export interface RouteParcel extends ParcelInfo {
  readonly state: 'to_load' | 'loaded' | 'done';
}

export interface RouteStop {
  readonly id: string;
  readonly locked: boolean;
  readonly window: { readonly fromMs: number; readonly toMs: number } | null;
  readonly notes: readonly string[];
  readonly parcels: readonly RouteParcel[];
}

export interface RouteNotice {
  readonly id: string;
  readonly atMs: number;
  readonly kind: NoticeKind;
  readonly trackingNumber: string;
  readonly wantedOn: string | null;
  readonly colleague: string | null;
}

/** A courier's work today. */
export interface CourierRoute {
  readonly courier: Courier;
  /** In driving order. */
  readonly stops: readonly RouteStop[];
  /** Newest first. */
  readonly notices: readonly RouteNotice[];
}

const NOTICES_MAX = 100;
const NOTICES_SHOWN_MS = 86_400_000;

/**
 * A courier's stops: first the list in its order, then parcels loaded without being on the list,
 * last loaded first, because what went into the van last comes out first. Null: no such courier.
 */
export async function courierRoute(
  machines: CourierMachines & { readonly parcels: Parcels },
  tenant: Tenant,
  courierId: string,
): Promise<CourierRoute | null> {
  const { db, keyring, clock, parcels } = machines;
  const nowMs = clock.nowMs();
  const read = await withTenant(db.app, tenant, async (tx) => {
    const row = await courierById(tx, courierId);
    if (row === null) return null;
    const courier = toCourier(keyring, row, nowMs);
    const rows = await routeOf(tx, courierId, startOfDayMs(nowMs, courier.timeZone));
    const notices = await noticesOf(tx, courierId, nowMs - NOTICES_SHOWN_MS, NOTICES_MAX);
    const names = new Map<string, string>();
    for (const id of new Set(notices.flatMap(({ colleague_id: id }) => id ?? []))) {
      const colleague = await courierById(tx, id);
      if (colleague !== null) names.set(id, firstName(openCourier(keyring, colleague).name));
    }
    return { courier, rows, notices: notices.map((notice) => toNotice(notice, names)) };
  });
  if (read === null) return null;
  const ids = read.rows.flatMap(({ shipment_id: id }) => id ?? []);
  const infos = await parcels.byIds(tenant, ids);
  const byId = new Map(infos.map((info) => [info.shipmentId, info]));
  return { ...read, stops: stopsOf(keyring, read.rows, byId) };
}

const ENDED: ReadonlySet<Status> = new Set(['delivered', 'returned_to_sender', 'cancelled']);

/** Groups rows in route order into stops; finished ones keep their position. */
function stopsOf(
  keyring: Keyring,
  rows: readonly CourierParcelRow[],
  infos: ReadonlyMap<string, ParcelInfo>,
): RouteStop[] {
  const byStop = new Map<string, CourierParcelRow[]>();
  for (const row of rows) {
    if (row.done_why === 'taken_off' || row.done_why === 'rescheduled') continue;
    byStop.set(row.stop_id, [...(byStop.get(row.stop_id) ?? []), row]);
  }
  return [...byStop].flatMap(([id, of]) => {
    const parcels = of.flatMap((row): RouteParcel[] => {
      const info = infos.get(row.shipment_id ?? '');
      return info === undefined ? [] : [{ ...info, state: stateOf(row, info) }];
    });
    if (parcels.length === 0) return [];
    const windowed = of.find(({ window_from: from }) => from !== null);
    const window =
      windowed?.window_from && windowed.window_to
        ? { fromMs: windowed.window_from.getTime(), toMs: windowed.window_to.getTime() }
        : null;
    const notes = of.flatMap((row) =>
      row.notes === null ? [] : [open(keyring, row.notes, notesBoundTo(row.id)).toString('utf8')],
    );
    const locked = of.some((row) => row.locked);
    return [{ id, locked, window, notes: [...new Set(notes)], parcels }];
  });
}

function stateOf({ done_at: doneAt, held_since: heldSince }: CourierParcelRow, info: ParcelInfo) {
  if (doneAt !== null || ENDED.has(info.status)) return 'done';
  return heldSince === null ? 'to_load' : 'loaded';
}

function toNotice(row: NoticeRow, names: ReadonlyMap<string, string>): RouteNotice {
  return {
    id: row.id,
    atMs: row.at.getTime(),
    kind: row.kind,
    trackingNumber: row.tracking_number,
    wantedOn: row.wanted_on,
    colleague: names.get(row.colleague_id ?? '') ?? null,
  };
}
