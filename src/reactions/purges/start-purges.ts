import { Counter, type Registry } from 'prom-client';
import { type Event, SHOWN_TO_PUBLIC } from '../../events/event.ts';
import { readEntry } from '../../events/read-entry.ts';
import { announceBrandingChanges, brandingTag } from '../../merchants/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { erasuresOf } from '../../platform/event-log/erasures.sql.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { cacheTag } from '../../tracking/ports/public-tracks.ts';
import { ROUNDS, settlePurge } from './decide.ts';
import {
  type DuePurge,
  isPurgeAll,
  type ParcelKey,
  type Purgeable,
  type Purger,
  purgeAllKey,
} from './purger.ts';

import {
  dropForeignPurges,
  nextPurgeAtMs,
  schedulePurges,
  settlePurges,
  takeDuePurges,
} from './purges.sql.ts';

interface PurgesOptions {
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

/** The timeout of a call to a cache, for the HTTP client; a slower call is repeated. */
export const CALL_MS_MAX = 3_000;
/**
 * How long a purge is claimed. It is longer than a call, so that two processes do not make the same
 * one; and not much longer, because after a process is killed, a cache serves outdated answers
 * until the lease expires.
 */
const LEASE_MS = CALL_MS_MAX + 1_000;
/** The interval of its own checks: another process may have scheduled purges. */
const CHECK_EVERY_MS = 1_000;

/**
 * Purges changed parcels from the caches in front of the hub, until it is stopped. Each change of a
 * parcel is a row per cache, which is written before the log's cursor moves and removed when the
 * cache has confirmed two purges. So an unavailable cache, or a process that dies, only delays a
 * purge. A merchant's changed branding is purged in the same way: all of the merchant's pages
 * contain it.
 */
export function startPurges(options: PurgesOptions): Purges {
  return new CachePurges(options);
}

class CachePurges implements Purges {
  readonly #db: Database['pipeline'];
  readonly #purgers: readonly Purger[];
  readonly #names: readonly string[];
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #made: Counter<'purger' | 'outcome'>;
  readonly #loop: Loop;
  readonly #consumer: Consumer;

  constructor({ db, purgers, listener, clock, log, metrics }: PurgesOptions) {
    this.#db = db.pipeline;
    this.#purgers = purgers;
    this.#names = purgers.map(({ name }) => name);
    this.#clock = clock;
    this.#log = log;
    this.#made = new Counter({
      name: 'waybill_cache_purges_total',
      help: 'Parcels purged from caches, by cache and outcome.',
      labelNames: ['purger', 'outcome'],
      registers: [metrics],
    });
    this.#loop = startLoop({
      run: () => this.#purgeAll(),
      everyMs: CHECK_EVERY_MS,
      onFailure: (err) => log.warn({ err }, 'purging caches failed and will be retried'),
    });
    this.#consumer = startConsumer({
      name: 'purges',
      db,
      listener,
      log,
      beginsAt: 'newest',
      passesOver: true,
      read: readEntry,
      handle: (events) => this.#schedule(events),
    });
    dropForeignPurges(this.#db, this.#names).catch((error: unknown) => {
      log.debug(
        { err: error },
        'purges for caches that are no longer configured are kept for a while',
      );
    });
    this.#loop.wake();
  }

  async idle(): Promise<void> {
    await this.#consumer.idle();
    await this.#loop.idle();
  }

  async stop(): Promise<void> {
    await this.#consumer.stop();
    await this.#loop.stop();
  }

  async #schedule(events: readonly Event[]): Promise<void> {
    const erased = events.filter(({ about }) => about === 'erased');
    const subjectIds = erased.map(({ subjectId }) => subjectId);
    const parcels = changedParcels(events, await erasuresOf(this.#db, subjectIds));
    if (parcels.length === 0) return;
    await schedulePurges(this.#db, this.#names, parcels, ROUNDS, this.#clock.nowMs());
    this.#loop.wake();
  }

  async #purgeAll(): Promise<void> {
    await announceBrandingChanges(this.#db, (merchantIds) =>
      schedulePurges(
        this.#db,
        this.#names,
        merchantIds.map(purgeAllKey),
        ROUNDS,
        this.#clock.nowMs(),
      ),
    );
    await Promise.all(this.#purgers.map((purger) => this.#purgeDue(purger)));
    const nextMs = await nextPurgeAtMs(this.#db, this.#names);
    if (nextMs !== null) this.#loop.wake(Math.max(1, nextMs - this.#clock.nowMs()));
  }

  async #purgeDue(purger: Purger): Promise<void> {
    for (let more = true; more && !this.#loop.stopping; ) {
      const nowMs = this.#clock.nowMs();
      const limit = purger.batchMax;
      const due = await takeDuePurges(this.#db, purger.name, limit, nowMs, nowMs + LEASE_MS);
      if (due.length === 0) return;
      more = due.length === limit;
      await this.#purgeBatch(purger, due);
    }
  }

  async #purgeBatch(purger: Purger, due: readonly DuePurge[]): Promise<void> {
    const outcome = await purger.purge(due.map(toPurgeable));
    const settled = due.map((each) => settlePurge(each, outcome, this.#clock.nowMs()));
    await settlePurges(this.#db, purger.name, settled);
    this.#made.inc({ purger: purger.name, outcome: outcome.outcome }, due.length);
    if (outcome.outcome === 'done') return;
    const givenUp = settled.filter(({ dueAtMs }) => dueAtMs === null).length;
    this.#made.inc({ purger: purger.name, outcome: 'given_up' }, givenUp);
    this.#log.warn(
      { purger: purger.name, reason: outcome.reason, parcels: due.length, given_up: givenUp },
      'a cache refused a purge and may serve old content until it accepts one',
    );
  }
}

/**
 * The parcels whose public view these events change. Quiet events count, too: a parcel whose facts
 * are read again may look different.
 */
function changedParcels(events: readonly Event[], erased: readonly ParcelKey[]): ParcelKey[] {
  const parcels = new Map<string, ParcelKey>();
  for (const { carrier, trackingNumber } of erased) {
    parcels.set(`${carrier} ${trackingNumber}`, { carrier, trackingNumber });
  }
  for (const event of events) {
    if (event.about !== 'shipment' || !SHOWN_TO_PUBLIC.has(event.type)) continue;
    const { carrier, tracking_number: trackingNumber } = event.data;
    parcels.set(`${carrier} ${trackingNumber}`, { carrier, trackingNumber });
  }
  return [...parcels.values()];
}

/** The tag and the paths of a parcel, or of all pages with a merchant's branding. */
function toPurgeable(key: ParcelKey): Purgeable {
  const { carrier, trackingNumber } = key;
  if (isPurgeAll(key)) return { tag: brandingTag(trackingNumber), paths: ['/track/'] };
  const number = encodeURIComponent(trackingNumber);
  return {
    tag: cacheTag(carrier, trackingNumber),
    paths: ['', '/v1'].flatMap((root) => [
      `${root}/track/${number}`,
      `${root}/track/${encodeURIComponent(carrier)}/${number}`,
    ]),
  };
}
