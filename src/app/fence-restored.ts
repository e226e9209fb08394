import { uuidV7 } from '../kernel/ids.ts';
import { SEQUENCE_JUMP } from '../kernel/sequence-jump.ts';
import { insertRestore, latestRestore } from '../platform/backups/restores.sql.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import { type Database, withTransaction } from '../platform/database/database.ts';
import { skipPositions } from '../platform/event-log/fence.sql.ts';
import { fenceAccountEvents } from '../poller/index.ts';
import { fenceDeliveries } from '../reactions/merchant-webhooks/index.ts';
import { holdMessages } from '../reactions/notifications/index.ts';
import type { Fence } from '../tracking/ports/running.ts';

interface FenceDeps {
  readonly database: Pick<Database, 'owner' | 'pipeline'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

interface Restored {
  readonly backup: string;
  readonly coversUntilMs: number;
  /**
   * When the hub was lost, after which it sent nothing. Null: not known, so the present time is
   * used.
   */
  readonly lostAtMs: number | null;
}

interface Fenced {
  readonly messages: number;
  readonly deliveries: number;
}

/**
 * Prepares a restored hub for serving; returns how many messages and deliveries are held. The lost
 * hub continued to work after the backup: it sent pending messages and announced changes that the
 * backup does not contain. To announce nothing twice,
 * pending messages are held, carriers' repeated reports about that period are recorded quietly
 * (`isPossibleRepeat`), and sequence numbers continue above any that the lost hub may have used.
 * Must run before anything is served. A second run only jumps the numbers once more.
 *
 * @param meanwhile changes shipments without notifying anybody: the resulting messages are held,
 *   too.
 */
export async function fenceRestored(
  { database, clock, randomBytes }: FenceDeps,
  { backup, coversUntilMs, lostAtMs }: Restored,
  meanwhile: () => Promise<void>,
): Promise<Fenced> {
  await skipPositions(database.owner);
  const floor = await withTransaction(database.pipeline, async (tx) => {
    const nowMs = clock.nowMs();
    const earlier = await latestRestore(tx);
    const sequenceFloor = (earlier?.sequenceFloor ?? 0) + SEQUENCE_JUMP;
    await insertRestore(tx, {
      id: uuidV7(nowMs, randomBytes(10)),
      backup,
      coversUntilMs,
      fencedUntilMs: lostAtMs ?? nowMs,
      restoredAtMs: nowMs,
      sequenceFloor,
    });
    return sequenceFloor;
  });
  await meanwhile();
  return withTransaction(database.pipeline, async (tx) => {
    const nowMs = clock.nowMs();
    await fenceAccountEvents(tx, floor);
    return {
      messages: await holdMessages(tx, nowMs),
      deliveries: await fenceDeliveries(tx, { nowMs, floor }),
    };
  });
}

/**
 * Returns what tracking needs to know about the latest restore; it changes only while no hub runs.
 */
export async function loadFence(database: Pick<Database, 'pipeline'>): Promise<Fence | null> {
  const restore = await latestRestore(database.pipeline);
  if (restore === null) return null;
  const { sequenceFloor, fencedUntilMs: untilMs, restoredAtMs } = restore;
  return { sequenceFloor, untilMs, restoredAtMs };
}
