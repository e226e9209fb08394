import { statfs } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../database/database.ts';
import type { Logger } from '../../observability/log.ts';
import type { Config } from '../../settings/config.ts';
import { type Loop, startLoop } from '../../work/loop.ts';
import { backupPlaces, noteLogGivenUp } from '../places.sql.ts';
import { openRepository, PlaceUnusable } from '../repository.ts';
import { dropSlot, endSegment, type LogSlot, logSlot } from './log-slot.sql.ts';
import { shipLog } from './ship-log.ts';

interface LogShippingDeps {
  readonly db: Pick<Database, 'owner' | 'pipeline'>;
  /** The folder of the embedded server. */
  readonly cluster: string;
  readonly config: Pick<Config, 's3' | 's3Server'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How much of the log may wait for a place, if that is less than the free space; for tests. */
  readonly waitingBytesMax?: number;
  /** Replaces ROUND_MS_MAX in tests. */
  readonly roundMsMax?: number;
}

const CHECK_EVERY_MS = 5_000;
/** The longest period that is lost in a fire if the hub writes little. */
const SEGMENT_MS_MAX = 5 * 60_000;
/** Retry interval for a place that does not answer. */
const RETRY_MS = 60_000;
/**
 * The longest time spent on one place before its backlog is measured again and other places have
 * their turn.
 */
const ROUND_MS_MAX = 60_000;
/** The log of half an hour of a very busy hub, or of days of a usual one. */
export const WAITING_BYTES_MAX = 32 * 1_073_741_824;

/**
 * Copies PostgreSQL's write-ahead log to every backup location that has a replication slot, until
 * stopped.
 */
export function startLogShipping(deps: LogShippingDeps): Loop {
  const { log, clock, db, roundMsMax = ROUND_MS_MAX } = deps;
  const failedAtMs = new Map<string, number>();
  let endedAtMs = clock.nowMs();
  const loop = startLoop({
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'the log could not be stored with the backups'),
    async run() {
      for (const { place } of await backupPlaces(db.pipeline)) {
        const slot = await logSlot(db.owner, place);
        if (slot === null || loop.stopping) continue;
        const nowMs = clock.nowMs();
        if (nowMs - endedAtMs >= SEGMENT_MS_MAX) {
          await endSegment(db.owner);
          endedAtMs = nowMs;
        }
        if (nowMs - (failedAtMs.get(place) ?? Number.NEGATIVE_INFINITY) < RETRY_MS) continue;
        try {
          const endMs = performance.now() + roundMsMax;
          const isOver = () => performance.now() >= endMs;
          await shipTo(deps, place, slot, () => loop.stopping || isOver());
          failedAtMs.delete(place);
          if (isOver() && !loop.stopping) await giveUpIfSlower(deps, place, slot);
        } catch (err) {
          failedAtMs.set(place, nowMs);
          await giveUpIfTooMuchWaits(deps, place, slot, err);
        }
      }
    },
  });
  return loop;
}

/**
 * Stores what the log has gained in one repository. Throws `PlaceUnusable` if that holds no backups
 * any more.
 */
async function shipTo(
  { db, cluster, config }: LogShippingDeps,
  place: string,
  slot: LogSlot,
  isStopping: () => boolean,
): Promise<void> {
  const repository = await openRepository(place, config);
  try {
    if ((await repository.store.stat('repository.json')) === null) {
      throw new PlaceUnusable(`${place} holds no backups any more`);
    }
    await shipLog({ db: db.owner, cluster, store: repository.store, isStopping }, slot);
  } finally {
    repository.close();
  }
}

/**
 * Stops storing the log in a place that is slower than the log is written: it never fails, but
 * still fills the disk.
 */
async function giveUpIfSlower(
  deps: LogShippingDeps,
  place: string,
  before: LogSlot,
): Promise<void> {
  const slot = await logSlot(deps.db.owner, place);
  if (slot === null || waitingBytesOf(slot) < waitingBytesOf(before)) return;
  await giveUpIfTooMuchWaits(deps, place, slot, new Error('the place takes the log too slowly'));
}

/** The bytes of log that wait for the place; infinite if the server has dropped the slot's log. */
function waitingBytesOf({ from, to }: LogSlot): number {
  return from === null ? Number.POSITIVE_INFINITY : Number(to - from);
}

/**
 * Stops storing the log in a place when too much waits for it: a hub that stops because its disk is
 * full is worse than a period that cannot be restored.
 */
async function giveUpIfTooMuchWaits(
  { db, cluster, clock, log, waitingBytesMax = WAITING_BYTES_MAX }: LogShippingDeps,
  place: string,
  slot: LogSlot,
  err: unknown,
): Promise<void> {
  const waitingBytes = waitingBytesOf(slot);
  const { bavail, bsize } = await statfs(cluster);
  if (waitingBytes <= Math.min(waitingBytesMax, bavail * bsize)) {
    const what =
      'the log could not be stored with the backups; it is kept, and this will be retried';
    log.warn({ err, place, waiting_mb: Math.round(waitingBytes / 1e6) }, what);
    return;
  }
  await noteLogGivenUp(db.pipeline, place, clock.nowMs());
  await dropSlot(db.owner, place);
  log.error(
    { err, place },
    'the log is not kept any longer for the backups, because the place could not be reached, or was too slow, for too long: times from here until the next backup cannot be restored',
  );
}
