import type { Event } from '../../events/event.ts';
import { readEntry } from '../../events/read-entry.ts';
import type { Database } from '../../platform/database/database.ts';
import { type Erasure, erasuresOf } from '../../platform/event-log/erasures.sql.ts';
import { logHeads, readLog } from '../../platform/event-log/event-log.ts';
import { type PublicTrackRow, publicTracksByNumber } from '../../tracking/ports/public-tracks.ts';

/** The data that the fan-out reads. */
export interface UpdateSource {
  /** The newest position of each shard that has any. */
  heads(): Promise<ReadonlyMap<number, bigint>>;
  events(shard: number, after: bigint, limit: number): Promise<readonly Event[]>;
  /** Returns the carriers and tracking numbers of subjects whose data were erased from the log. */
  erased(
    subjectIds: readonly string[],
  ): Promise<readonly Pick<Erasure, 'carrier' | 'trackingNumber'>[]>;
  tracks(numbers: readonly string[]): Promise<readonly PublicTrackRow[]>;
}

/** The main database, not a replica: a replica may lag behind what the log announces. */
export function databaseUpdates({ pipeline }: Pick<Database, 'pipeline'>): UpdateSource {
  return {
    heads: () => logHeads(pipeline),
    events: async (shard, after, limit) =>
      (await readLog(pipeline, shard, after, limit)).map(readEntry),
    erased: (subjectIds) => erasuresOf(pipeline, subjectIds),
    tracks: (numbers) => publicTracksByNumber(pipeline, numbers),
  };
}
