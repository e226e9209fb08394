import { LRUCache } from 'lru-cache';
import { entriesMax } from '../kernel/entries-max.ts';
import { withAdvisoryLocks } from '../platform/database/advisory-lock.ts';
import { isDatabaseUnavailable } from '../platform/database/database-errors.ts';
import type { Listener } from '../platform/database/listen.ts';
import { type Loop, startLoop } from '../platform/work/loop.ts';
import { reconcileDueShops } from './connections/reconcile.ts';
import type { Platforms } from './load-platforms.ts';
import { readDueOrders } from './orders/read-orders.ts';
import { takeShopEvents } from './orders/take-events.ts';
import type { ShopWorkDeps } from './shop-deps.ts';
import { consumeForShops } from './writes/consume-log.ts';
import { sendDueWrites } from './writes/send-writes.ts';

export interface ShopWorkOptions extends ShopWorkDeps {
  readonly platforms: Platforms;
  readonly listener: Pick<Listener, 'on'>;
  /** From 0 to below 1, for the jitter of retries. */
  readonly random?: () => number;
  /** Whether entries of the log are handled in larger batches for now. */
  readonly givesWay?: () => boolean;
}

export interface ShopWork {
  /** Resolves when everything that was due has been done. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * How often each kind of work is looked for. Events are not announced apart from carriers' messages,
 * whose announcements would cost more than this second is worth.
 */
const CHECK_EVERY_MS = 1_000;
const RECONCILE_EVERY_MS = 5_000;
/** Events remembered by their ids: a megabyte or two. */
const PROCESSED_MAX = 10_000;
const LOCK_CLASS = 0x5742_0040;

/**
 * Starts the work of shops, in loops of their own that share nothing with carriers': events from
 * the inbox, orders to read, comparisons, and writes. Any number of processes share it.
 */
export function startShops(options: ShopWorkOptions): ShopWork {
  const { db, random = () => (options.randomBytes(1)[0] ?? 0) / 256 } = options;
  const processed = new LRUCache<string, true>(entriesMax(PROCESSED_MAX));
  const takeAlone = async () =>
    (await withAdvisoryLocks(db.pipeline, { lockClass: LOCK_CLASS, keys: [1] }, () =>
      takeShopEvents({ ...options, processed }),
    )) ?? 0;
  const writes = loopOf(options, 'writes', () => sendDueWrites(options, random));
  const orders = loopOf(options, 'orders', () => readDueOrders(options, random));
  const events = loopOf(options, 'events', takeAlone, () => orders.wake());
  const shops = loopOf(
    options,
    'comparisons',
    () => reconcileDueShops(options),
    () => orders.wake(),
    RECONCILE_EVERY_MS,
  );
  const consumer = consumeForShops({ ...options, onWrites: () => writes.wake() });
  const loops = [events, shops, orders];
  for (const loop of [...loops, writes]) loop.wake();
  return {
    async idle() {
      for (const loop of loops) await loop.idle();
      await consumer.idle();
      await writes.idle();
    },
    async stop() {
      await consumer.stop();
      await Promise.all([...loops, writes].map((loop) => loop.stop()));
    },
  };
}

/** A loop that runs again at once while it finds something. */
function loopOf(
  { log }: Pick<ShopWorkOptions, 'log'>,
  what: string,
  work: () => Promise<number>,
  onFound: () => void = () => {},
  everyMs = CHECK_EVERY_MS,
): Loop {
  const loop: Loop = startLoop({
    async run() {
      while (!loop.stopping && (await work()) > 0) onFound();
    },
    everyMs,
    onFailure(err) {
      // An outage is logged where the database is monitored.
      log[isDatabaseUnavailable(err) ? 'debug' : 'warn']({ err, what }, 'shops: a pass failed');
    },
  });
  return loop;
}
