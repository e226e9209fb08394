import { carrierTerms } from '../adapters/index.ts';
import {
  dropDoneBefore,
  dropEnrolmentsBefore,
  dropEventsBefore,
  dropNoticesBefore,
  dropSilencesBefore,
  endShiftsBefore,
} from '../couriers/index.ts';
import {
  dropDeadBefore,
  dropOldDrops,
  dropReceiptsBefore,
  dropScannersBefore,
  eraseProofsBefore,
  forgetRejects,
  sweepErasedProofs,
} from '../intake/index.ts';
import { lowestIdAt } from '../kernel/ids.ts';
import {
  dropActionsBefore,
  dropExpiredIdempotencyKeys,
  IDEMPOTENCY_KEPT_MS,
} from '../merchants/index.ts';
import { dropUnlistedBefore } from '../platform/backups/erasures-to-list.sql.ts';
import { dropErasuresBefore } from '../platform/event-log/erasures.sql.ts';
import type { Machines } from '../platform/machines.ts';
import { dropActivityBefore } from '../platform/observability/activity/activity.sql.ts';
import { inRounds } from '../platform/process/rounds.ts';
import type { Config } from '../platform/settings/config.ts';
import type { Loop } from '../platform/work/loop.ts';
import { dropOldPolling } from '../poller/index.ts';
import {
  archiveTrails,
  dropPlacesOffShift,
  dropTrailsBefore,
  nightlyRewriteOfTrails,
} from '../positions/index.ts';
import { dropCountsBefore } from '../reactions/analytics/index.ts';
import { dropCasesBefore, sweepErasedEvidence } from '../reactions/exceptions/index.ts';
import { dropOldWebhooks } from '../reactions/merchant-webhooks/index.ts';
import type { Notifications } from '../reactions/notifications/index.ts';
import { dropPromisesBefore } from '../reactions/predictions/index.ts';
import {
  dropDeletedBefore,
  eraseDeliveryProofsBefore,
  eraseLeftovers,
  findPeopleOfEarlier,
  holdBack,
  sealOldNotes,
  sweepEnded,
  sweepLog,
  sweepsOfArchive,
  sweepUnclaimed,
} from '../tracking/index.ts';
import type { Hub } from './hub.ts';
import { type Sweep, startSweeps } from './sweeps.ts';

const EVERY_MS = 60_000;
/** Rows in one statement: small enough to disturb nobody. */
const BATCH = 1_000;
/** Of what is some statements each. */
const FEW = 100;
/** Caches and open pages have long heard of it by then, and carriers have ended their scenarios. */
const ERASURES_KEPT_MS = 30 * 86_400_000;
/** A place of backups that could not be reached for so long holds none that may be kept. */
const UNLISTED_KEPT_MS = 90 * 86_400_000;

/** The app shows those of a day; the rest is for whoever asks what a courier was told. */
const NOTICES_KEPT_MS = 30 * 86_400_000;
/** The console plots a day; a few more are for whoever looks on Monday. */
const ACTIVITY_KEPT_MS = 8 * 86_400_000;
/** A file that vanished may be found again under another name; hardly after a day. */
const REJECTS_KEPT_MS = 86_400_000;

type MaintainedMachines = Pick<Machines, 'database' | 'clock' | 'log' | 'metrics'> & {
  readonly config: Pick<Config, 'kept'>;
};

/** Removes what has expired, a little at a time, for as long as it runs. */
export function startMaintenance(
  { database, clock, log, metrics, config: { kept } }: MaintainedMachines,
  {
    archive,
    blobs,
    drops,
    handshakes,
    registry,
    tracking,
  }: Pick<Hub, 'archive' | 'blobs' | 'drops' | 'handshakes' | 'tracking'> & {
    readonly registry: Pick<Hub['registry'], 'list'>;
  },
  notifications: Pick<Notifications, 'dropOld'>,
): Loop {
  const { pipeline: db } = database;
  const nowMs = () => clock.nowMs();
  const before = (keptMs: number) => nowMs() - keptMs;
  const idBefore = (keptMs: number) => lowestIdAt(before(keptMs));
  const rounds =
    (drop: () => Promise<number>, limit = BATCH) =>
    () =>
      inRounds(limit, drop);
  const held = holdBack({ clock, log, metrics });
  const terms = carrierTerms(registry.list(), kept);
  const archiving =
    archive === null
      ? null
      : { store: archive, exceptCarriers: terms.map(({ carrier }) => carrier) };
  const archiveSweeps: Record<string, Sweep> =
    archive === null
      ? {}
      : {
          ...sweepsOfArchive({ ...tracking, store: archive }, kept),
          trailsRewritten: rounds(
            nightlyRewriteOfTrails({ ...tracking, store: archive }, FEW),
            FEW,
          ),
        };
  const termSweeps = Object.fromEntries(
    terms.map(({ carrier, keptMs }) => [
      `${carrier}Parcels`,
      rounds(() => sweepEnded(tracking, carrier, before(keptMs), FEW, held), FEW),
    ]),
  );
  const sweeps: Record<string, Sweep> = {
    deleted: rounds(() => eraseLeftovers(database, tracking.sealer, FEW), FEW),
    people: rounds(() => findPeopleOfEarlier(tracking, BATCH)),
    notes: rounds(() => sealOldNotes(db, tracking.sealer, BATCH)),
    erasures: rounds(() => dropErasuresBefore(db, before(ERASURES_KEPT_MS), BATCH)),
    unlisted: rounds(() => dropUnlistedBefore(db, before(UNLISTED_KEPT_MS), BATCH)),
    parked: rounds(() => sweepUnclaimed(database, before(kept.unclaimedMs), BATCH)),
    dead: rounds(() => dropDeadBefore(db, idBefore(kept.unclaimedMs), BATCH)),
    receipts: rounds(() => dropReceiptsBefore(db, idBefore(kept.receiptsMs), BATCH)),
    drops: rounds(() => dropOldDrops(db, drops, before(kept.receiptsMs), FEW), FEW),
    rejects: rounds(() => forgetRejects(db, before(REJECTS_KEPT_MS), FEW), FEW),
    scanners: rounds(() => dropScannersBefore(db, before(kept.receiptsMs), BATCH)),
    courierParcels: rounds(() => dropDoneBefore(db, before(kept.parcelsMs), BATCH)),
    courierEvents: rounds(() => dropEventsBefore(db, before(kept.receiptsMs), BATCH)),
    courierSilences: rounds(() => dropSilencesBefore(db, before(kept.receiptsMs), BATCH)),
    courierNotices: rounds(() => dropNoticesBefore(db, before(NOTICES_KEPT_MS), BATCH)),
    enrolments: rounds(() => dropEnrolmentsBefore(db, nowMs(), BATCH)),
    trails: rounds(() =>
      archive === null
        ? dropTrailsBefore(db, before(kept.trailsMs), BATCH)
        : archiveTrails({ ...tracking, store: archive }, before(kept.trailsMs), BATCH),
    ),
    places: rounds(() => dropPlacesOffShift(db, nowMs(), BATCH)),
    shifts: rounds(async () => (await endShiftsBefore(db, nowMs(), BATCH)).length),
    ...termSweeps,
    shipments: rounds(() => sweepLog(tracking, before(kept.parcelsMs), FEW, held, archiving), FEW),
    ...archiveSweeps,
    // Rows and nothing else: what they told went when they were deleted.
    memberActions: rounds(() => dropActionsBefore(db, before(kept.figuresMs), BATCH)),
    tombstones: rounds(() => dropDeletedBefore(db, before(kept.deletedMs), BATCH)),
    keys: rounds(() => dropExpiredIdempotencyKeys(db, before(IDEMPOTENCY_KEPT_MS), BATCH)),
    oldProofs: rounds(() => eraseProofsBefore(db, before(kept.proofsMs), BATCH)),
    oldContents: rounds(() => eraseDeliveryProofsBefore(db, before(kept.proofsMs), BATCH)),
    proofs: rounds(() => sweepErasedProofs(db, blobs, BATCH)),
    evidence: rounds(() => sweepErasedEvidence(db, blobs, BATCH)),
    callbacks: () => handshakes.dropOld(),
    polling: rounds(() => dropOldPolling(db, before(kept.pollingMs), BATCH)),
    webhooks: () => dropOldWebhooks(db, nowMs(), BATCH, kept.deliveriesMs),
    told: () => notifications.dropOld(BATCH, kept),
    cases: rounds(() => dropCasesBefore(db, before(kept.figuresMs), BATCH)),
    counts: rounds(() => dropCountsBefore(db, before(kept.figuresMs), BATCH)),
    activity: () => dropActivityBefore(db, before(ACTIVITY_KEPT_MS)),
    promises: rounds(() => dropPromisesBefore(db, before(kept.figuresMs), BATCH)),
  };
  return startSweeps(sweeps, { everyMs: EVERY_MS, log });
}
