import type pg from 'pg';
import { type Queryable, withTransaction } from '../../../platform/database/database.ts';
import type { Archiver } from '../../../platform/partitions/keep-partitions.ts';
import type { Partition } from '../../../platform/partitions/partitions.sql.ts';
import { oneAMinute, packTrail, simplifyPoints, type TrailPoint } from './compact-trail.ts';
import { takeStretched } from './stored-positions.ts';
import {
  couriersIn,
  insertTrail,
  type StoredPosition,
  TRAIL_KINDS,
  type TrailKind,
} from './trails.sql.ts';

/**
 * Removes a courier's earliest positions from a partition and returns them in order of time, each
 * instant once: the given number or a few more.
 */
type TakeOut = (
  tx: Queryable,
  partition: Partition,
  courierId: string,
  limit: number,
) => Promise<readonly StoredPosition[]>;

const COURIERS_AT_ONCE = 1_000;
/** Maximum of positions of one courier in one part; a fix each second is 86,400 a day. */
const POSITIONS_AT_ONCE = 100_000;

/**
 * Creates the archiver that converts a day's positions to trails, one courier per transaction, so
 * that a crash loses nothing. A courier's day of more than `positionsAtOnce` is processed in parts,
 * to limit memory.
 */
export function createTrailArchiver(
  db: { readonly pipeline: pg.Pool },
  takeOut: TakeOut = takeStretched,
  positionsAtOnce = POSITIONS_AT_ONCE,
): Archiver {
  return {
    async archive(partition, isStopping) {
      for (;;) {
        const couriers = await couriersIn(db.pipeline, partition, COURIERS_AT_ONCE);
        if (couriers.length === 0) return;
        for (const courierId of couriers) {
          if (isStopping()) return;
          await archiveCourier(db.pipeline, partition, courierId, (tx) =>
            takeOut(tx, partition, courierId, positionsAtOnce),
          );
        }
      }
    },
  };
}

async function archiveCourier(
  pool: pg.Pool,
  partition: Partition,
  courierId: string,
  take: (tx: Queryable) => Promise<readonly StoredPosition[]>,
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const positions = await take(tx);
    for (const kind of TRAIL_KINDS) {
      const packed = await pack(kind, positions);
      if (packed !== null) await insertTrail(tx, courierId, partition.fromMs, packed);
    }
  });
}

/** The trail of one kind of these positions, packed; null: there are none. */
async function pack(kind: TrailKind, positions: readonly StoredPosition[]) {
  const own: readonly TrailPoint[] = positions.filter((position) => position.kind === kind);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined || last === undefined) return null;
  const points = kind === 'line' ? await simplifyPoints(own) : oneAMinute(own);
  return {
    kind,
    fromMs: first.atMs,
    toMs: last.atMs,
    reported: own.length,
    points: points.length,
    trail: packTrail(points),
  };
}
