import type { Queryable } from '../../platform/database/database.ts';

/**
 * Announces changed public answers without an event in the log, such as a window that narrows:
 * `<carrier>\n<tracking number>`. Live displays read them again; nobody else needs to know.
 */
export const TRACKS_CHANNEL = 'waybill_tracks';

/** PostgreSQL would refuse a longer payload, and the rest with it. */
const PAYLOAD_BYTES_MAX = 7_999;

/** Needs the pipeline's role. */
export async function announceTracks(db: Queryable, shipmentIds: readonly string[]): Promise<void> {
  if (shipmentIds.length === 0) return;
  await db.query({
    name: 'announce_tracks',
    text: `select pg_notify($1, t.payload)
           from (select distinct carrier || E'\\n' || tracking_number as payload from shipments
                 where id = any($2::uuid[]) and deleted_at is null) t
           where octet_length(t.payload) <= $3`,
    values: [TRACKS_CHANNEL, shipmentIds, PAYLOAD_BYTES_MAX],
  });
}
