import type { LRUCache } from 'lru-cache';
import {
  eraseInboundMessages,
  type InboundMessage,
  markDead,
  markProcessed,
  openInboundMessage,
  SHOP_PARTITION,
  waitingInboundMessages,
} from '../../intake/index.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { blameOf } from '../../platform/database/database-errors.ts';
import { noteSuccess } from '../connections/shops.sql.ts';
import type { ShopEvent } from '../contract.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import { eraseOrders } from './erase-orders.ts';
import { noteSent, requestReads } from './orders.sql.ts';
import { storeOrder } from './store-order.ts';

export interface TakeDeps extends ShopWorkDeps {
  /** The ids of events that were processed lately. A forgotten one costs another read. */
  readonly processed: Pick<LRUCache<string, true>, 'has' | 'set'>;
}

/** Messages per batch. */
const TAKE_MAX = 100;

/**
 * Processes the oldest messages of shops; returns how many it found. Calls no shop, so that a slow
 * one delays no other. The content is erased with it: what matters is with the order then.
 */
export async function takeShopEvents(deps: TakeDeps): Promise<number> {
  const { pipeline } = deps.db;
  const rows = await waitingInboundMessages(pipeline, [SHOP_PARTITION], TAKE_MAX);
  for (const row of rows) {
    const message = openInboundMessage(row, deps.tracking.sealer);
    const fault = message === null ? null : await takeEvent(deps, message).catch(faultOf);
    if (fault !== null) {
      await markDead(pipeline, row.id, fault.slice(0, 1_000), deps.clock.nowMs());
      continue;
    }
    await withTransaction(pipeline, async (tx) => {
      await markProcessed(tx, [row.id]);
      await eraseInboundMessages(tx, [row.id]);
    });
  }
  return rows.length;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Returns why an event cannot be stored. Throws an error that another one would cause, too. */
function faultOf(error: unknown): string {
  if (blameOf(error) !== 'entry') throw error;
  return `storing it failed: ${error instanceof Error ? error.message : String(error)}`;
}

/**
 * Reads an event and stores what follows from it, which is nothing if its shop is gone. Returns why
 * it cannot be read; null: it can.
 */
async function takeEvent(deps: TakeDeps, message: InboundMessage): Promise<string | null> {
  const opened = await deps.shops.open(message.owner?.accountId ?? '');
  if (opened === null) return null;
  const { shop, platform } = opened;
  const event = readText(message.body, (text) =>
    platform.readEvent({
      ...{ shopUrl: shop.url, settings: shop.settings },
      ...{ headers: message.headers, text },
    }),
  );
  if (event.kind === 'unreadable') return event.reason;
  const nowMs = deps.clock.nowMs();
  const { pipeline } = deps.db;
  if (event.kind === 'changed') {
    const eventId = event.eventId === null ? null : `${shop.id} ${event.eventId}`;
    if (eventId !== null && deps.processed.has(eventId)) return null;
    await requestReads(pipeline, shop, [event.orderId], nowMs);
    if (eventId !== null) deps.processed.set(eventId, true);
  }
  if (event.kind === 'erase') await eraseOrders(deps, shop, event.orderIds);
  if (event.kind === 'orders') {
    for (const order of event.orders) {
      const key = { shopId: shop.id, orderId: order.id };
      const isNewest = await noteSent(pipeline, key, shop, event.sentAtMs);
      if (isNewest) await storeOrder(deps, shop, order);
    }
  }
  await noteSuccess(pipeline, shop.id, 'received', nowMs);
  return null;
}

function readText(body: Uint8Array, read: (text: string) => ShopEvent): ShopEvent {
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    return { kind: 'unreadable', reason: 'the body is not UTF-8 text' };
  }
  return read(text);
}
