import type { Clock } from '../../../platform/clock.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { systemTimers, type Timers } from '../../../platform/work/timers.ts';
import { type CourierPlace, newestPlace, type PlaceStore, type Remembered } from './place-store.ts';
import { storedPlaces, storePlaces } from './places.sql.ts';

interface KeepPlacesDeps {
  readonly db: { readonly pipeline: Queryable };
  readonly places: PlaceStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** The timers; absent: the system's. */
  readonly timers?: Timers;
  /** Removes couriers whose shift has ended, and those out of contact. */
  readonly dropOffShift: () => Promise<void>;
}

/** The interval of storing places, and so the maximum age of the last known one after a crash. */
const STORE_EVERY_MS = 20_000;
/** The interval at which the loss of a store's data is noticed. */
const SWEEP_EVERY_MS = 10_000;
/** The interval at which shifts that ended by their time are noticed. */
const CHECK_EVERY_MS = 30_000;
const BATCH = 5_000;

/** Stores places periodically, and restores them if the store lost them. */
export interface PlaceKeeper {
  /** Stores the places that changed; resolves when they are stored. */
  store(): Promise<void>;
  /** Restores places if the store is empty, or always if requested. */
  restore(always?: boolean): Promise<void>;
  /** Stops, after storing once more. */
  stop(): Promise<void>;
}

/** Starts storing places periodically, and restores them if they were lost. */
export async function keepPlaces(deps: KeepPlacesDeps): Promise<PlaceKeeper> {
  const { db, places, clock, log, timers = systemTimers } = deps;
  let changed = new Map<string, CourierPlace>();
  /** The couriers whose newest place is to be stored, in the order in which they first moved. */
  let moved: Remembered[] = [];
  const end = places.onShown({
    places(shown) {
      for (const place of shown) changed.set(place.courierId, place);
    },
    couriers(shown) {
      for (const courier of shown) {
        if (courier.isUnstored) continue;
        courier.isUnstored = true;
        moved.push(courier);
      }
    },
  });

  /** The places to store, each courier's once even if another shift began meanwhile. */
  function takeChanged(): CourierPlace[] {
    const all = changed;
    for (const courier of moved) {
      courier.isUnstored = false;
      const newest = newestPlace(courier);
      if (newest !== null) all.set(newest.courierId, newest);
    }
    changed = new Map();
    moved = [];
    return [...all.values()];
  }

  async function store(): Promise<void> {
    const all = takeChanged();
    for (let from = 0; from < all.length; from += BATCH) {
      try {
        await storePlaces(db.pipeline, all.slice(from, from + BATCH), clock.nowMs());
      } catch (error) {
        // Newer places are not overwritten.
        for (const place of all.slice(from)) {
          if (!changed.has(place.courierId)) changed.set(place.courierId, place);
        }
        throw error;
      }
    }
  }

  async function restore(always = false): Promise<void> {
    if (!(always || (await places.isEmpty()))) return;
    let after: string | null = null;
    let count = 0;
    for (;;) {
      const page: CourierPlace[] = await storedPlaces(db.pipeline, {
        after,
        limit: BATCH,
        nowMs: clock.nowMs(),
      });
      const isLast = page.length < BATCH;
      await places.restore(page, isLast);
      count += page.length;
      after = page.at(-1)?.courierId ?? null;
      if (isLast) break;
    }
    if (count > 0) log.info({ places: count }, 'couriers’ last places were restored');
  }

  const storing: Loop = startLoop({
    run: store,
    everyMs: STORE_EVERY_MS,
    timers,
    onFailure: (err) => log.warn({ err }, 'couriers’ places could not be stored; will be retried'),
  });
  const restoring: Loop = startLoop({
    run: () => restore(),
    everyMs: SWEEP_EVERY_MS,
    timers,
    onFailure: (err) =>
      log.warn({ err }, 'couriers’ places could not be restored; will be retried'),
  });
  const checking: Loop = startLoop({
    run: deps.dropOffShift,
    everyMs: CHECK_EVERY_MS,
    timers,
    onFailure: (err) => log.warn({ err }, 'the check for ended shifts failed; it will be retried'),
  });
  await restore(true).catch((err: unknown) => {
    log.warn({ err }, 'couriers’ last places could not be restored');
  });
  return {
    store: () => storing.now(),
    restore,
    async stop() {
      end();
      await checking.stop();
      await restoring.stop();
      await storing.stop();
      await store().catch((err: unknown) => log.warn({ err }, 'the last places were not stored'));
    },
  };
}
