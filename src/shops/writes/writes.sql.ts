import type { ErrorText } from '../../kernel/errors.ts';
import type { Status } from '../../kernel/status.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryRow, queryRows, type Row } from '../../platform/database/query-rows.ts';
import { type DueRows, leasedRows } from '../../platform/work/leased-rows.ts';
import { ORDER_KEY, type OrderKey } from '../orders/orders.sql.ts';
import type { Milestone, WritableParcel } from './plan-write.ts';

/** An order with writes that wait, held by this process. */
export interface HeldWrites extends OrderKey {
  readonly writeToken: number;
}

const ORDERS = leasedRows<HeldWrites>({
  table: 'shop_orders',
  alias: 'o',
  key: ORDER_KEY,
  until: 'write_at',
  token: { column: 'write_token', type: 'int', of: ({ writeToken }) => writeToken },
});

export interface FoundParcel extends OrderKey, Tenant {
  readonly platform: string;
  readonly shipmentId: string;
  readonly orderState: WritableParcel['orderState'];
  readonly isRemoved: boolean;
  readonly linkedSequence: number;
  readonly lastStatus: Status | null;
  readonly lastEstimate: string | null;
}

/** Returns the orders of shops in which these shipments are. */
export function parcelsOfShipments(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<FoundParcel[]> {
  return queryRows<FoundParcel>(db, {
    name: 'shop_parcels_of_shipments',
    text: `select p.shop_id, p.order_id, p.merchant_id, p.mode, p.shipment_id, s.platform,
             o.state as order_state, p.removed_at is not null as is_removed,
             p.linked_sequence, w.status as last_status,
             w.estimated_delivery::text as last_estimate
           from shop_parcels p
           join shops s on s.id = p.shop_id
           join shop_orders o on o.shop_id = p.shop_id and o.order_id = p.order_id
           left join lateral (
             select status, estimated_delivery from shop_writes w
             where w.shop_id = p.shop_id and w.order_id = p.order_id
               and w.shipment_id = p.shipment_id
             order by nr desc limit 1) as w on true
           where p.shipment_id = any($1::uuid[]) order by p.shop_id, p.order_id`,
    values: [shipmentIds],
  });
}

export interface NewWrite extends OrderKey, Tenant, Milestone {
  readonly shipmentId: string;
  /** Up to which entry of the parcel nothing more is to be queued. */
  readonly sequence: number;
  readonly eventId: string;
  readonly occurredAtMs: number;
  /** Null: it waits to be sent. */
  readonly notSent: ErrorText | null;
}

/**
 * Adds a write to the queue of its order, and makes the order due; a repetition adds nothing. The
 * order's row is locked first, so that a sender that finds its queue empty cannot miss it.
 */
export async function insertWrite(tx: Queryable, write: NewWrite, nowMs: number): Promise<void> {
  const waits = write.notSent === null;
  await tx.query({
    name: 'lock_shop_order',
    text: 'select from shop_orders where shop_id = $1 and order_id = $2 for no key update',
    values: [write.shopId, write.orderId],
  });
  const isNew = await queryAny(tx, {
    name: 'insert_shop_write',
    text: `insert into shop_writes (shop_id, order_id, merchant_id, mode, shipment_id, event_id,
             status, estimated_delivery, occurred_at, recorded_at, state, reason, settled_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9 / 1000.0),
                   to_timestamp($10 / 1000.0), $11, $12, to_timestamp($13 / 1000.0))
           on conflict (shop_id, order_id, event_id) do nothing`,
    values: [
      write.shopId,
      write.orderId,
      write.merchantId,
      write.mode,
      write.shipmentId,
      write.eventId,
      write.status,
      write.estimatedDelivery,
      write.occurredAtMs,
      nowMs,
      waits ? 'waiting' : 'not_sent',
      write.notSent === null ? null : JSON.stringify(write.notSent),
      waits ? null : nowMs,
    ],
  });
  // An entry before it that is read again would be compared with this write.
  await tx.query({
    name: 'link_shop_parcel_until',
    text: `update shop_parcels set linked_sequence = greatest(linked_sequence, $4)
           where shop_id = $1 and order_id = $2 and shipment_id = $3`,
    values: [write.shopId, write.orderId, write.shipmentId, write.sequence],
  });
  if (!isNew || !waits) return;
  await tx.query({
    name: 'request_shop_write',
    text: `update shop_orders set write_at = coalesce(write_at, to_timestamp($3 / 1000.0))
           where shop_id = $1 and order_id = $2`,
    values: [write.shopId, write.orderId, nowMs],
  });
}

/** Claims orders with a write that is due, of connected shops that may be called. */
export function claimWrites(
  db: Queryable,
  { nowMs, untilMs, limit }: DueRows,
): Promise<HeldWrites[]> {
  return ORDERS.claim<HeldWrites>(db, {
    name: 'claim_shop_writes',
    find: `join shops s on s.id = o.shop_id
           where o.write_at <= to_timestamp($1 / 1000.0) and s.state = 'connected'
             and (s.paused_until is null or s.paused_until <= to_timestamp($1 / 1000.0))
           order by o.write_at limit $3`,
    until: 'to_timestamp($2 / 1000.0)',
    returning: 'o.shop_id, o.order_id, o.write_token',
    values: [nowMs, untilMs, limit],
  });
}

/** The first write that waits, and the order as it is to be written. */
export interface WaitingWrite
  extends OrderKey,
    Tenant,
    Milestone,
    Pick<WritableParcel, 'orderState' | 'isRemoved'> {
  /** A bigint, as PostgreSQL writes it. */
  readonly nr: string;
  readonly shipmentId: string;
  readonly eventId: string;
  readonly occurredAtMs: number;
  readonly tries: number;
  readonly content: Buffer | null;
  readonly dataKey: Buffer | null;
}

/** Returns the first write of an order that waits, and counts the try; null: none waits. */
export function firstWrite(
  db: Queryable,
  { shopId, orderId }: OrderKey,
): Promise<WaitingWrite | null> {
  return queryRow<WaitingWrite>(db, {
    name: 'first_shop_write',
    text: `update shop_writes w set tries = w.tries + 1 from shop_orders o
           where w.nr = (select nr from shop_writes
                         where shop_id = $1 and order_id = $2 and state = 'waiting'
                         order by nr limit 1)
             and o.shop_id = w.shop_id and o.order_id = w.order_id
           returning w.nr, w.shop_id, w.order_id, w.merchant_id, w.mode, w.shipment_id, w.event_id,
             w.status, w.estimated_delivery::text as estimated_delivery, w.occurred_at, w.tries,
             o.content, o.data_key, o.state as order_state,
             exists (select from shop_parcels p where p.shop_id = w.shop_id
               and p.order_id = w.order_id and p.shipment_id = w.shipment_id
               and p.removed_at is not null) as is_removed`,
    values: [shopId, orderId],
  });
}

/** A parcel as the shop has it. */
export interface SentParcel extends Milestone {
  readonly shipmentId: string;
}

/** Returns what was last sent of each parcel that an order still has. */
export function sentParcels(db: Queryable, { shopId, orderId }: OrderKey): Promise<SentParcel[]> {
  return queryRows<SentParcel>(db, {
    name: 'sent_shop_parcels',
    text: `select distinct on (p.shipment_id) p.shipment_id, w.status,
             w.estimated_delivery::text as estimated_delivery
           from shop_parcels p
           join shop_writes w on w.shop_id = p.shop_id and w.order_id = p.order_id
             and w.shipment_id = p.shipment_id and w.state = 'sent'
           where p.shop_id = $1 and p.order_id = $2 and p.removed_at is null
           order by p.shipment_id, w.nr desc`,
    values: [shopId, orderId],
  });
}

/** The result of a try. */
export interface WriteResult {
  /** Null: it waits for another try. */
  readonly settled: {
    readonly state: 'sent' | 'not_sent';
    readonly reason: ErrorText | null;
  } | null;
  /** When the order's first write is tried next if any waits. */
  readonly nextAtMs: number;
}

/** Stores the result of a try and releases the order, unless another process has taken it over. */
export async function settleWrite(
  tx: Queryable,
  held: HeldWrites,
  { nr, settled, nextAtMs }: WriteResult & { readonly nr: string | null },
  nowMs: number,
): Promise<void> {
  const isHeld = await queryAny(tx, {
    name: 'lock_held_shop_order',
    text: `select from shop_orders where shop_id = $1 and order_id = $2 and write_token = $3
           for no key update`,
    values: [held.shopId, held.orderId, held.writeToken],
  });
  if (!isHeld) return;
  if (nr !== null && settled !== null) {
    await tx.query({
      name: 'settle_shop_write',
      text: `update shop_writes set state = $2, reason = $3, settled_at = to_timestamp($4 / 1000.0)
             where nr = $1 and state = 'waiting'`,
      values: [nr, settled.state, settled.reason && JSON.stringify(settled.reason), nowMs],
    });
  }
  // A statement of its own, after the lock, so that it sees writes that were added meanwhile.
  await tx.query({
    name: 'release_shop_writes',
    text: `update shop_orders o set write_at = case when exists (
               select from shop_writes w where w.shop_id = o.shop_id and w.order_id = o.order_id
                 and w.state = 'waiting')
             then to_timestamp($3 / 1000.0) end
           where shop_id = $1 and order_id = $2`,
    values: [held.shopId, held.orderId, nextAtMs],
  });
}

export interface ShownWrite
  extends Milestone,
    Row<
      'shop_writes',
      'nr' | 'shopId' | 'orderId' | 'shipmentId' | 'occurredAtMs' | 'reason' | 'tries'
    > {
  readonly state: 'waiting' | 'sent' | 'not_sent';
  readonly recordedAtMs: number;
  readonly settledAtMs: number | null;
}

/** Returns writes, newest first: to one shop, or (null) all; about one shipment, or (null) all. */
export function visibleWrites(
  db: Queryable,
  { shopId, shipmentId }: { readonly shopId: string | null; readonly shipmentId: string | null },
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<ShownWrite[]> {
  return queryRows<ShownWrite>(
    db,
    `select nr, shop_id, order_id, shipment_id, status,
       estimated_delivery::text as estimated_delivery, occurred_at, recorded_at, state, reason,
       tries, settled_at
     from shop_writes where ($1::uuid is null or shop_id = $1) and ($2::uuid is null or shipment_id = $2)
       and ($3::bigint is null or nr < $3) order by nr desc limit $4`,
    [shopId, shipmentId, before, limit],
  );
}
