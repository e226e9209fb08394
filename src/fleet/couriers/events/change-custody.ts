import type { Transaction } from '../../../platform/database/database.ts';
import type { ParcelInfo } from '../parcel-info.ts';
import {
  endParcel,
  holdParcel,
  insertCourierParcel,
  reopenParcel,
} from '../route/courier-parcels.sql.ts';
import { insertNotice } from '../route/notices.sql.ts';
import { addressHash, idMaker, type Stops } from '../route/stops.ts';
import type { CustodyChange } from './custody.ts';
import type { EventsDeps, Sending } from './events-deps.ts';

/** Another writer changed the custody first: read it again. */
export class CustodyMoved extends Error {
  override readonly name = 'CustodyMoved';
}

export interface CustodyWork {
  readonly tx: Transaction;
  readonly deps: EventsDeps;
  readonly sending: Sending;
  readonly stops: Stops;
  readonly key: Uint8Array;
}

export interface ChangedParcel {
  readonly trackingNumber: string;
  readonly info: ParcelInfo | undefined;
  readonly atMs: number;
  /** Of the row that the change inserts, if any. */
  readonly newId: string;
}

/** Writes the change of custody that a scan or command caused. Throws `CustodyMoved`. */
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
      if (change.from !== courierId) await tellGiven(work, change.from, parcel, ['given_to']);
      return;
    }
    case 'hand_over':
      if (!(await endParcel(tx, change.id, 'given', parcel.atMs))) throw new CustodyMoved();
      await insertHeld(work, parcel, hash);
      return tellGiven(work, change.from, parcel, ['given_to', 'given_by']);
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

/** A parcel moved between colleagues: notify both, unless it was a plain loading. */
async function tellGiven(
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
