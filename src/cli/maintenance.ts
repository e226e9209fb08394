import { dropExpiredParked, sweepErasedProofs } from '../intake/index.ts';
import { dropExpiredIdempotencyKeys, IDEMPOTENCY_KEPT_MS } from '../platform/idempotency.sql.ts';
import type { Machines } from '../platform/machines.ts';
import { dropOldPolling } from '../poller/index.ts';
import type { Hub } from './hub.ts';

const EVERY_MS = 60_000;
/** Rows in one statement: small enough to disturb nobody. */
const BATCH = 1_000;

/** Removes what has expired, a little at a time, for as long as it runs. */
export function startMaintenance(
  { database, clock, log }: Machines,
  { blobs, handshakes }: Pick<Hub, 'blobs' | 'handshakes'>,
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const sweep = async () => {
    const nowMs = clock.nowMs();
    const parked = await dropExpiredParked(database.pipeline, nowMs, BATCH);
    const keysBeforeMs = nowMs - IDEMPOTENCY_KEPT_MS;
    const keys = await dropExpiredIdempotencyKeys(database.pipeline, keysBeforeMs, BATCH);
    const proofs = await sweepErasedProofs(database.pipeline, blobs, BATCH);
    const callbacks = await handshakes.dropOld();
    const polling = await dropOldPolling(database.pipeline, nowMs, BATCH);
    if (parked + keys + proofs + callbacks + polling > 0) {
      log.debug({ parked, keys, proofs, callbacks, polling }, 'removed what had expired');
    }
  };
  const ticker = setInterval(() => {
    running = sweep().catch((error: unknown) => {
      log.warn({ err: error }, 'maintenance failed and will be tried again');
    });
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(ticker);
      await running;
    },
  };
}
