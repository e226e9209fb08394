import {
  type Database,
  type Queryable,
  withTransaction,
} from '../../platform/database/database.ts';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import type { PartitionedTable } from '../../platform/partitions/keep-partitions.ts';
import type { Retention } from '../../platform/settings/retention.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';
import {
  COURIERS_SEALED,
  deleteCouriers,
  dropDoneBefore,
  dropEnrolmentsBefore,
  dropEventsBefore,
  dropNoticesBefore,
  dropShiftsBefore,
  dropSilencesBefore,
  endShiftsBefore,
  revokeDevices,
  startShiftsBefore,
} from '../couriers/index.ts';
import { DELIVERIES_SEALED } from '../deliveries/index.ts';
import {
  archiveTrails,
  createTrailArchiver,
  dropPlacesOffShift,
  dropTrailsBefore,
  findArchivedTrails,
  nightlyRewriteOfTrails,
  POSITIONS_SEALED,
  POSITIONS_TABLE,
  STRETCHES_TABLE,
  takePositions,
} from '../positions/index.ts';

/** Positions are simplified when the last of their day is a day old. */
const POSITIONS_RETENTION_MS = 86_400_000;
/**
 * The app shows one day; the rest answers later questions about what a courier was notified of, and
 * when somebody was to work.
 */
const NOTICES_RETENTION_MS = 30 * 86_400_000;
/** How many archived trails are rewritten at once. */
const TRAILS_AT_ONCE = 100;

type Drop = (count: number) => Promise<number>;
type Sweep = () => Promise<number>;

/** The ways in which maintenance runs a sweep. */
interface SweepTools {
  readonly tracking: TrackingDeps;
  /** Where expired trails are archived; null: they are deleted. */
  readonly archive: ObjectStore | null;
  readonly retention: Retention;
  readonly nowMs: () => number;
  readonly before: (retentionMs: number) => number;
  /** Repeats a statement until it finds nothing more. */
  readonly rounds: (drop: Drop) => Sweep;
  /** Like `rounds`, for items that need several statements each. */
  readonly few: (drop: Drop) => Sweep;
  /** Like `rounds`, without pauses between batches. */
  readonly unpaced: (drop: Drop) => Sweep;
}

/**
 * What maintenance does with the fleet's tables. It also does so where the fleet is switched off:
 * what is stored still expires, is sealed under a new master key, and is withdrawn after a restore.
 */
export const FLEET_STORAGE = {
  /** In the order of resealing; trails, of which there are many, come last. */
  sealed: { couriers: [...COURIERS_SEALED, ...DELIVERIES_SEALED], trails: POSITIONS_SEALED },

  partitionedTables(database: Pick<Database, 'pipeline'>): readonly PartitionedTable[] {
    return [
      {
        ...STRETCHES_TABLE,
        retentionMs: POSITIONS_RETENTION_MS,
        archiver: createTrailArchiver(database),
      },
      {
        ...POSITIONS_TABLE,
        retentionMs: POSITIONS_RETENTION_MS,
        archiver: createTrailArchiver(database, takePositions),
      },
    ];
  },

  /** Sweeps of expired data, by name. */
  sweeps(tools: SweepTools): Readonly<Record<string, Sweep>> {
    const { tracking, archive, retention, nowMs, before, rounds, few, unpaced } = tools;
    const { pipeline: db } = tracking.db;
    const store = archive === null ? null : { ...tracking, store: archive };
    return {
      courierParcels: rounds((limit) => dropDoneBefore(db, before(retention.parcelsMs), limit)),
      courierEvents: rounds((limit) => dropEventsBefore(db, before(retention.inboundMs), limit)),
      courierSilences: rounds((limit) =>
        dropSilencesBefore(db, before(retention.inboundMs), limit),
      ),
      courierNotices: rounds((limit) => dropNoticesBefore(db, before(NOTICES_RETENTION_MS), limit)),
      enrolments: rounds((limit) => dropEnrolmentsBefore(db, nowMs(), limit)),
      trails:
        store === null
          ? rounds((limit) => dropTrailsBefore(db, before(retention.trailsMs), limit))
          : unpaced((limit) => archiveTrails(store, before(retention.trailsMs), limit)),
      places: rounds((limit) => dropPlacesOffShift(db, nowMs(), limit)),
      // Before shifts end: a plan for now extends a shift that would end now.
      plannedShifts: rounds((limit) =>
        withTransaction(db, (tx) => startShiftsBefore(tx, nowMs(), limit)),
      ),
      pastShifts: rounds((limit) => dropShiftsBefore(db, before(NOTICES_RETENTION_MS), limit)),
      shifts: rounds(async (limit) => (await endShiftsBefore(db, nowMs(), limit)).length),
      ...(store !== null && {
        trailsRewritten: few(nightlyRewriteOfTrails(store, TRAILS_AT_ONCE)),
      }),
    };
  },

  /**
   * Withdraws access again that was withdrawn after the backup was made: of those of these ids that
   * are couriers or their phones. Returns how many there were.
   */
  async withdraw(db: Queryable, ids: readonly string[], nowMs: number): Promise<number> {
    // A removed courier's phones go along, and are not counted.
    const couriers = await deleteCouriers(db, ids);
    return couriers + (await revokeDevices(db, ids, nowMs));
  },

  archivedTrails: findArchivedTrails,
};
