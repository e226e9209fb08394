import { uuidV7 } from '../kernel/ids.ts';
import { SEQUENCE_JUMP } from '../kernel/sequence-jump.ts';
import { insertRestore, latestRestore } from '../platform/backups/restores.sql.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import { type Database, withTransaction } from '../platform/database/database.ts';
import { passOverPositions } from '../platform/event-log/fence.sql.ts';
import { fenceAccountEvents } from '../poller/index.ts';
import { fenceDeliveries } from '../reactions/merchant-webhooks/index.ts';
import { holdMessages } from '../reactions/notifications/index.ts';
import type { Fence } from '../tracking/index.ts';

export interface FenceDeps {
  readonly database: Pick<Database, 'owner' | 'pipeline'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

export interface Restored {
  readonly backup: string;
  readonly coversUntilMs: number;
  /** When the hub was lost: nothing was sent after that. Null: not known, so that it is now. */
  readonly lostAtMs: number | null;
}

export interface Fenced {
  readonly messages: number;
  readonly deliveries: number;
}

/**
 * Between a backup and the loss of its hub that went on working: it sent what waited, and told of
 * things that the backup does not know. So that nobody is told twice, what waits is held, whatever
 * carriers tell anew of that time is recorded quietly (`mayHaveBeenTold`), and numbers go on above
 * those that it may have used. Before anything is served, and done twice it only jumps once more.
 *
 * @param meanwhile changes shipments so that nobody is told: what that says is held back, too.
 */
export async function fenceRestored(
  { database, clock, randomBytes }: FenceDeps,
  { backup, coversUntilMs, lostAtMs }: Restored,
  meanwhile: () => Promise<void>,
): Promise<Fenced> {
  await passOverPositions(database.owner);
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

/** What tracking has to know of the latest restore; it changes only while no hub runs. */
export async function loadFence(database: Pick<Database, 'pipeline'>): Promise<Fence | null> {
  const restore = await latestRestore(database.pipeline);
  if (restore === null) return null;
  const { sequenceFloor, fencedUntilMs: untilMs, restoredAtMs } = restore;
  return { sequenceFloor, untilMs, restoredAtMs };
}
