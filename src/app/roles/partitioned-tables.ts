import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { makeAhead, type PartitionedTable } from '../../platform/partitions/keep-partitions.ts';
import { FLEET_STORAGE } from '../fleet.ts';

/**
 * Every table partitioned by time, of any owner: the partition job makes its partitions ahead and
 * retires old ones, and `/readyz` reports missing ones. Add a table to its owner and in a migration.
 */
export function partitionedTables(
  database: Pick<Database, 'pipeline'>,
): readonly PartitionedTable[] {
  return FLEET_STORAGE.partitionedTables(database);
}

/** Creates missing partitions before the first request; later the role `worker` does. */
export async function makePartitionsAhead({
  database,
  clock,
}: {
  readonly database: Pick<Database, 'pipeline' | 'owner'>;
  readonly clock: Clock;
}): Promise<void> {
  for (const table of partitionedTables(database)) {
    await makeAhead(database.owner, table, clock.nowMs());
  }
}
