import { type Queryable, together } from '../../platform/database/database.ts';
import type { Ingestion } from './history.ts';

/**
 * What is moved from an instance to the number's next one, because it belongs there. Pulls stay:
 * they list nothing older than the end of the instance, so an absence from them proves nothing
 * here.
 */
export interface Release {
  readonly identities: readonly string[];
  readonly snapshots: readonly Ingestion[];
}

/**
 * Deletes from one instance what the next one is about to receive. Observations are deleted with
 * their facts.
 */
export async function releaseHistory(
  db: Queryable,
  shipmentId: string,
  { identities, snapshots }: Release,
): Promise<void> {
  await together([
    db.query({
      name: 'release_facts',
      text: `with seen as (delete from observations
                           where shipment_id = $1 and identity = any($2::text[]))
             delete from facts where shipment_id = $1 and identity = any($2::text[])`,
      values: [shipmentId, identities],
    }),
    db.query({
      name: 'release_snapshots',
      text: `delete from snapshots s using unnest($2::uuid[], $3::text[]) as h(inbound_message_id, piece_id)
             where s.shipment_id = $1 and s.inbound_message_id = h.inbound_message_id
               and s.carrier_piece_id is not distinct from h.piece_id`,
      values: [
        shipmentId,
        snapshots.map(({ inboundMessageId }) => inboundMessageId),
        snapshots.map(({ carrierPieceId }) => carrierPieceId),
      ],
    }),
  ]);
}
