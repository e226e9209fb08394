import type pg from 'pg';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import { queryAny, queryColumn, queryRow, queryRows } from '../../platform/database/query-rows.ts';
import { type Column, type DueRows, leasedRows } from '../../platform/work/leased-rows.ts';
import type { LeftOut } from '../contract.ts';
import type { KnownOrder, KnownParcel, OrderState } from './plan-order.ts';

/** An order of a shop. */
export interface OrderKey {
  readonly shopId: string;
  readonly orderId: string;
}

export const ORDER_KEY: Readonly<Record<string, Column<OrderKey>>> = {
  shop_id: { type: 'uuid', of: ({ shopId }) => shopId },
  order_id: { type: 'text', of: ({ orderId }) => orderId },
};

/** An order that this process reads from its shop. */
export interface HeldOrder extends OrderKey {
  readonly readToken: number;
  readonly readTries: number;
}

const ORDERS = leasedRows<Pick<HeldOrder, 'shopId' | 'orderId' | 'readToken'>>({
  table: 'shop_orders',
  alias: 'o',
  key: ORDER_KEY,
  until: 'read_at',
  token: { column: 'read_token', type: 'int', of: ({ readToken }) => readToken },
});

/**
 * Makes orders due to be read. A reader that holds one of them is fenced, because it may have read
 * it before the change.
 */
export async function requestReads(
  db: Queryable,
  shop: Tenant & { readonly id: string },
  orderIds: readonly string[],
  nowMs: number,
): Promise<void> {
  if (orderIds.length === 0) return;
  await db.query({
    name: 'request_shop_reads',
    text: `insert into shop_orders (shop_id, order_id, merchant_id, mode, state, changed_at, read_at)
           select $1, order_id, $2, $3, 'unread', to_timestamp($5 / 1000.0),
                  to_timestamp($5 / 1000.0)
           from unnest($4::text[]) as o(order_id) order by order_id
           on conflict (shop_id, order_id) do update set read_at = excluded.read_at,
             read_token = shop_orders.read_token + 1, read_tries = 0`,
    values: [shop.id, shop.merchantId, shop.mode, [...new Set(orderIds)], nowMs],
  });
}

/** Claims orders to be read now, of connected shops that may be called; longest due first. */
export function claimOrders(
  db: Queryable,
  { nowMs, untilMs, limit }: DueRows,
): Promise<HeldOrder[]> {
  return ORDERS.claim<HeldOrder>(db, {
    name: 'claim_shop_orders',
    find: `join shops s on s.id = o.shop_id
           where o.read_at <= to_timestamp($1 / 1000.0) and s.state = 'connected'
             and (s.paused_until is null or s.paused_until <= to_timestamp($1 / 1000.0))
           order by o.read_at limit $3`,
    until: 'to_timestamp($2 / 1000.0)',
    set: 'read_tries = o.read_tries + 1',
    returning: 'o.shop_id, o.order_id, o.read_token, o.read_tries',
    values: [nowMs, untilMs, limit],
  });
}

/** Ends the reading of an order; with a time, it is read again then. */
export async function releaseOrder(
  db: Queryable,
  held: HeldOrder,
  readAtMs: number | null,
): Promise<void> {
  await ORDERS.change(db, [held], {
    name: 'release_shop_order',
    set: `read_at = to_timestamp(given.again_ms / 1000.0),
          read_tries = case when given.again_ms is null then 0 else o.read_tries end`,
    given: { again_ms: { type: 'float8', of: () => readAtMs } },
  });
}

interface StoredState {
  readonly state: KnownOrder['state'];
  /** Of what was last read; null: nothing was. */
  readonly digest: Buffer | null;
  readonly readToken: number;
}

/** Returns what is known of an order. */
export async function knownOrder(
  db: Queryable,
  { shopId, orderId }: OrderKey,
): Promise<(KnownOrder & StoredState) | null> {
  const row = await queryRow<StoredState>(db, {
    name: 'known_shop_order',
    text: 'select state, digest, read_token from shop_orders where shop_id = $1 and order_id = $2',
    values: [shopId, orderId],
  });
  if (row === null) return null;
  const parcels = await queryRows<KnownParcel>(db, {
    name: 'known_shop_parcels',
    text: `select encode(number_hash, 'hex') as hash, removed_at is not null as is_removed,
             problem is not null as has_problem,
             problem is null and shipment_id is null as is_erased
           from shop_parcels where shop_id = $1 and order_id = $2`,
    values: [shopId, orderId],
  });
  return { ...row, parcels };
}

/** Makes sure that an order's row exists, so that parcels can refer to it. */
export async function ensureOrder(
  tx: Queryable,
  { shopId, orderId }: OrderKey,
  tenant: Tenant,
  nowMs: number,
): Promise<void> {
  await tx.query({
    name: 'ensure_shop_order',
    text: `insert into shop_orders (shop_id, order_id, merchant_id, mode, state, changed_at)
           values ($1, $2, $3, $4, 'unread', to_timestamp($5 / 1000.0)) on conflict do nothing`,
    values: [shopId, orderId, tenant.merchantId, tenant.mode, nowMs],
  });
}

/**
 * Stores when a shop sent an order. False: it has sent a later state, so that this one is a replay,
 * or was overtaken.
 */
export function noteSent(
  db: Queryable,
  { shopId, orderId }: OrderKey,
  { merchantId, mode }: Tenant,
  sentAtMs: number,
): Promise<boolean> {
  return queryAny(db, {
    name: 'note_shop_order_sent',
    text: `insert into shop_orders (shop_id, order_id, merchant_id, mode, state, changed_at, sent_at)
           values ($1, $2, $3, $4, 'unread', to_timestamp($5 / 1000.0), to_timestamp($5 / 1000.0))
           on conflict (shop_id, order_id) do update set sent_at = excluded.sent_at
           where shop_orders.sent_at is null or shop_orders.sent_at <= excluded.sent_at`,
    values: [shopId, orderId, merchantId, mode, sentAtMs],
  });
}

export interface StoredOrder extends OrderKey {
  readonly state: OrderState;
  readonly waits: boolean;
  readonly digest: Uint8Array;
  readonly content: Uint8Array | null;
  readonly dataKey: Uint8Array | null;
  readonly orderedAtMs: number;
  readonly remove: readonly string[];
  readonly restore: readonly string[];
  readonly readToken: number;
}

/** Stores an order as the shop has it now, unless another reading of it was requested meanwhile. */
export async function storeOrderRow(
  tx: Queryable,
  order: StoredOrder,
  nowMs: number,
): Promise<void> {
  const isCurrent = await queryAny(tx, {
    name: 'store_shop_order',
    text: `update shop_orders set state = $3, waits = $4, digest = $5, content = $6, data_key = $7,
             ordered_at = to_timestamp($8 / 1000.0), changed_at = to_timestamp($9 / 1000.0)
           where shop_id = $1 and order_id = $2 and read_token = $10`,
    values: [
      order.shopId,
      order.orderId,
      order.state,
      order.waits,
      order.digest,
      order.content,
      order.dataKey,
      order.orderedAtMs,
      nowMs,
      order.readToken,
    ],
  });
  if (!isCurrent || order.remove.length + order.restore.length === 0) return;
  await tx.query({
    name: 'store_removed_shop_parcels',
    text: `update shop_parcels set removed_at = case
             when encode(number_hash, 'hex') = any($3::text[]) then to_timestamp($5 / 1000.0) end
           where shop_id = $1 and order_id = $2 and encode(number_hash, 'hex') = any($3::text[] || $4::text[])`,
    values: [order.shopId, order.orderId, order.remove, order.restore, nowMs],
  });
}

/** Marks an order that the shop does not have any more; its content goes. */
export async function markOrderDeleted(
  db: Queryable,
  { shopId, orderId }: OrderKey,
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'mark_shop_order_deleted',
    text: `update shop_orders set state = 'deleted', waits = false, read_at = null, content = null,
             data_key = null, digest = null, changed_at = to_timestamp($3 / 1000.0)
           where shop_id = $1 and order_id = $2`,
    values: [shopId, orderId, nowMs],
  });
}

export interface NewParcel extends OrderKey, Tenant {
  readonly hash: string;
  readonly shipmentId: string | null;
  readonly problem: string | null;
  readonly linkedSequence: number;
  /** JSON of a list of `LeftOut`; null: nothing was left out. */
  readonly leftOut: string | null;
  /** The shipment that has the number for another customer's order; null: none. */
  readonly waitsFor: string | null;
}

/** Stores a number of an order, with its shipment or why there is none. */
export async function insertParcel(tx: Queryable, parcel: NewParcel, nowMs: number): Promise<void> {
  await tx.query({
    name: 'insert_shop_parcel',
    text: `insert into shop_parcels (shop_id, order_id, number_hash, merchant_id, mode, shipment_id,
             problem, linked_sequence, created_at, left_out, waits_for)
           values ($1, $2, decode($3, 'hex'), $4, $5, $6, $7, $8, to_timestamp($9 / 1000.0), $10,
             $11)
           on conflict (shop_id, order_id, number_hash) do update set
             shipment_id = excluded.shipment_id, problem = excluded.problem,
             linked_sequence = excluded.linked_sequence, left_out = excluded.left_out,
             waits_for = excluded.waits_for
           where shop_parcels.problem is not null`,
    values: [
      parcel.shopId,
      parcel.orderId,
      parcel.hash,
      parcel.merchantId,
      parcel.mode,
      parcel.shipmentId,
      parcel.problem,
      parcel.linkedSequence,
      nowMs,
      parcel.leftOut,
      parcel.waitsFor,
    ],
  });
}

/** Returns the numbers of an order that shipments of other customers' orders have, with its content. */
export function waitingParcels(db: Queryable, { shopId, orderId }: OrderKey) {
  return queryRows<{
    hash: string;
    waitsFor: string;
    content: Buffer | null;
    dataKey: Buffer | null;
  }>(db, {
    name: 'waiting_shop_parcels',
    text: `select encode(p.number_hash, 'hex') as hash, p.waits_for, o.content, o.data_key
           from shop_parcels p join shop_orders o using (shop_id, order_id)
           where p.shop_id = $1 and p.order_id = $2 and p.waits_for is not null`,
    values: [shopId, orderId],
  });
}

/**
 * Returns orders of a shop that wait for a tracking number, to read them again: some plug-ins write
 * the number without changing the order. They come by the hashes of their ids: by age, many new ones
 * would keep the old ones from their turn.
 *
 * @param after the last one that was read again; null: begin with the first.
 */
export function waitingOrderIds(
  db: Queryable,
  shopId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<string[]> {
  return queryColumn<string>(db, {
    name: 'waiting_shop_orders',
    text: `select order_id from shop_orders
           where shop_id = $1 and waits and read_at is null
             and ($2::text is null or md5(order_id) > md5($2))
           order by md5(order_id) limit $3`,
    values: [shopId, after, limit],
  });
}

/**
 * Erases what the shops said about a deleted shipment. The hashes of its numbers stay, so that they
 * are not registered again.
 */
export async function eraseShopParcels(db: Queryable, shipmentId: string): Promise<void> {
  const values = [shipmentId];
  await db.query({
    name: 'erase_shop_orders',
    text: `update shop_orders o set content = null, data_key = null from shop_parcels p
           where p.shipment_id = $1 and o.shop_id = p.shop_id and o.order_id = p.order_id`,
    values,
  });
  await db.query({
    name: 'erase_shop_writes',
    text: 'delete from shop_writes where shipment_id = $1',
    values,
  });
  await db.query({
    name: 'erase_shop_parcels',
    text: 'update shop_parcels set shipment_id = null where shipment_id = $1',
    values,
  });
}

/** Returns the shipments of these orders of a shop; null: of all. */
export function shipmentsOfOrders(
  db: Queryable,
  shopId: string,
  orderIds: readonly string[] | null,
): Promise<string[]> {
  return queryColumn<string>(db, {
    name: 'shipments_of_shop_orders',
    text: `select distinct shipment_id from shop_parcels
           where shop_id = $1 and shipment_id is not null
             and ($2::text[] is null or order_id = any($2::text[]))`,
    values: [shopId, orderIds],
  });
}

/** Erases what a shop said about these orders. */
export async function eraseOrderContents(
  db: Queryable,
  shopId: string,
  orderIds: readonly string[],
): Promise<void> {
  await db.query({
    name: 'erase_shop_order_contents',
    text: `update shop_orders set content = null, data_key = null
           where shop_id = $1 and order_id = any($2::text[])`,
    values: [shopId, orderIds],
  });
}

/**
 * Removes at most `limit` orders that have not changed since then; returns how many. Their shops
 * import nothing as old from then on, so that a removed order that is reported again is ignored.
 */
export function dropShopOrdersBefore(db: pg.Pool, beforeMs: number, limit: number) {
  return withTransaction(db, async (tx) => {
    const dropped = await queryRows<{ shopId: string; orderedAtMs: number | null }>(tx, {
      name: 'drop_old_shop_orders',
      text: `delete from shop_orders o using (
               select shop_id, order_id from shop_orders
               where changed_at < to_timestamp($1 / 1000.0) and write_at is null
               order by changed_at limit $2 for update skip locked) as old
             where o.shop_id = old.shop_id and o.order_id = old.order_id
             returning o.shop_id, o.ordered_at`,
      values: [beforeMs, limit],
    });
    await tx.query({
      name: 'import_no_dropped_shop_orders',
      text: `update shops s set imports_from = greatest(s.imports_from, to_timestamp(at_ms / 1000.0))
             from (select shop_id, max(at_ms) as at_ms
                   from unnest($1::uuid[], $2::float8[]) as o(shop_id, at_ms) group by shop_id) as o
             where s.id = o.shop_id`,
      values: [
        dropped.map(({ shopId }) => shopId),
        // A time that the shop sent may be wrong.
        dropped.map(({ orderedAtMs }) => Math.min((orderedAtMs ?? 0) + 1, beforeMs)),
      ],
    });
    return dropped.length;
  });
}

export type OrderCounts = Readonly<Record<'orders' | 'waiting' | 'parcels' | 'problems', number>>;

/** Returns how much a shop has, for its health. */
export async function orderCounts(db: Queryable, shopId: string): Promise<OrderCounts> {
  const counts = await queryRow<OrderCounts>(db, {
    name: 'shop_order_counts',
    text: `select count(*) filter (where state <> 'ignored')::int as orders,
             count(*) filter (where waits)::int as waiting,
             (select count(*)::int from shop_parcels where shop_id = $1) as parcels,
             (select count(*)::int from shop_parcels where shop_id = $1 and problem is not null)
               as problems
           from shop_orders where shop_id = $1`,
    values: [shopId],
  });
  return counts ?? { orders: 0, waiting: 0, parcels: 0, problems: 0 };
}

const REFUSED_MAX = 100;

/** Returns the newest numbers of a shop's orders that could not be registered. */
export function refusedParcels(db: Queryable, shopId: string) {
  return queryRows<{ orderId: string; problem: string; createdAtMs: number }>(db, {
    name: 'refused_shop_parcels',
    text: `select order_id, problem, created_at
           from shop_parcels where shop_id = $1 and problem is not null and removed_at is null
           order by created_at desc, order_id limit $2`,
    values: [shopId, REFUSED_MAX],
  });
}

/** What was left out of orders for the same reason. */
export interface ShownLeftOut {
  readonly part: LeftOut;
  readonly orders: number;
  readonly lastOrderId: string;
  readonly lastAtMs: number;
}

/** What is counted of a day: beyond it, the shop is to be mended, not counted. */
const LEFT_OUT_A_DAY = 100;
/** A shop's data has a dozen members, each with a few reasons. */
const GROUPS_MAX = 100;

/**
 * Returns what was left out of a shop's orders since then, by field and reason, latest first; of each
 * day (UTC), the first hundred members count.
 */
export function leftOutOf(db: Queryable, shopId: string, sinceMs: number): Promise<ShownLeftOut[]> {
  return queryRows<ShownLeftOut>(db, {
    name: 'shop_left_out',
    text: `select part, count(distinct order_id)::int as orders, max(created_at) as last_at,
             (array_agg(order_id order by created_at desc))[1] as last_order_id
           from (select order_id, created_at, part, row_number() over (
                   partition by (created_at at time zone 'UTC')::date
                   order by created_at, order_id, part) as nr
                 from shop_parcels, jsonb_array_elements(left_out) as part
                 where shop_id = $1 and created_at >= to_timestamp($2 / 1000.0)) as counted
           where nr <= $3 group by part order by last_at desc limit $4`,
    values: [shopId, sinceMs, LEFT_OUT_A_DAY, GROUPS_MAX],
  });
}
