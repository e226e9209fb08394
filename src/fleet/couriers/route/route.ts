import { DateTime } from 'luxon';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { zoneNamed } from '../../../kernel/time/formatters.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { type Keyring, open } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { ParcelAddress, ParcelInfo, Parcels } from '../parcel-info.ts';
import { type Courier, firstName } from '../people/courier.ts';
import { courierById } from '../people/couriers.sql.ts';
import { keyedHash, toCourier, unsealCourier } from '../people/couriers.ts';
import { type CourierParcelRow, notesBoundTo, routeOf } from './courier-parcels.sql.ts';
import { type NoticeKind, type NoticeRow, noticesOf } from './notices.sql.ts';

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
 * Reads a courier's route: first the list in its order, then parcels that were loaded without being
 * on the list. Of these, the last loaded comes first, because it is the first to come out of the
 * van. Null: no such courier.
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
    for (const id of new Set(notices.flatMap(({ colleagueId: id }) => id ?? []))) {
      const colleague = await courierById(tx, id);
      if (colleague !== null) names.set(id, firstName(unsealCourier(keyring, colleague).name));
    }
    return { courier, rows, notices: notices.map((notice) => toNotice(notice, names)) };
  });
  if (read === null) return null;
  const ids = read.rows.flatMap(({ shipmentId: id }) => id ?? []);
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
    if (row.doneWhy === 'taken_off' || row.doneWhy === 'rescheduled') continue;
    byStop.set(row.stopId, [...(byStop.get(row.stopId) ?? []), row]);
  }
  return [...byStop].flatMap(([id, of]) => {
    const parcels = of.flatMap((row): RouteParcel[] => {
      const info = infos.get(row.shipmentId ?? '');
      return info === undefined ? [] : [{ ...info, state: stateOf(row, info) }];
    });
    if (parcels.length === 0) return [];
    const windowed = of.find(({ windowFromMs: from }) => from !== null);
    const window =
      windowed?.windowFromMs && windowed.windowToMs
        ? { fromMs: windowed.windowFromMs, toMs: windowed.windowToMs }
        : null;
    const notes = of.flatMap((row) =>
      row.notes === null ? [] : [open(keyring, row.notes, notesBoundTo(row.id)).toString('utf8')],
    );
    const locked = of.some((row) => row.locked);
    return [{ id, locked, window, notes: [...new Set(notes)], parcels }];
  });
}

function stateOf({ doneAtMs, heldSinceMs }: CourierParcelRow, info: ParcelInfo) {
  if (doneAtMs !== null || ENDED.has(info.status)) return 'done';
  return heldSinceMs === null ? 'to_load' : 'loaded';
}

function toNotice(row: NoticeRow, names: ReadonlyMap<string, string>): RouteNotice {
  return {
    id: row.id,
    atMs: row.atMs,
    kind: row.kind,
    trackingNumber: row.trackingNumber,
    wantedOn: row.wantedOn,
    colleague: names.get(row.colleagueId ?? '') ?? null,
  };
}

/** The lookup hash of an address; null: the street is unknown, so it matches no other address. */
export function addressHash(
  key: Uint8Array,
  tenant: Tenant,
  address: ParcelAddress | undefined,
): Buffer | null {
  if (address === undefined || address.lines.length === 0) return null;
  const { lines, postalCode, city, country } = address;
  const text = [...lines, postalCode, city, country]
    .map((part) => (part ?? '').toLowerCase().replaceAll(/[\s.,-]+/g, ''))
    .join('|');
  return keyedHash(key, tenant, 'address', text);
}

type Stopping = Pick<CourierParcelRow, 'stopId' | 'addressHash' | 'doneAtMs'>;

/** A courier's stops by address, so that another parcel for the same address joins its stop. */
export class Stops {
  readonly #byAddress = new Map<string, string>();
  readonly #newId: () => string;

  constructor(rows: readonly Stopping[], newId: () => string) {
    this.#newId = newId;
    for (const { stopId: id, addressHash: hash, doneAtMs } of rows) {
      if (hash !== null && doneAtMs === null) this.#byAddress.set(hash.toString('hex'), id);
    }
  }

  /** The stop at the address with this hash, created if missing. */
  at(hash: Uint8Array | null): string {
    if (hash === null) return this.#newId();
    const key = Buffer.from(hash).toString('hex');
    const known = this.#byAddress.get(key);
    if (known !== undefined) return known;
    const made = this.#newId();
    this.#byAddress.set(key, made);
    return made;
  }
}

/** Returns a maker of ids for stops, parcels and notices. */
export function idMaker(nowMs: number, random: (bytes: number) => Uint8Array): () => string {
  return () => uuidV7(nowMs, random(10));
}

/** The start of the current day in that zone, or in UTC if the zone is unknown. Epoch ms. */
function startOfDayMs(nowMs: number, zone: string | null): number {
  return DateTime.fromMillis(nowMs, { zone: zoneNamed(zone ?? 'UTC') })
    .startOf('day')
    .toMillis();
}
