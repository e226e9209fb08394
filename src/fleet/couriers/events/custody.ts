import type { ParcelEnd } from '../../../kernel/custody.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { EventsDeps } from '../deps.ts';
import type { ParcelInfo } from '../parcel-info.ts';
import {
  endParcel,
  holdParcel,
  insertCourierParcel,
  reopenParcel,
} from '../route/courier-parcels.sql.ts';
import { insertNotice } from '../route/notices.sql.ts';
import { addressHash, idMaker, type Stops } from '../route/route.ts';
import type { Sending } from './driver-event.ts';

/** Another writer changed the custody first: read it again. */
export class CustodyMoved extends Error {
  override readonly name = 'CustodyMoved';
}

interface CustodyWork {
  readonly tx: Transaction;
  readonly deps: EventsDeps;
  readonly sending: Sending;
  readonly stops: Stops;
  readonly key: Uint8Array;
}

interface ChangedParcel {
  readonly trackingNumber: string;
  readonly info: ParcelInfo | undefined;
  readonly atMs: number;
  /** The id of the row that the change inserts, if any. */
  readonly newId: string;
}

/**
 * Writes the change of custody that a scan or command caused. Throws `CustodyMoved` if another
 * writer changed it first.
 */
export async function writeCustody(
  work: CustodyWork,
  change: CustodyChange,
  parcel: ChangedParcel,
): Promise<void> {
  const { tx, sending, stops, key } = work;
  const { tenant, courierId } = sending.driver;
  const hash = addressHash(key, tenant, parcel.info?.address);
  switch (change.kind) {
    case 'take':
      return insertHeld(work, parcel, hash);
    case 'hold': {
      const stopId = change.from === courierId ? null : stops.at(hash);
      await holdParcel(tx, change.id, { courierId, stopId, sinceMs: parcel.atMs });
      if (change.from !== courierId) await notifyGiven(work, change.from, parcel, ['given_to']);
      return;
    }
    case 'hand_over':
      if (!(await endParcel(tx, change.id, 'given', parcel.atMs))) throw new CustodyMoved();
      await insertHeld(work, parcel, hash);
      return notifyGiven(work, change.from, parcel, ['given_to', 'given_by']);
    case 'reopen':
      if (!(await reopenParcel(tx, change.id, parcel.atMs))) throw new CustodyMoved();
      return;
    case 'end':
      await endParcel(tx, change.id, change.why, parcel.atMs);
      return;
    default:
  }
}

async function insertHeld(
  { tx, sending, stops }: CustodyWork,
  { trackingNumber, info, atMs, newId }: ChangedParcel,
  hash: Uint8Array | null,
): Promise<void> {
  const isNew = await insertCourierParcel(tx, sending.driver.tenant, {
    id: newId,
    courierId: sending.driver.courierId,
    shipmentId: info?.shipmentId ?? null,
    trackingNumber,
    stopId: stops.at(hash),
    addressHash: hash,
    place: null,
    locked: false,
    windowFromMs: null,
    windowToMs: null,
    notes: null,
    assignedAtMs: atMs,
    heldSinceMs: atMs,
  });
  if (!isNew) throw new CustodyMoved();
}

/**
 * Sends the notices about a parcel that moved between colleagues: `given_to` to the courier who had
 * it, `given_by` to the one who has it now.
 */
async function notifyGiven(
  { tx, deps, sending }: CustodyWork,
  from: string,
  { trackingNumber, info }: ChangedParcel,
  kinds: readonly ('given_to' | 'given_by')[],
): Promise<void> {
  const { tenant, courierId } = sending.driver;
  const newId = idMaker(sending.nowMs, deps.randomBytes);
  for (const kind of kinds) {
    await insertNotice(tx, tenant, {
      id: newId(),
      courierId: kind === 'given_to' ? from : courierId,
      colleagueId: kind === 'given_to' ? courierId : from,
      kind,
      atMs: sending.nowMs,
      shipmentId: info?.shipmentId ?? null,
      trackingNumber,
    });
  }
}

/**
 * The custody of a parcel, as the input of `custodyChange`. A courier can take a parcel that nobody
 * has, can report about it only while holding it, and gives it away through a colleague's scan.
 */
export interface Holding {
  /** The courier on whose route the parcel is and not done; null: it is on no route. */
  readonly open: {
    readonly id: string;
    readonly courierId: string;
    readonly isHeld: boolean;
  } | null;
  /** The periods in which the requesting courier had it, newest first. */
  readonly ownPeriods: readonly {
    readonly id: string;
    readonly sinceMs: number;
    /** The end of the period; null: it still lasts. */
    readonly untilMs: number | null;
    readonly why: ParcelEnd | null;
  }[];
}

export type CustodyChange =
  | { readonly kind: 'nothing' }
  /** Nobody had it, and it was on no route. */
  | { readonly kind: 'take' }
  /** Nobody had it, but it was on a route: the courier's own or a colleague's. */
  | { readonly kind: 'hold'; readonly id: string; readonly from: string }
  | { readonly kind: 'hand_over'; readonly id: string; readonly from: string }
  | { readonly kind: 'end'; readonly id: string; readonly why: ParcelEnd }
  /** The courier takes back a delivery, so the parcel is in hand again. */
  | { readonly kind: 'reopen'; readonly id: string }
  | { readonly kind: 'refused'; readonly why: 'not_yours' }
  | { readonly kind: 'refused'; readonly why: 'held_by_another'; readonly by: string };

/** The part of a courier's report that custody depends on. */
export interface Claimed {
  readonly does: 'take' | 'take_back' | 'other' | ParcelEnd;
  readonly atMs: number;
  /** Whether a colleague handed it over. */
  readonly handover: boolean;
}

/** Tolerance for double presses and for clocks that differ between two phones. */
export const SLACK_MS = 5 * 60_000;

const ACTION_BY_CODE: Readonly<Record<string, Claimed['does']>> = {
  PICKUP: 'take',
  LOAD: 'take',
  DELIVERED: 'delivered',
  RETURNED: 'returned',
  ARRIVE: 'handed_in',
  HOLD: 'handed_in',
  CANCEL: 'ended',
  UNDELIVERED: 'take_back',
  RETURN_CANCEL: 'take_back',
};

/** What a scan with this code does to custody; a merchant's own codes do nothing. */
export function actionOfCode(code: string): Claimed['does'] {
  return ACTION_BY_CODE[code.toUpperCase()] ?? 'other';
}

/** Whether this action ends the custody. */
export function endsCustody(does: Claimed['does']): does is ParcelEnd {
  return does !== 'take' && does !== 'take_back' && does !== 'other';
}

const ACTION_BY_STATUS: Readonly<Partial<Record<Status, Claimed['does']>>> = {
  picked_up: 'take',
  out_for_delivery: 'take',
  delivered: 'delivered',
  returned_to_sender: 'returned',
  at_facility: 'handed_in',
  available_for_pickup: 'handed_in',
  cancelled: 'ended',
};

/** What a command to set this status does to custody. */
export function actionOfStatus(status: Status): Claimed['does'] {
  return ACTION_BY_STATUS[status] ?? 'other';
}

/** Decides how the courier's report changes custody of the parcel. Pure. */
export function custodyChange(
  courierId: string,
  { open, ownPeriods }: Holding,
  { does, atMs, handover }: Claimed,
): CustodyChange {
  const isOwn = open?.isHeld === true && open.courierId === courierId;
  if (does === 'take') {
    if (open === null) return { kind: 'take' };
    if (isOwn) return { kind: 'nothing' };
    if (!open.isHeld) return { kind: 'hold', id: open.id, from: open.courierId };
    return handover
      ? { kind: 'hand_over', id: open.id, from: open.courierId }
      : { kind: 'refused', why: 'held_by_another', by: open.courierId };
  }
  if (isOwn) {
    return endsCustody(does) ? { kind: 'end', id: open.id, why: does } : { kind: 'nothing' };
  }
  const [last] = ownPeriods;
  const wasDone = last?.why === 'delivered' || last?.why === 'returned' || last?.why === 'ended';
  if (does === 'take_back' && open === null && last !== undefined && wasDone) {
    return { kind: 'reopen', id: last.id };
  }
  // Recorded offline while the courier still had the parcel.
  const hadParcelThen = ownPeriods.some(
    ({ sinceMs, untilMs }) =>
      sinceMs - SLACK_MS <= atMs && (untilMs === null || atMs <= untilMs + SLACK_MS),
  );
  return hadParcelThen ? { kind: 'nothing' } : { kind: 'refused', why: 'not_yours' };
}
