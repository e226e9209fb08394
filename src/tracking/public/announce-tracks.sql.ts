import type { Queryable } from '../../platform/database/database.ts';

/**
 * Says that public answers changed of which the event log tells nothing, such as a window that narrows:
 * `<carrier>\n<tracking number>`. Whoever shows them live looks again; nobody else needs to know.
 */
export const TRACKS_CHANNEL = 'waybill_tracks';

/** A longer payload PostgreSQL would refuse, and with it the rest. */
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
