import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import type { LeftOut } from '../contract.ts';
import type { OrderKey } from './orders.sql.ts';
import type { KnownOrder } from './plan-order.ts';

/** Which orders of a shop are shown. */
export type OrderFilter = 'all' | 'waiting' | 'problems';

/** A tracking number of an order as stored. */
export interface ParcelRow {
  readonly shipmentId: string | null;
  readonly problem: string | null;
  readonly isRemoved: boolean;
  readonly leftOut: readonly LeftOut[] | null;
}

export interface OrderRow extends OrderKey {
  readonly state: KnownOrder['state'];
  readonly waits: boolean;
  readonly orderedAtMs: number | null;
  readonly content: Buffer | null;
  readonly dataKey: Buffer | null;
  readonly parcels: readonly ParcelRow[];
}

const COLUMNS = `o.shop_id, o.order_id, o.state, o.waits, o.ordered_at, o.content, o.data_key,
  coalesce((select jsonb_agg(jsonb_build_object('shipmentId', p.shipment_id, 'problem', p.problem,
       'isRemoved', p.removed_at is not null, 'leftOut', p.left_out)
       order by p.created_at, p.number_hash)
     from shop_parcels p where p.shop_id = o.shop_id and p.order_id = o.order_id), '[]') as parcels`;

/** Returns the newest orders of a shop that the current role may see. */
export function visibleOrders(
  db: Queryable,
  shopId: string,
  filter: OrderFilter,
  limit: number,
): Promise<OrderRow[]> {
  return queryRows<OrderRow>(
    db,
    `select ${COLUMNS} from shop_orders o
     where o.shop_id = $1 and o.state <> 'ignored' and case $2
       when 'waiting' then o.waits
       when 'problems' then exists (select from shop_parcels p where p.shop_id = o.shop_id
         and p.order_id = o.order_id and p.problem is not null)
       else true end
     order by o.ordered_at desc nulls last, o.order_id desc limit $3`,
    [shopId, filter, limit],
  );
}

/** Returns the orders in which a shipment is, those that name it still first. */
export function ordersOfShipment(
  db: Queryable,
  shipmentId: string,
  limit: number,
): Promise<OrderRow[]> {
  return queryRows<OrderRow>(
    db,
    `select ${COLUMNS} from shop_parcels named
     join shop_orders o on o.shop_id = named.shop_id and o.order_id = named.order_id
     where named.shipment_id = $1
     order by named.removed_at is not null, named.created_at desc limit $2`,
    [shipmentId, limit],
  );
}
