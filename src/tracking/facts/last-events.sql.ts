import type { ReportedPlace } from '../../adapters/contract/contract.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { observationsOf } from './observations-of.sql.ts';
import { placeOf, type StoredPlace } from './short-forms.ts';

/** The event that set a shipment's status, with its place if the carrier named one. */
export interface LastEvent {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly text?: string;
  readonly known: boolean;
  readonly place: ReportedPlace | null;
}

/** Returns the events that set the statuses of these shipments, without folding their facts. */
export async function lastEvents(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, LastEvent>> {
  const rows = await queryRows<
    Omit<LastEvent, 'text' | 'place'> & {
      shipmentId: string;
      textKey: string | null;
      place: StoredPlace | null;
    }
  >(db, {
    name: 'last_events',
    text: `select f.shipment_id, f.status, f.reason, f.milestone, f.text_key, f.known,
             (select o.place from ${observationsOf('array[f.shipment_id]')} o
              where o.identity = f.identity
                and o.place is not null
              order by o.received_at desc limit 1) as place
           from shipments s join facts f on f.shipment_id = s.id and f.identity = s.steering
           where s.id = any($1::uuid[])`,
    values: [shipmentIds],
  });
  return new Map(
    rows.map(({ shipmentId, textKey, place, ...event }) => [
      shipmentId,
      { ...event, place: place && placeOf(place), ...(textKey === null ? {} : { text: textKey }) },
    ]),
  );
}
