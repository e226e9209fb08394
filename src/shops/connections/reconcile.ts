import type { CallableShop, OrderPage } from '../contract.ts';
import { requestReads, waitingOrderIds } from '../orders/orders.sql.ts';
import { storeListedOrder } from '../orders/store-order.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import { ShopFailure } from '../shop-failure.ts';
import { keepWebhooks, removeWebhooks } from './keep-webhooks.ts';
import { reportFailure } from './report-failure.ts';
import type { OpenedShop } from './shop.ts';
import { claimShops, extendShop, type HeldShop, releaseShop } from './shops.sql.ts';

/** Interval of comparisons with a shop that sends webhooks, which find what those missed. */
const EVERY_MS = 15 * 60_000;
/** The same if the hub has no public URL, so that this is the only way. */
const POLL_MS = 2 * 60_000;
/** Longest time for a comparison; a dead process's shops are due again then. */
const LEASE_MS = 10 * 60_000;
const SHOPS_AT_ONCE = 4;
/**
 * Changes are read again for this long, because clocks differ and a shop may commit a change late.
 */
const OVERLAP_MS = 10 * 60_000;
/** Pages of a hundred orders: more than a shop has in a month. */
const PAGES_MAX = 10_000;
/** Orders without a number that are read again in each comparison. */
const WAITING_MAX = 20;

/** Compares the shops that are due with what they have; returns how many it found. */
export async function reconcileDueShops(deps: ShopWorkDeps): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const claim = { nowMs, untilMs: nowMs + LEASE_MS, limit: SHOPS_AT_ONCE };
  const shops = await claimShops(deps.db.pipeline, claim);
  await Promise.all(shops.map((shop) => reconcile(deps, shop)));
  return shops.length;
}

async function reconcile(deps: ShopWorkDeps, held: HeldShop): Promise<void> {
  const opened = await deps.shops.open(held.id);
  const nowMs = deps.clock.nowMs();
  const shop = opened && deps.shops.callable(opened);
  let nextAtMs = nowMs + (shop?.webhook === null ? POLL_MS : EVERY_MS);
  const progress: Progress = { untilMs: null, lastWaitingRead: held.lastWaitingRead };
  try {
    if (shop !== null && opened !== null) {
      await compare(deps, opened, { held, shop, nowMs, progress });
    }
  } catch (error) {
    if (!(error instanceof ShopFailure) || opened === null) throw error;
    await reportFailure(deps, opened.shop, error);
    if (error.pauseMs !== null) nextAtMs = deps.clock.nowMs() + error.pauseMs;
  }
  await releaseShop(deps.db.pipeline, held, { ...progress, nextAtMs });
}

/** How far a comparison has come, so that the rest is read next time. */
interface Progress {
  /** The time up to which everything was read that can be; null: as before. */
  untilMs: number | null;
  /** See `HeldShop`. */
  lastWaitingRead: string | null;
}

interface Comparison {
  readonly held: HeldShop;
  readonly shop: CallableShop;
  readonly nowMs: number;
  readonly progress: Progress;
}

/**
 * Lets the shop send webhooks, and reads what changed since the last comparison and some of the
 * orders that wait.
 */
async function compare(
  deps: ShopWorkDeps,
  { shop: stored, platform: { api } }: OpenedShop,
  { held, shop, nowMs, progress }: Comparison,
): Promise<void> {
  if (api?.canRead !== true) {
    progress.untilMs = nowMs;
    return;
  }
  const { pipeline } = deps.db;
  await keepWebhooks(api, shop);
  if ((await deps.shops.open(stored.id))?.shop.state !== 'connected') {
    // It was disconnected meanwhile, or paused, and would keep the webhooks.
    await removeWebhooks(api, shop);
    return;
  }
  const sinceMs = Math.max(stored.importsFromMs, (stored.reconciledUntilMs ?? 0) - OVERLAP_MS);
  let cursor: string | null = null;
  for (let page = 1; page === 1 || (cursor !== null && page <= PAGES_MAX); page += 1) {
    const found: OrderPage = await api.changed(shop, sinceMs, cursor);
    for (const order of found.orders) await storeListedOrder(deps, stored, order);
    if (found.untilMs !== undefined) progress.untilMs = found.untilMs + OVERLAP_MS;
    cursor = found.next;
    await extendShop(pipeline, held, deps.clock.nowMs() + LEASE_MS);
  }
  const waiting = await waitingOrderIds(pipeline, stored.id, {
    after: held.lastWaitingRead,
    limit: WAITING_MAX,
  });
  await requestReads(pipeline, stored, waiting, nowMs);
  progress.lastWaitingRead = waiting.length < WAITING_MAX ? null : (waiting.at(-1) ?? null);
  progress.untilMs = nowMs;
}
