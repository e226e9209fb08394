import { isTerminal } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Transaction, withTenant } from '../../../platform/database/database.ts';
import { open, seal } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { ParcelInfo, Parcels } from '../parcel-info.ts';
import { courierById, lockCourier } from '../people/couriers.sql.ts';
import {
  type CourierParcelRow,
  endParcel,
  insertCourierParcel,
  lockOpen,
  notesBoundTo,
  placeParcel,
  routeOf,
} from './courier-parcels.sql.ts';
import { insertNotice, type NoticeKind } from './notices.sql.ts';
import { addressHash, idMaker, Stops } from './route.ts';

/** Limit of a route: more than a van holds. A route is planned and written as a whole. */
export const ROUTE_PARCELS_MAX = 1_000;

/** A parcel in the list that a merchant sends. */
export interface RouteEntry {
  readonly shipmentId: string;
  readonly window: { readonly fromMs: number; readonly toMs: number } | null;
  readonly notes: string | null;
  readonly locked: boolean;
}

export type RouteOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'not_found' }
  /** The entry at `index` cannot be on a route. */
  | {
      readonly kind: 'invalid';
      readonly index: number;
      readonly why: 'unknown' | 'twice' | 'ended';
    }
  /** Couriers hold these: only a handover moves them. */
  | { readonly kind: 'held'; readonly shipmentIds: readonly string[] };

type RouteDeps = CourierMachines & { readonly parcels: Parcels };

/** Thrown when a courier took one of the parcels concurrently: the custody must be read again. */
class ParcelClaimed extends Error {
  override readonly name = 'ParcelClaimed';
}

const TRIES_MAX = 3;

/** Replaces a courier's whole list. Parcels in hand stay, on the list or not. */
export async function writeRoute(
  deps: RouteDeps,
  tenant: Tenant,
  courierId: string,
  entries: readonly RouteEntry[],
): Promise<RouteOutcome> {
  const infos = await deps.parcels.byIds(
    tenant,
    entries.map(({ shipmentId }) => shipmentId),
  );
  const byId = new Map(infos.map((info) => [info.shipmentId, info]));
  const fault = faultOf(entries, byId);
  if (fault !== null) return fault;
  const key = await deps.recognition();
  for (let triesLeft = TRIES_MAX; ; triesLeft -= 1) {
    try {
      return await writeOnce(deps, tenant, { courierId, entries, infos, byId, key });
    } catch (error) {
      if (!(error instanceof ParcelClaimed) || triesLeft <= 1) throw error;
    }
  }
}

/**
 * Replaces the list in one transaction. Throws `ParcelClaimed` if a courier took a parcel first.
 */
async function writeOnce(
  deps: RouteDeps,
  tenant: Tenant,
  wanted: {
    readonly courierId: string;
    readonly entries: readonly RouteEntry[];
    readonly infos: readonly ParcelInfo[];
    readonly byId: ReadonlyMap<string, ParcelInfo>;
    readonly key: Uint8Array;
  },
): Promise<RouteOutcome> {
  const { courierId, entries, infos, byId, key } = wanted;
  return withTenant(deps.db.app, tenant, async (tx) => {
    if (!(await lockCourier(tx, courierId))) return { kind: 'not_found' };
    const nowMs = deps.clock.nowMs();
    const newId = idMaker(nowMs, deps.randomBytes);
    const numbers = new Set(infos.map(({ trackingNumber }) => trackingNumber));
    const listed = (await routeOf(tx, courierId, nowMs + 1)).map((row) => row.trackingNumber);
    // Phones change custody meanwhile; only locked rows are stable.
    const open = await lockOpen(tx, tenant, [...new Set([...numbers, ...listed])].sort());
    const held = open.filter(
      (row) =>
        row.heldSinceMs !== null && row.courierId !== courierId && numbers.has(row.trackingNumber),
    );
    if (held.length > 0) {
      return { kind: 'held', shipmentIds: held.flatMap(({ shipmentId: id }) => id ?? []) };
    }
    const ownParcels = open.filter((row) => row.courierId === courierId);
    const writing = { deps, tx, tenant, courierId, nowMs, newId };
    await removeUnlisted(writing, ownParcels, numbers);
    const byNumber = new Map(open.map((row) => [row.trackingNumber, row]));
    const stops = new Stops(
      ownParcels.filter(({ trackingNumber: number }) => numbers.has(number)),
      newId,
    );
    for (const [place, entry] of entries.entries()) {
      const info = byId.get(entry.shipmentId);
      if (info === undefined) continue;
      const hash = addressHash(key, tenant, info.address);
      const row = byNumber.get(info.trackingNumber);
      await placeEntry(writing, { entry, place, info, hash, row, stops });
    }
    return { kind: 'done' };
  });
}

function faultOf(
  entries: readonly RouteEntry[],
  infos: ReadonlyMap<string, ParcelInfo>,
): RouteOutcome | null {
  const seen = new Set<string>();
  for (const [index, { shipmentId }] of entries.entries()) {
    const info = infos.get(shipmentId);
    if (info === undefined) return { kind: 'invalid', index, why: 'unknown' };
    if (seen.has(shipmentId)) return { kind: 'invalid', index, why: 'twice' };
    if (isTerminal(info.status)) return { kind: 'invalid', index, why: 'ended' };
    seen.add(shipmentId);
  }
  return null;
}

interface Writing {
  readonly deps: RouteDeps;
  readonly tx: Transaction;
  readonly tenant: Tenant;
  readonly courierId: string;
  readonly nowMs: number;
  readonly newId: () => string;
}

/** Takes parcels that are no longer on the list off the route, unless the courier holds them. */
async function removeUnlisted(
  writing: Writing,
  ownParcels: readonly CourierParcelRow[],
  wanted: ReadonlySet<string>,
): Promise<void> {
  const { deps, tx, nowMs } = writing;
  for (const row of ownParcels.filter(({ trackingNumber: number }) => !wanted.has(number))) {
    if (row.heldSinceMs !== null) {
      await placeParcel(tx, row.id, { ...toPlacing(row), place: null });
      continue;
    }
    await endParcel(tx, row.id, 'taken_off', nowMs);
    await insertOwnNotice({ ...writing, deps }, row, row.courierId, 'taken_off');
  }
}

function toPlacing(row: CourierParcelRow) {
  return {
    courierId: row.courierId,
    stopId: row.stopId,
    place: row.place,
    locked: row.locked,
    windowFromMs: row.windowFromMs,
    windowToMs: row.windowToMs,
    notes: row.notes,
  };
}

async function insertOwnNotice(
  { tx, tenant, nowMs, newId }: Writing,
  row: Pick<CourierParcelRow, 'shipmentId' | 'trackingNumber'>,
  courierId: string,
  kind: NoticeKind,
): Promise<void> {
  await insertNotice(tx, tenant, {
    id: newId(),
    courierId,
    kind,
    atMs: nowMs,
    shipmentId: row.shipmentId,
    trackingNumber: row.trackingNumber,
  });
}

async function placeEntry(
  writing: Writing,
  wanted: {
    readonly entry: RouteEntry;
    readonly place: number;
    readonly info: ParcelInfo;
    readonly hash: Buffer | null;
    readonly row: CourierParcelRow | undefined;
    readonly stops: Stops;
  },
): Promise<void> {
  const { deps, tx, tenant, courierId, nowMs, newId } = writing;
  const { entry, place, info, hash, row, stops } = wanted;
  const id = row?.id ?? newId();
  const isMine = row?.courierId === courierId;
  const to = {
    courierId,
    stopId: isMine && hash === null ? row.stopId : stops.at(hash),
    place,
    locked: entry.locked,
    windowFromMs: entry.window?.fromMs ?? null,
    windowToMs: entry.window?.toMs ?? null,
    notes:
      entry.notes === null
        ? null
        : seal(deps.keyring, Buffer.from(entry.notes, 'utf8'), notesBoundTo(id)),
  };
  if (row === undefined) {
    const isNew = await insertCourierParcel(tx, tenant, {
      ...to,
      id,
      addressHash: hash,
      assignedAtMs: nowMs,
      heldSinceMs: null,
      shipmentId: info.shipmentId,
      trackingNumber: info.trackingNumber,
    });
    if (!isNew) throw new ParcelClaimed();
    return;
  }
  await placeParcel(tx, id, to);
  if (!isMine) await insertOwnNotice(writing, row, row.courierId, 'taken_off');
}

export type HandoverOutcome =
  | { readonly kind: 'done'; readonly moved: number }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'no_such_colleague' }
  /** The courier neither holds these nor is to deliver them. */
  | { readonly kind: 'not_there'; readonly shipmentIds: readonly string[] };

/** Moves a courier's parcels to a colleague on the merchant's order, and notifies both. */
export async function handOver(
  deps: RouteDeps,
  tenant: Tenant,
  from: string,
  { to, shipmentIds }: { readonly to: string; readonly shipmentIds: readonly string[] | null },
): Promise<HandoverOutcome> {
  return withTenant(deps.db.app, tenant, async (tx) => {
    // In id order, the common lock order.
    for (const id of [from, to].sort()) await lockCourier(tx, id);
    if ((await courierById(tx, from)) === null) return { kind: 'not_found' };
    if (from === to || (await courierById(tx, to)) === null) return { kind: 'no_such_colleague' };
    const nowMs = deps.clock.nowMs();
    const newId = idMaker(nowMs, deps.randomBytes);
    const listed = await routeOf(tx, from, nowMs + 1);
    const numbers = listed.map((row) => row.trackingNumber);
    const locked = new Map((await lockOpen(tx, tenant, numbers)).map((row) => [row.id, row]));
    // Parcels that are done or a colleague's by now stay where they are.
    const all = listed.flatMap(({ id }) => {
      const row = locked.get(id);
      return row?.courierId === from ? [row] : [];
    });
    const byShipment = new Map(all.map((row) => [row.shipmentId, row]));
    const missing = (shipmentIds ?? []).filter((id) => !byShipment.has(id));
    if (missing.length > 0) return { kind: 'not_there', shipmentIds: missing };
    const wanted = shipmentIds === null ? null : new Set<string | null>(shipmentIds);
    const rows = all.filter((row) => wanted === null || wanted.has(row.shipmentId));
    const stops = new Stops(await routeOf(tx, to, nowMs + 1), newId);
    for (const row of rows) await giveParcel({ deps, tx, tenant, nowMs, newId }, row, to, stops);
    return { kind: 'done', moved: rows.length };
  });
}

/** Moves one parcel to a colleague's route, held if it was held, and notifies both couriers. */
async function giveParcel(
  { deps, tx, tenant, nowMs, newId }: Omit<Writing, 'courierId'>,
  row: CourierParcelRow,
  to: string,
  stops: Stops,
): Promise<void> {
  const id = newId();
  const opened = row.notes && open(deps.keyring, row.notes, notesBoundTo(row.id));
  await endParcel(tx, row.id, 'given', nowMs);
  await insertCourierParcel(tx, tenant, {
    id,
    courierId: to,
    shipmentId: row.shipmentId,
    trackingNumber: row.trackingNumber,
    stopId: stops.at(row.addressHash),
    addressHash: row.addressHash,
    place: null,
    locked: false,
    windowFromMs: row.windowFromMs,
    windowToMs: row.windowToMs,
    notes: opened && seal(deps.keyring, opened, notesBoundTo(id)),
    assignedAtMs: nowMs,
    heldSinceMs: row.heldSinceMs === null ? null : nowMs,
  });
  const about = { shipmentId: row.shipmentId, trackingNumber: row.trackingNumber, atMs: nowMs };
  await insertNotice(tx, tenant, {
    ...about,
    id: newId(),
    kind: 'given_to',
    courierId: row.courierId,
    colleagueId: to,
  });
  await insertNotice(tx, tenant, {
    ...about,
    id: newId(),
    kind: 'given_by',
    courierId: to,
    colleagueId: row.courierId,
  });
}
