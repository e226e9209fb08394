import { Counter, type Registry } from 'prom-client';
import type { ByEventType, Event } from '../../events/event.ts';
import { readEntry } from '../../events/read-entry.ts';
import { lookTag, tellBrandingChanges } from '../../merchants/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { erasuresOf } from '../../platform/event-log/erasures.sql.ts';
import { LOG_CHANNEL } from '../../platform/event-log/event-log.ts';
import { startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { cacheTag } from '../../tracking/index.ts';
import { ROUNDS, settlePurge } from './decide.ts';
import { type DuePurge, isLook, lookKey, type ParcelKey } from './purge-row.ts';
import type { Purgeable, Purger } from './purger.ts';
import {
  dropForeignPurges,
  nextPurgeAtMs,
  settlePurges,
  takeDuePurges,
  wantPurges,
} from './purges.sql.ts';

export interface PurgesOptions {
  readonly db: Pick<Database, 'pipeline'>;
  readonly purgers: readonly Purger[];
  readonly listener: Pick<Listener, 'on'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
}

export interface Purges {
  /** Resolves when everything that was due at the call has been tried. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** A call to a cache; one that takes longer is made again. For whoever makes the HTTP client. */
export const CALL_MS_MAX = 3_000;
/**
 * Longer than a call, so that two processes do not make the same one; and no longer, for until it
 * runs out a cache serves what was when a process is killed.
 */
const LEASE_MS = CALL_MS_MAX + 1_000;
/** Looks by itself this often: another process may have left something. */
const LOOK_EVERY_MS = 1_000;

/**
 * Tells the caches in front of us what has changed. Each change of a parcel is a row a cache,
 * written before the log's cursor moves and gone when the cache has said twice that it forgot; so
 * a cache that is out, or a process that dies, costs time and no purge. The same for a merchant's
 * new look, which all its pages wear.
 */
export function startPurges(options: PurgesOptions): Purges {
  const { db, purgers, listener, clock, log } = options;
  const names = purgers.map(({ name }) => name);
  const made = new Counter({
    name: 'waybill_cache_purges_total',
    help: 'Parcels that a cache was told to forget, by cache and outcome.',
    labelNames: ['purger', 'outcome'],
    registers: [options.metrics],
  });
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let stopping = false;

  const consumer = startConsumer({
    name: 'purges',
    db,
    log,
    beginsAt: 'newest',
    passesOver: true,
    read: readEntry,
    async handle(events) {
      const erased = events.filter(({ about }) => about === 'erased');
      const subjectIds = erased.map(({ subjectId }) => subjectId);
      const parcels = parcelsOf(events, await erasuresOf(db.pipeline, subjectIds));
      if (parcels.length === 0) return;
      await wantPurges(db.pipeline, names, parcels, ROUNDS, clock.nowMs());
      void work();
    },
  });

  /** One run at a time; a call during a run has another follow it. */
  function work(): Promise<void> {
    again = true;
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  }

  async function run(): Promise<void> {
    while (again && !stopping) {
      again = false;
      try {
        await tellBrandingChanges(db.pipeline, (merchantIds) =>
          wantPurges(db.pipeline, names, merchantIds.map(lookKey), ROUNDS, clock.nowMs()),
        );
        await Promise.all(purgers.map(purgeDue));
        await lookLater();
      } catch (error) {
        log.warn({ err: error }, 'purging caches failed and will be tried again');
      }
    }
  }

  async function purgeDue(purger: Purger): Promise<void> {
    for (let more = true; more && !stopping; ) {
      const nowMs = clock.nowMs();
      const due = await takeDuePurges(
        db.pipeline,
        purger.name,
        purger.batchMax,
        nowMs,
        nowMs + LEASE_MS,
      );
      if (due.length === 0) return;
      more = due.length === purger.batchMax;
      await purgeBatch(purger, due);
    }
  }

  async function purgeBatch(purger: Purger, due: readonly DuePurge[]): Promise<void> {
    const outcome = await purger.purge(due.map(purgeableOf));
    const settled = due.map((each) => settlePurge(each, outcome, clock.nowMs()));
    await settlePurges(db.pipeline, purger.name, settled);
    made.inc({ purger: purger.name, outcome: outcome.outcome }, due.length);
    if (outcome.outcome === 'done') return;
    const givenUp = settled.filter(({ dueAtMs }) => dueAtMs === null).length;
    made.inc({ purger: purger.name, outcome: 'given_up' }, givenUp);
    log.warn(
      { purger: purger.name, reason: outcome.reason, parcels: due.length, given_up: givenUp },
      'a cache did not take a purge: until it does it may serve what was',
    );
  }

  async function lookLater(): Promise<void> {
    const nextMs = await nextPurgeAtMs(db.pipeline, names);
    if (timer !== null) clearTimeout(timer);
    if (stopping) return;
    const inMs = nextMs === null ? LOOK_EVERY_MS : nextMs - clock.nowMs();
    timer = setTimeout(() => void work(), Math.min(LOOK_EVERY_MS, Math.max(0, inMs)));
  }

  const unsubscribe = listener.on(LOG_CHANNEL, (shard) =>
    consumer.wake(shard === null ? null : Number(shard)),
  );
  dropForeignPurges(db.pipeline, names).catch((error: unknown) => {
    log.debug({ err: error }, 'purges of caches that are named no more stay a while');
  });
  void work();
  return {
    async idle() {
      await consumer.idle();
      await work();
    },
    async stop() {
      stopping = true;
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
      await consumer.stop();
      await running;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** What may change a page or an answer that a cache keeps. */
const IS_SHOWN: ByEventType<boolean> = {
  'shipment.created': true,
  'shipment.status_changed': true,
  'shipment.corrected': true,
  'shipment.delivered': true,
  'shipment.confirmed': true,
  'shipment.edd_changed': true,
  'shipment.tracking_updated': true,
  'shipment.updated': true,
  'shipment.expired': true,
  'shipment.exception_opened': true,
  'shipment.exception_updated': true,
  'shipment.exception_resolved': true,
  'delivery_request.resolved': true,
  'shipment.delay_predicted': true,
  'shipment.deleted': true,
  'carrier_account.health_changed': false,
  'carrier_account.push_changed': false,
  'carrier_account.verification_changed': false,
  'webhook_endpoint.disabled': false,
};

/** Quiet events too: what was understood anew is shown anew. */
function parcelsOf(events: readonly Event[], erased: readonly ParcelKey[]): ParcelKey[] {
  const parcels = new Map<string, ParcelKey>();
  for (const { carrier, trackingNumber } of erased) {
    parcels.set(`${carrier} ${trackingNumber}`, { carrier, trackingNumber });
  }
  for (const event of events) {
    if (event.about !== 'shipment' || !IS_SHOWN[event.type]) continue;
    const { carrier, tracking_number: trackingNumber } = event.data;
    parcels.set(`${carrier} ${trackingNumber}`, { carrier, trackingNumber });
  }
  return [...parcels.values()];
}

function purgeableOf(key: ParcelKey): Purgeable {
  const { carrier, trackingNumber } = key;
  if (isLook(key)) return { tag: lookTag(trackingNumber), paths: ['/track/'] };
  const number = encodeURIComponent(trackingNumber);
  return {
    tag: cacheTag(carrier, trackingNumber),
    paths: ['', '/v1'].flatMap((root) => [
      `${root}/track/${number}`,
      `${root}/track/${encodeURIComponent(carrier)}/${number}`,
    ]),
  };
}
