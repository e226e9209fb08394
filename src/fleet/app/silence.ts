import type { Machines } from '../../platform/machines.ts';
import { applyFacts, type ExceptionsDeps } from '../../reactions/exceptions/index.ts';
import { keepCourierSettings, startWatchingSilence } from '../couriers/index.ts';
import { lastPositionsOf } from '../positions/index.ts';

const MINUTE_MS = 60_000;

/** Starts the check for silent couriers. */
export function startNoticingSilence(
  { database: db, clock, log, random, shutdown }: Machines,
  exceptions: ExceptionsDeps,
): void {
  const settingsOf = keepCourierSettings(db, clock);
  const watching = startWatchingSilence({
    ...{ db, clock, log, randomBytes: random },
    silentAfterMs: async (tenant) => (await settingsOf(tenant)).silence.minutes * MINUTE_MS,
    lastPositions: (ids, sinceMs) => lastPositionsOf(db.pipeline, ids, sinceMs),
    applyCases: (tenant, shipmentId) => applyFacts(exceptions, tenant, shipmentId),
  });
  shutdown.onStop('silent couriers', () => watching.stop());
}
