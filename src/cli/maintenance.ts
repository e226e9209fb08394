import { dropExpiredParked, sweepErasedProofs } from '../intake/index.ts';
import { dropExpiredIdempotencyKeys, IDEMPOTENCY_KEPT_MS } from '../platform/idempotency.sql.ts';
import type { Machines } from '../platform/machines.ts';
import { inRounds } from '../platform/rounds.ts';
import { dropOldPolling } from '../poller/index.ts';
import { sweepErasedEvidence } from '../reactions/exceptions/index.ts';
import { dropOldWebhooks } from '../reactions/merchant-webhooks/index.ts';
import type { Notifications } from '../reactions/notifications/index.ts';
import { dropPromisesBefore, PROMISES_KEPT_MS } from '../reactions/predictions/index.ts';
import type { Hub } from './hub.ts';
import { type Sweeps, startSweeps } from './sweeps.ts';

const EVERY_MS = 60_000;
/** Rows in one statement: small enough to disturb nobody. */
const BATCH = 1_000;

/** Removes what has expired, a little at a time, for as long as it runs. */
export function startMaintenance(
  { database: { pipeline: db }, clock, log }: Pick<Machines, 'database' | 'clock' | 'log'>,
  { blobs, handshakes }: Pick<Hub, 'blobs' | 'handshakes'>,
  notifications: Pick<Notifications, 'dropOld'>,
): Sweeps {
  const nowMs = () => clock.nowMs();
  const rounds = (drop: () => Promise<number>) => () => inRounds(BATCH, drop);
  const sweeps = {
    parked: rounds(() => dropExpiredParked(db, nowMs(), BATCH)),
    keys: rounds(() => dropExpiredIdempotencyKeys(db, nowMs() - IDEMPOTENCY_KEPT_MS, BATCH)),
    proofs: rounds(() => sweepErasedProofs(db, blobs, BATCH)),
    evidence: rounds(() => sweepErasedEvidence(db, blobs, BATCH)),
    callbacks: () => handshakes.dropOld(),
    polling: rounds(() => dropOldPolling(db, nowMs(), BATCH)),
    webhooks: () => dropOldWebhooks(db, nowMs(), BATCH),
    told: () => notifications.dropOld(BATCH),
    promises: rounds(() => dropPromisesBefore(db, nowMs() - PROMISES_KEPT_MS, BATCH)),
  };
  return startSweeps(sweeps, { everyMs: EVERY_MS, log });
}
