import type { CallableShop, OrderPage } from '../contract.ts';
import { requestReads, waitingOrderIds } from '../orders/orders.sql.ts';
import { storeListedOrder } from '../orders/store-order.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import { ShopFailure } from '../shop-failure.ts';
import { keepWebhooks } from './keep-webhooks.ts';
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
  const nextAtMs = nowMs + (shop?.webhook === null ? POLL_MS : EVERY_MS);
  let untilMs: number | null = null;
  let againMs: number | null = null;
  let { lastWaitingRead } = held;
  const onRead = (readUntilMs: number) => {
    untilMs = readUntilMs + OVERLAP_MS;
  };
  try {
    if (shop !== null && opened !== null)
      lastWaitingRead = await compare(deps, opened, { held, shop, nowMs, onRead });
    untilMs = nowMs;
  } catch (error) {
    if (!(error instanceof ShopFailure) || opened === null) throw error;
    await reportFailure(deps, opened.shop, error);
    againMs = error.pauseMs;
  }
  const next = againMs === null ? nextAtMs : deps.clock.nowMs() + againMs;
  await releaseShop(deps.db.pipeline, held, { untilMs, nextAtMs: next, lastWaitingRead });
}

interface Comparison {
  readonly held: HeldShop;
  readonly shop: CallableShop;
  readonly nowMs: number;
  /** Called with the time up to which everything was read, so that the rest is read next time. */
  readonly onRead: (untilMs: number) => void;
}

/**
 * Lets the shop send webhooks, and reads what changed since the last comparison and some of the
 * orders that wait. Returns the last of these; null: it was the last of all.
 */
async function compare(
  deps: ShopWorkDeps,
  { shop: stored, platform: { api } }: OpenedShop,
  { held, shop, nowMs, onRead }: Comparison,
): Promise<string | null> {
  if (api?.canRead !== true) return null;
  const { pipeline } = deps.db;
  await keepWebhooks(api, shop);
  const sinceMs = Math.max(stored.importsFromMs, (stored.reconciledUntilMs ?? 0) - OVERLAP_MS);
  let cursor: string | null = null;
  for (let page = 1; page === 1 || (cursor !== null && page <= PAGES_MAX); page += 1) {
    const found: OrderPage = await api.changed(shop, sinceMs, cursor);
    for (const order of found.orders) await storeListedOrder(deps, stored, order);
    if (found.untilMs !== undefined) onRead(found.untilMs);
    cursor = found.next;
    await extendShop(pipeline, held, deps.clock.nowMs() + LEASE_MS);
  }
  const waiting = await waitingOrderIds(pipeline, stored.id, {
    after: held.lastWaitingRead,
    limit: WAITING_MAX,
  });
  await requestReads(pipeline, stored, waiting, nowMs);
  return waiting.length < WAITING_MAX ? null : (waiting.at(-1) ?? null);
}
