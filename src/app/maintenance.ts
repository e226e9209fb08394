import { carrierTerms } from '../adapters/index.ts';
import {
  adoptEarlierInboundMessages,
  dropDeadBefore,
  dropInboundMessagesBefore,
  dropOldDrops,
  dropScannersBefore,
  eraseProofsBefore,
  forgetRejects,
  sweepErasedProofs,
} from '../intake/index.ts';
import { lowestIdAt } from '../kernel/ids.ts';
import {
  dropActionsBefore,
  dropExpiredIdempotencyKeys,
  IDEMPOTENCY_RETENTION_MS,
} from '../merchants/index.ts';
import { dropUnlistedBefore } from '../platform/backups/erasures-to-list.sql.ts';
import { dropErasuresBefore } from '../platform/event-log/erasures.sql.ts';
import type { Machines } from '../platform/machines.ts';
import { dropActivityBefore } from '../platform/observability/activity/activity.sql.ts';
import type { Logger } from '../platform/observability/log.ts';
import { pacedRounds } from '../platform/pace/paced-rounds.ts';
import type { Config } from '../platform/settings/config.ts';
import { type Loop, startLoop } from '../platform/work/loop.ts';
import { dropOldPolling } from '../poller/index.ts';
import { dropCountsBefore } from '../reactions/analytics/index.ts';
import { dropCasesBefore, sweepErasedEvidence } from '../reactions/exceptions/index.ts';
import { dropOldWebhooks } from '../reactions/merchant-webhooks/index.ts';
import type { Notifications } from '../reactions/notifications/index.ts';
import { dropComparedBefore, dropPromisesBefore } from '../reactions/predictions/index.ts';
import { dropShopOrdersBefore } from '../shops/index.ts';
import {
  dropDeletedBefore,
  eraseDeliveryProofsBefore,
  holdBack,
  indexEarlierShipments,
  sweepEnded,
  sweepLog,
  sweepsOfArchive,
  sweepUnclaimed,
} from '../tracking/ports/running.ts';
import { FLEET_STORAGE } from './fleet.ts';
import type { Hub } from './hub.ts';

const EVERY_MS = 60_000;
/** Rows per statement: few enough not to disturb others. */
const BATCH = 1_000;
/** For items that need several statements each. */
const SMALL_BATCH = 100;
/**
 * How long records of erasures are retained: by then, every cache and open page has been updated,
 * and every scenario of the sandbox has ended.
 */
const ERASURES_RETENTION_MS = 30 * 86_400_000;
/**
 * After this long, every backup in an unreachable backup location is past its retention period.
 */
const UNLISTED_RETENTION_MS = 90 * 86_400_000;

/** The console plots a day; a few more can be viewed on a Monday. */
const ACTIVITY_RETENTION_MS = 8 * 86_400_000;
/** A file that vanished may reappear under another name, but hardly after a day. */
const REJECTS_RETENTION_MS = 86_400_000;

type MaintainedMachines = Pick<Machines, 'database' | 'clock' | 'log' | 'metrics'> & {
  readonly config: Pick<Config, 'retention'>;
  /** Whether to postpone work that nobody is waiting for; absent: never. */
  readonly givesWay?: () => boolean;
};

/** What holds data that expires. */
type Swept = Pick<Hub, 'archive' | 'blobs' | 'drops' | 'handshakes' | 'tracking'> & {
  readonly registry: Pick<Hub['registry'], 'list'>;
};

/** Removes expired data, a batch at a time, until stopped. */
export function startMaintenance(
  { database, clock, log, metrics, config: { retention }, givesWay }: MaintainedMachines,
  { archive, blobs, drops, handshakes, registry, tracking }: Swept,
  notifications: Pick<Notifications, 'dropOld'>,
): Loop {
  const { pipeline: db } = database;
  const nowMs = () => clock.nowMs();
  const before = (retentionMs: number) => nowMs() - retentionMs;
  const idBefore = (retentionMs: number) => lowestIdAt(before(retentionMs));
  const isStopping = () => loop.stopping;
  const { pacer, paced, unpaced } = pacedRounds({ db, metrics, isStopping });
  /** Removes at most `limit` items; returns how many. */
  type Drop = (limit: number) => Promise<number>;
  /** Sweeps in steps with rests in between. */
  const rounds = (drop: Drop, limit = BATCH): Sweep => {
    return () => paced(limit, drop);
  };
  /** Sweeps in small steps without rests: each item rests itself, or writes a file. */
  const few = (drop: Drop): Sweep => {
    return () => unpaced(SMALL_BATCH, drop);
  };
  const sweeping = { held: holdBack({ clock, log, metrics }), pacer };
  const terms = carrierTerms(registry.list(), retention);
  const archiving =
    archive === null
      ? null
      : { store: archive, exceptCarriers: terms.map(({ carrier }) => carrier) };
  const archiveSweeps: Record<string, Sweep> =
    archive === null ? {} : sweepsOfArchive({ ...tracking, store: archive }, retention);
  const fleetSweeps = FLEET_STORAGE.sweeps({
    tracking,
    archive,
    retention,
    nowMs,
    before,
    rounds,
    few,
    unpaced: (drop) => () => unpaced(BATCH, drop),
  });
  const termSweeps = Object.fromEntries(
    terms.map(({ carrier, retentionMs }) => [
      `${carrier}Parcels`,
      few((limit) => sweepEnded(tracking, carrier, before(retentionMs), limit, sweeping)),
    ]),
  );
  const sweeps: Record<string, Sweep> = {
    earlierInboundMessages: rounds((limit) => adoptEarlierInboundMessages(db, limit)),
    people: rounds((limit) => indexEarlierShipments(tracking, limit)),
    erasures: rounds((limit) => dropErasuresBefore(db, before(ERASURES_RETENTION_MS), limit)),
    unlisted: rounds((limit) => dropUnlistedBefore(db, before(UNLISTED_RETENTION_MS), limit)),
    parked: rounds((limit) => sweepUnclaimed(database, before(retention.unclaimedMs), limit)),
    dead: rounds((limit) => dropDeadBefore(db, idBefore(retention.unclaimedMs), limit)),
    inboundMessages: rounds((limit) =>
      dropInboundMessagesBefore(db, idBefore(retention.inboundMs), limit),
    ),
    drops: rounds(
      (limit) => dropOldDrops(db, drops, before(retention.inboundMs), limit),
      SMALL_BATCH,
    ),
    rejects: rounds((limit) => forgetRejects(db, before(REJECTS_RETENTION_MS), limit), SMALL_BATCH),
    scanners: rounds((limit) => dropScannersBefore(db, before(retention.inboundMs), limit)),
    ...fleetSweeps,
    ...termSweeps,
    shipments: few((limit) =>
      sweepLog(tracking, before(retention.parcelsMs), limit, sweeping, archiving),
    ),
    ...archiveSweeps,
    // Only rows remain: the data they described was removed when they were deleted.
    memberActions: rounds((limit) => dropActionsBefore(db, before(retention.figuresMs), limit)),
    tombstones: rounds((limit) => dropDeletedBefore(db, before(retention.deletedMs), limit)),
    keys: rounds((limit) =>
      dropExpiredIdempotencyKeys(db, before(IDEMPOTENCY_RETENTION_MS), limit),
    ),
    oldProofs: rounds((limit) => eraseProofsBefore(db, before(retention.proofsMs), limit)),
    oldContents: rounds((limit) =>
      eraseDeliveryProofsBefore(db, before(retention.proofsMs), limit),
    ),
    proofs: rounds((limit) => sweepErasedProofs(db, blobs, limit)),
    evidence: rounds((limit) => sweepErasedEvidence(db, blobs, limit)),
    shopOrders: rounds((limit) => dropShopOrdersBefore(db, before(retention.parcelsMs), limit)),
    callbacks: () => handshakes.dropOld(),
    polling: rounds((limit) => dropOldPolling(db, before(retention.pollingMs), limit)),
    webhooks: () => dropOldWebhooks(db, nowMs(), BATCH, retention.deliveriesMs, paced),
    notifications: () => notifications.dropOld(BATCH, retention),
    cases: rounds((limit) => dropCasesBefore(db, before(retention.figuresMs), limit)),
    counts: rounds((limit) => dropCountsBefore(db, before(retention.figuresMs), limit)),
    activity: () => dropActivityBefore(db, before(ACTIVITY_RETENTION_MS)),
    compared: rounds((limit) => dropComparedBefore(db, before(retention.figuresMs), limit)),
    promises: rounds((limit) => dropPromisesBefore(db, before(retention.figuresMs), limit)),
  };
  const loop = startSweeps(sweeps, { everyMs: EVERY_MS, log, givesWay });
  return loop;
}

interface SweepsOptions {
  readonly everyMs: number;
  readonly log: Logger;
  /** Whether more urgent work waits; absent: never. */
  readonly givesWay?: (() => boolean) | undefined;
  /** Returns milliseconds that only grow. */
  readonly monotonicMs?: () => number;
}

/**
 * Sweeps are postponed for at most this long. Expired data is deleted even under load, because some
 * periods are set by law.
 */
const PUT_OFF_MS_MAX = 15 * 60_000;

/** Removes expired data of one kind; returns how many items. */
export type Sweep = () => Promise<number>;

/**
 * Repeats sweeps, one after the other and never two at once, so that a long one delays only the
 * next round. One that fails is logged by its name and does not affect the others. A stop waits for
 * the sweep in progress and skips the rest of its round. A round that gives way ends after the
 * sweep in progress, and the next round begins where it ended.
 */
export function startSweeps(
  sweeps: Readonly<Record<string, Sweep>>,
  { everyMs, log, givesWay, monotonicMs = () => performance.now() }: SweepsOptions,
): Loop {
  const inOrder = Object.entries(sweeps);
  /** The index of the sweep with which a round begins. */
  let next = 0;
  /** When the last complete round ended. */
  let allDoneAtMs = monotonicMs();
  const isPutOff = () => givesWay?.() === true && monotonicMs() - allDoneAtMs < PUT_OFF_MS_MAX;

  async function sweepAll(): Promise<void> {
    const removed: Record<string, number> = {};
    let remaining = inOrder.length;
    for (const [name, sweep] of [...inOrder.slice(next), ...inOrder.slice(0, next)]) {
      if (loop.stopping || isPutOff()) break;
      next = (next + 1) % inOrder.length;
      remaining -= 1;
      try {
        const count = await sweep();
        if (count > 0) removed[name] = count;
      } catch (err) {
        log.warn({ err, sweep: name }, 'expired data could not be removed; this will be retried');
      }
    }
    if (remaining === 0) allDoneAtMs = monotonicMs();
    if (Object.keys(removed).length > 0) log.debug(removed, 'expired data was removed');
  }

  const loop = startLoop({
    run: sweepAll,
    everyMs,
    onFailure: (err) => log.warn({ err }, 'the removal of expired data failed; it will be retried'),
  });
  return loop;
}
