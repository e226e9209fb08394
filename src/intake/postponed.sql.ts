import type { Queryable } from '../platform/database/database.ts';
import { queryColumn } from '../platform/database/query-rows.ts';
import { BULK_PARTITION } from './inbound-message.ts';

/**
 * The partition of inbound messages with parcels of a cluster's worker that is away. Without it they
 * would soon be the oldest of all partitions, and delay the parcels of the others.
 */
function postponedPartition(worker: number): number {
  return BULK_PARTITION + worker;
}

/** Whether a partition is that of a worker that was away. */
export function isPostponed(partition: number): boolean {
  return partition > BULK_PARTITION;
}

/** Moves waiting inbound messages to the partitions of the workers (by message) they wait for. */
export async function postponeInboundMessages(
  db: Queryable,
  workers: ReadonlyMap<string, number>,
): Promise<void> {
  if (workers.size === 0) return;
  await db.query({
    name: 'postpone_inbound_messages',
    text: `with waiting as (
             update waiting_inbound_messages w set partition = p.partition
             from unnest($1::uuid[], $2::smallint[]) as p(id, partition)
             join inbound_messages m on m.id = p.id
             where w.partition = m.partition and w.inbound_message_id = m.id
               and m.partition <> p.partition
             returning w.inbound_message_id as id, w.partition)
           update inbound_messages m set partition = waiting.partition
           from waiting where m.id = waiting.id`,
    values: [[...workers.keys()], [...workers.values()].map(postponedPartition)],
  });
}

/** Returns the partitions with postponed inbound messages. */
export function postponedPartitions(db: Queryable): Promise<number[]> {
  return queryColumn<number>(db, {
    name: 'postponed_partitions',
    // From one partition to the next by the index, however many messages each has.
    text: `with recursive found as (
             select min(partition) as partition from waiting_inbound_messages
             where partition > ${BULK_PARTITION}
             union all
             select (select min(partition) from waiting_inbound_messages
                     where partition > found.partition)
             from found where found.partition is not null)
           select partition from found where partition is not null`,
  });
}
