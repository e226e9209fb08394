import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import type { ExternalId, Shipment } from '../../../tracking/ports/shipments.ts';

/** The service, as `external_ids` names it. */
export const EASYPOST_SERVICE = 'easypost';
/** What an id has before the digits of its UUID. */
export const TRACKER_PREFIX = wireId('tracker', '');

/** A `trk_` id: a parcel has one by its own UUID, and may get others later. */
export interface TrackerId {
  /** The UUID in it. */
  readonly uuid: string;
  readonly shipmentId: string;
  readonly createdAtMs: number;
}

/** How long a repeated request for a number gets the same tracker, as EasyPost's docs promise. */
const SAME_TRACKER_MONTHS = 3;

/**
 * Returns the ids of a parcel that were not deleted, newest first. Its own UUID is no id of it if it
 * was deleted, or if the parcel came from EasyPost with an id.
 *
 * @param stored what `external_ids` has for the parcel; others' are ignored.
 */
export function trackerIdsOf(
  { id, createdAtMs }: Pick<Shipment, 'id' | 'createdAtMs'>,
  stored: readonly ExternalId[],
): readonly TrackerId[] {
  const own = wireId('tracker', id);
  const rows = stored.filter(({ shipmentId }) => shipmentId === id);
  const isReplaced = rows.some((row) => row.externalId === own || row.createdAtMs <= createdAtMs);
  const further = rows.flatMap((row) => {
    const uuid = uuidOfWireId('tracker', row.externalId);
    if (uuid === null || row.deletedAtMs !== null) return [];
    return [{ uuid, shipmentId: id, createdAtMs: row.createdAtMs }];
  });
  const all = isReplaced ? further : [...further, { uuid: id, shipmentId: id, createdAtMs }];
  return all.sort(newestFirst);
}

/** The order of every list. */
export function newestFirst(
  one: Pick<TrackerId, 'createdAtMs' | 'uuid'>,
  other: Pick<TrackerId, 'createdAtMs' | 'uuid'>,
): number {
  if (one.createdAtMs !== other.createdAtMs) return other.createdAtMs - one.createdAtMs;
  if (one.uuid === other.uuid) return 0;
  return one.uuid < other.uuid ? 1 : -1;
}

/** Whether a request for its number gets this tracker again; later, it gets a new one. */
export function isCurrent({ createdAtMs }: TrackerId, nowMs: number): boolean {
  const until = new Date(createdAtMs);
  until.setUTCMonth(until.getUTCMonth() + SAME_TRACKER_MONTHS);
  return nowMs < until.getTime();
}
