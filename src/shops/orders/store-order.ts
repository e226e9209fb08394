import { createHash } from 'node:crypto';
import { definedOnly } from '../../kernel/defined-only.ts';
import { storable } from '../../kernel/wire/storable.ts';
import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import { withoutNotifications } from '../../tracking/ports/imports.ts';
import { shownEstimate } from '../../tracking/ports/predictions.ts';
import { registerShipments, type Shipment } from '../../tracking/ports/shipments.ts';
import type { Shop } from '../connections/shop.ts';
import { noteSuccess } from '../connections/shops.sql.ts';
import type { ShopOrder, ShopParcel } from '../contract.ts';
import type { ParcelBody, ShopWorkDeps } from '../shop-deps.ts';
import { UNWRITTEN } from '../writes/plan-write.ts';
import { insertWrite } from '../writes/writes.sql.ts';
import type { StoredOrderContent } from './order-content.ts';
import {
  ensureOrder,
  insertParcel,
  knownOrder,
  type NewParcel,
  requestReads,
  storeOrderRow,
} from './orders.sql.ts';
import { planOrder } from './plan-order.ts';

/** Longest texts that are stored; shops have longer names only by mistake. */
const TEXT_CHARS_MAX = 200;
const ITEMS_MAX = 100;

/**
 * Registers what is new in an order and stores it. Can be repeated and interrupted anywhere: a
 * number that is registered is found again, and the same order changes nothing.
 *
 * @param readToken of the reading that returned it, so that a slow one replaces no later state.
 */
export async function storeOrder(
  deps: ShopWorkDeps,
  shop: Shop,
  given: ShopOrder,
  readToken?: number,
): Promise<void> {
  const order = storable(given);
  const key = { shopId: shop.id, orderId: order.id };
  const known = await knownOrder(deps.db.pipeline, key);
  const digest = digestOf(order);
  const isUnchanged = known?.digest?.equals(digest) === true;
  if (isUnchanged && known?.parcels.every(({ hasProblem }) => !hasProblem)) return;
  const plan = planOrder(known, order, {
    importsFromMs: shop.importsFromMs,
    hashOf: (number) => hashOf(shop.id, number),
  });
  const nowMs = deps.clock.nowMs();
  await ensureOrder(deps.db.pipeline, key, shop, nowMs);
  for (const parcel of plan.register) await registerParcel(deps, shop, order, parcel);
  const isErased = known?.parcels.some((each) => each.isErased) ?? false;
  const sealed =
    plan.state === 'ignored' || isErased ? null : deps.tracking.sealer.seal(contentOf(order));
  await withTransaction(deps.db.pipeline, (tx) =>
    storeOrderRow(
      tx,
      {
        ...key,
        ...plan,
        digest,
        content: sealed?.sealed ?? null,
        dataKey: sealed?.dataKey ?? null,
        orderedAtMs: order.orderedAtMs,
        readToken: readToken ?? known?.readToken ?? 0,
      },
      nowMs,
    ),
  );
  await noteSuccess(deps.db.pipeline, shop.id, 'read', nowMs);
}

/**
 * Stores an order of a list. A list is older than what is stored by the time its last orders are:
 * one that is known in another state is read again.
 */
export async function storeListedOrder(
  deps: ShopWorkDeps,
  shop: Shop,
  order: ShopOrder,
): Promise<void> {
  const known = await knownOrder(deps.db.pipeline, { shopId: shop.id, orderId: order.id });
  const isOther = known?.digest?.equals(digestOf(storable(order))) === false;
  if (!isOther) return storeOrder(deps, shop, order);
  await requestReads(deps.db.pipeline, shop, [order.id], deps.clock.nowMs());
}

/** Of everything that matters of an order, so that our own writes and notes change nothing. */
function digestOf(order: ShopOrder): Buffer {
  return createHash('sha256').update(JSON.stringify(order)).digest();
}

/** Bound to the shop, because numbers are short enough to be guessed. */
function hashOf(shopId: string, number: string): string {
  return createHash('sha256').update(`${shopId} ${number}`).digest('hex');
}

function contentOf({ number, recipient, items }: ShopOrder): Buffer {
  const content: StoredOrderContent = {
    number: cut(number),
    locale: recipient.locale,
    items: items.slice(0, ITEMS_MAX).map((item) => ({ ...item, name: cut(item.name) })),
  };
  return Buffer.from(JSON.stringify(content), 'utf8');
}

function cut(text: string): string {
  return text.slice(0, TEXT_CHARS_MAX);
}

/**
 * Registers a number and links it to its order in the same transaction, so that no change of the
 * parcel falls between. What is in the past is registered quietly.
 */
async function registerParcel(
  deps: ShopWorkDeps,
  shop: Shop,
  order: ShopOrder,
  parcel: ShopParcel & { readonly hash: string },
): Promise<void> {
  const { merchantId, mode } = shop;
  const base = { shopId: shop.id, orderId: order.id, merchantId, mode, hash: parcel.hash };
  const nowMs = deps.clock.nowMs();
  const read = await deps.readParcel(bodyOf(order, parcel), parcel.carrier);
  if ('problem' in read) {
    const problem = JSON.stringify(read.problem);
    const refused = { ...base, ...NOT_LINKED, problem };
    return insertParcel(deps.db.pipeline, refused, nowMs);
  }
  const isPast = (parcel.shippedAtMs ?? order.orderedAtMs) < (shop.connectedAtMs ?? nowMs);
  const tracking = isPast ? withoutNotifications(deps.tracking) : deps.tracking;
  await registerShipments(tracking, { merchantId, mode }, [read.shipment], {
    async alongside(tx, [registered]) {
      if (registered === undefined) return;
      const { shipment, usedBy } = registered;
      const { id: waitsFor } = shipment;
      if (usedBy !== null) {
        const problem = JSON.stringify({ 'shipments.numberUsedByOrder': { order: usedBy } });
        return insertParcel(tx, { ...base, ...NOT_LINKED, problem, waitsFor }, nowMs);
      }
      const parts = [...(order.leftOut ?? []), ...read.leftOut];
      const leftOut = parts.length === 0 ? null : JSON.stringify(parts);
      await linkParcel(tx, base, shipment, leftOut, nowMs);
    },
  });
}

const NOT_LINKED = { shipmentId: null, linkedSequence: 0, leftOut: null, waitsFor: null };

/** Stores that a number of an order is the shipment, whose status is to be written to the shop. */
export async function linkParcel(
  tx: Queryable,
  base: Pick<NewParcel, 'shopId' | 'orderId' | 'merchantId' | 'mode' | 'hash'>,
  shipment: Shipment,
  leftOut: string | null,
  nowMs: number,
): Promise<void> {
  const { id: shipmentId, sequence } = shipment;
  const link = { shipmentId, problem: null, linkedSequence: sequence, leftOut, waitsFor: null };
  await insertParcel(tx, { ...base, ...link }, nowMs);
  const first = milestoneOf(shipment);
  const saysNothing =
    first.status === UNWRITTEN.status && first.estimatedDelivery === UNWRITTEN.estimatedDelivery;
  if (saysNothing) return;
  const occurredAtMs = shipment.state.lastEventAtMs ?? nowMs;
  const write = { ...base, ...first, shipmentId, sequence, eventId: shipmentId, occurredAtMs };
  await insertWrite(tx, { ...write, notSent: null }, nowMs);
}

function milestoneOf(shipment: Shipment) {
  return {
    status: shipment.state.status,
    estimatedDelivery: shownEstimate(shipment)?.date ?? null,
  };
}

/** A parcel as a merchant would register it. Without consent, nobody is named who could get mail. */
function bodyOf(order: ShopOrder, { trackingNumber }: ShopParcel): ParcelBody {
  const { name, email, phone, locale } = order.recipient;
  return {
    tracking_number: trackingNumber,
    order_id: order.number,
    recipient: order.allowsMessages ? { name, email, phone, locale } : { name, locale },
    destination: order.destination && definedOnly(order.destination),
  };
}
