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
/** A parcel that is silent for longer has ended; its next event would say that it is the first. */
const QUEUES_RETENTION_MS = 400 * DAY_MS;
/** A consumer that read the endpoint before it was removed has written its last by then. */
const REMOVED_RETENTION_MS = 10 * 60_000;

/**
 * Removes what is kept no longer, in batches of at most `limit` rows, for as long as there is more
 * and time for it; answers how many.
 *
 * @param keptMs deliveries can be looked at and replayed for so long; what still waits then never goes.
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
    (many: number) => dropDeliveriesBefore(db, lowestIdAt(nowMs - retentionMs), many),
    (many: number) => dropDeliveriesOfRemoved(db, removedBeforeMs, many),
    (many: number) => dropQueuesOfRemoved(db, removedBeforeMs, many),
    (many: number) => dropQueuesUntouchedSince(db, nowMs - QUEUES_RETENTION_MS, many),
  ];
  let gone = 0;
  for (const step of steps) gone += await rounds(limit, step);
  return gone + (await dropRemovedEndpoints(db, removedBeforeMs));
}
