import type { Queryable } from '../../platform/database/database.ts';

/**
 * The channel that announces public answers that changed without an event in the log, such as a
 * narrower window. The payload is `<carrier>\n<tracking number>`. Live displays read them again;
 * nobody else needs to know.
 */
export const TRACKS_CHANNEL = 'waybill_tracks';

/**
 * Limit of a payload: PostgreSQL would refuse a longer one, and the rest of the statement with it.
 */
const PAYLOAD_BYTES_MAX = 7_999;

/**
 * Announces the public answers of these shipments on `TRACKS_CHANNEL`. Needs the pipeline's role.
 */
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
