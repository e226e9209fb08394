import { lowestIdAt } from '../../../kernel/ids.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { inRounds, type Rounds } from '../../../platform/process/rounds.ts';
import {
  dropDeliveriesBefore,
  dropDeliveriesOfRemoved,
  dropQueuesOfRemoved,
  dropQueuesUntouchedSince,
  dropRemovedEndpoints,
} from './retention.sql.ts';

const DAY_MS = 86_400_000;
/**
 * How long queues are stored. A parcel that is silent for longer has ended; its next event would be
 * marked as the first.
 */
const QUEUES_RETENTION_MS = 400 * DAY_MS;
/**
 * How long removed endpoints are stored. By then, consumers that read the endpoint before its
 * removal have finished writing.
 */
const REMOVED_RETENTION_MS = 10 * 60_000;

/**
 * Removes data past retention, in batches of at most `limit` rows, while there is more and time for
 * it; returns how many.
 *
 * @param retentionMs how long deliveries can be listed and replayed; those still waiting then are
 *   never sent.
 */
export async function dropOldWebhooks(
  db: Queryable,
  nowMs: number,
  limit: number,
  retentionMs: number,
  rounds: Rounds = inRounds,
): Promise<number> {
  const removedBeforeMs = nowMs - REMOVED_RETENTION_MS;
  const steps = [
    (count: number) => dropDeliveriesBefore(db, lowestIdAt(nowMs - retentionMs), count),
    (count: number) => dropDeliveriesOfRemoved(db, removedBeforeMs, count),
    (count: number) => dropQueuesOfRemoved(db, removedBeforeMs, count),
    (count: number) => dropQueuesUntouchedSince(db, nowMs - QUEUES_RETENTION_MS, count),
  ];
  let dropped = 0;
  for (const step of steps) dropped += await rounds(limit, step);
  return dropped + (await dropRemovedEndpoints(db, removedBeforeMs));
}
