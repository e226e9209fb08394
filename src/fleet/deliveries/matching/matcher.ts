import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import { COURIERS_CHANNEL } from '../../couriers/index.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { DELIVERIES_CHANNEL, nextDueMs, rescheduleMatch } from '../store/deliveries.sql.ts';
import { createCourierIndex, type MovedTo } from './courier-index.ts';
import { type ApplyCases, oldestOpenMs, reconcile, watchCustody } from './custody.ts';
import { LEASE_MS, matchOpen } from './match-open.ts';
import { createRush, FIRST_PASS_SIZE, nextPassSize, registerRushGauge } from './pass.ts';

export interface Matcher {
  /** Resolves when everything due has been matched. */
  idle(): Promise<void>;
  /** Searches once for deliveries with no owner, or two. */
  reconcile(): Promise<number>;
  /** Whether so many deliveries look for couriers that other work should wait. */
  readonly isRush: boolean;
  stop(): Promise<void>;
}

interface MatcherDeps extends DeliveriesDeps {
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly applyCases: ApplyCases;
  /** Where couriers moved since they were read, according to other processes. */
  readonly movedTo: MovedTo;
}

/** The interval of passes, in case a wake-up is lost. */
const CHECK_EVERY_MS = 1_000;
const RECONCILE_EVERY_MS = 10_000;
/** How long deliveries are gathered, so that those that arrive together are matched together. */
const GATHERS_MS = 50;
/** The minimum interval between passes: a pass costs as much as several deliveries. */
const APART_MS = 200;
/**
 * A courier counts as newly at work for this long; after that, the last search has included them.
 */
const NEW_AT_WORK_MS = 60_000;

/** Finds couriers for open deliveries and repairs ownership, until stopped. */
export function startMatcher(deps: MatcherDeps): Matcher {
  const { log, metrics, clock, db } = deps;
  const figures = matcherFigures(metrics);
  const index = createCourierIndex(deps, deps);
  const changed = new Set<string>();
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const passSoon = (inMs: number) =>
    matching.wake(Math.max(GATHERS_MS, inMs, lookedAtMs + APART_MS - performance.now()));
  const unlisten = [
    deps.listener.on(COURIERS_CHANNEL, (courierId) => {
      if (courierId !== null) changed.add(courierId);
    }),
    deps.listener.on(DELIVERIES_CHANNEL, () => passSoon(GATHERS_MS)),
  ];
  let size = FIRST_PASS_SIZE;
  const rush = createRush(() => performance.now());
  registerRushGauge(metrics, rush);
  const matching = startLoop({
    run: async () => {
      await rematchForNewCouriers(deps, changed);
      const beganMs = performance.now();
      const { looked, offers, assigned, failures } = await matchOpen(deps, index, {
        limit: size,
        isRush: rush.isOn,
      });
      const tookMs = performance.now() - beganMs;
      // The rest is matched without waiting for the interval.
      lookedAtMs = looked < size ? beganMs : Number.NEGATIVE_INFINITY;
      size = nextPassSize(size, { looked, tookMs });
      rush.note(offers + assigned);
      if (looked > 0) figures.match.observe(tookMs / 1000);
      const oldestMs = await oldestOpenMs(db.pipeline);
      const nowMs = clock.nowMs();
      figures.age.set(oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs) / 1000);
      const dueMs = await nextDueMs(db.pipeline);
      if (dueMs !== null) passSoon(dueMs - nowMs);
      if (failures.length > 0) throw failures[0];
    },
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'deliveries could not be matched'),
  });
  let repaired = 0;
  const reconciling = startLoop({
    run: async () => {
      try {
        repaired = await reconcile(deps, (why) => figures.orphans.inc({ why }));
      } finally {
        await watchCustody(deps, deps.applyCases, (why) => figures.orphans.inc({ why }));
      }
    },
    everyMs: RECONCILE_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'the owners of deliveries could not be checked'),
  });
  return {
    idle: () => matching.idle(),
    get isRush() {
      return rush.isOn;
    },
    async reconcile() {
      await reconciling.now();
      return repaired;
    },
    async stop() {
      for (const end of unlisten) end();
      await matching.stop();
      index.stop();
      await reconciling.stop();
    },
  };
}

/** If couriers among the changed ones have just started work, makes the waiting deliveries due. */
async function rematchForNewCouriers(
  { db, clock }: MatcherDeps,
  changed: Set<string>,
): Promise<void> {
  if (changed.size === 0) return;
  const ids = [...changed];
  const nowMs = clock.nowMs();
  const since = { nowMs, sinceMs: nowMs - NEW_AT_WORK_MS, leaseMs: LEASE_MS };
  // Later changes are for the next pass.
  changed.clear();
  try {
    await rescheduleMatch(db.pipeline, ids, since);
  } catch (error) {
    for (const id of ids) changed.add(id);
    throw error;
  }
}

function matcherFigures(registry: Registry) {
  const registers = [registry];
  return {
    match: new Histogram({
      name: 'waybill_match_seconds',
      help: 'How long one look took, at as many of the due deliveries as it takes together.',
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5],
      registers,
    }),
    age: new Gauge({
      name: 'waybill_delivery_queue_age_seconds',
      help: 'How long the oldest delivery without a courier has been waiting since it could be offered.',
      registers,
    }),
    orphans: new Counter({
      name: 'waybill_orphans_total',
      help: 'Deliveries whose owner had to be set right, by what was wrong.',
      labelNames: ['why'] as const,
      registers,
    }),
  };
}
