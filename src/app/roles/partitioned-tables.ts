import {
  createTrailArchiver,
  POSITIONS_TABLE,
  STRETCHES_TABLE,
  takePositions,
} from '../../fleet/positions/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { makeAhead, type PartitionedTable } from '../../platform/partitions/keep-partitions.ts';

/** Positions are simplified when the last of their day is a day old. */
const POSITIONS_RETENTION_MS = 86_400_000;

/**
 * Every table partitioned by time, of any owner: the partition job makes its partitions ahead and
 * retires old ones, and `/readyz` reports missing ones. Add a table here and in a migration.
 */
export function partitionedTables(
  database: Pick<Database, 'pipeline'>,
): readonly PartitionedTable[] {
  return [
    {
      ...STRETCHES_TABLE,
      retentionMs: POSITIONS_RETENTION_MS,
      archiver: createTrailArchiver(database),
    },
    {
      ...POSITIONS_TABLE,
      retentionMs: POSITIONS_RETENTION_MS,
      archiver: createTrailArchiver(database, takePositions),
    },
  ];
}

/** Makes missing partitions before the first request; later the role worker does. */
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
