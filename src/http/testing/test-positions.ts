import { type Couriers, oldAfterMs, ownCouriers, shiftsOf } from '../../fleet/couriers/index.ts';
import {
  createMemoryPlaces,
  openPositions,
  openTrailWriter,
  type PlaceStore,
  type Positions,
} from '../../fleet/positions/index.ts';
import { NO_BROADCAST } from '../../platform/broadcast/broadcast.ts';
import { type Clock, systemRandom } from '../../platform/clock.ts';
import { type Database, openCopyIn, withTenant } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Registry } from '../../platform/observability/metrics.ts';
import type { Timers } from '../../platform/work/timers.ts';

const RETENTION_MS = 90 * 86_400_000;

/** Couriers' positions, as the composition root opens them; only this process reports shifts. */
export function testPositions(parts: {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Absent: in this process. */
  readonly places?: PlaceStore;
  readonly timers?: Timers;
}): Promise<Positions> {
  const { db, databaseUrl, places = createMemoryPlaces() } = parts;
  return openPositions({
    ...parts,
    listener: null,
    broadcast: NO_BROADCAST,
    places,
    trails: openTrailWriter({
      ...parts,
      randomBytes: systemRandom,
      copyIn: openCopyIn(databaseUrl, () => {}),
    }),
    oldAfterMs: (ids) => oldAfterMs(db.pipeline, ids, parts.clock.nowMs()),
    shiftsOf: (ids) => shiftsOf(db.pipeline, ids),
    ownCouriers: (tenant, ids) => withTenant(db.app, tenant, (tx) => ownCouriers(tx, ids)),
    retentionMs: RETENTION_MS,
  });
}

/** Wraps operations that change a shift, to notify positions at once. */
export function testShifts(couriers: Couriers, positions: Positions): Couriers {
  return {
    ...couriers,
    async change(tenant, courierId, fields, shift) {
      const outcome = await couriers.change(tenant, courierId, fields, shift);
      const on = outcome.kind === 'done' && outcome.courier.onShift;
      await positions.shiftChanged({ tenant, courierId }, on);
      return outcome;
    },
  };
}
