import { retryAfterMs } from '../../reactions/merchant-webhooks/index.ts';
import { reportFailure } from '../connections/report-failure.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import { ShopFailure } from '../shop-failure.ts';
import { claimOrders, type HeldOrder, markOrderDeleted, releaseOrder } from './orders.sql.ts';
import { storeOrder } from './store-order.ts';

/** Orders read at once; each mostly waits for its shop. */
const AT_ONCE = 8;
/** Longer than a call may take, so that a dead reader's orders are soon due again. */
const LEASE_MS = 120_000;

/** Reads the orders that are due from their shops; returns how many it found. */
export async function readDueOrders(deps: ShopWorkDeps, random: () => number): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const claim = { nowMs, untilMs: nowMs + LEASE_MS, limit: AT_ONCE };
  const orders = await claimOrders(deps.db.pipeline, claim);
  await Promise.all(orders.map((order) => readOrder(deps, order, random())));
  return orders.length;
}

async function readOrder(deps: ShopWorkDeps, held: HeldOrder, random: number): Promise<void> {
  const { pipeline } = deps.db;
  const opened = await deps.shops.open(held.shopId);
  const api = opened?.platform.api;
  if (opened === null || api === undefined) return releaseOrder(pipeline, held, null);
  try {
    const order = await api.read(deps.shops.callable(opened), held.orderId);
    if (order === null) await markOrderDeleted(pipeline, held, deps.clock.nowMs());
    else await storeOrder(deps, opened.shop, order, held.readToken);
    await releaseOrder(pipeline, held, null);
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    await reportFailure(deps, opened.shop, error);
    const waitMs = error.kind === 'refused' ? null : retryAfterMs(held.readTries, random);
    // An order that is given up is found again by the next comparison with the shop.
    const againMs = waitMs === null ? null : deps.clock.nowMs() + (error.pauseMs ?? waitMs);
    await releaseOrder(pipeline, held, againMs);
  }
}
