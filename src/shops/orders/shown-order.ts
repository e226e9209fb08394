import type { ErrorText } from '../../kernel/errors.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { shipmentsByIds } from '../../tracking/ports/shipments.ts';
import { readReason } from '../connections/shop.ts';
import type { LeftOut, ShopItem } from '../contract.ts';
import { openContent } from './order-content.ts';
import type { OrderRow } from './shown-orders.sql.ts';

/** An order of a shop as people see it. */
export interface ShownOrder extends Pick<OrderRow, 'shopId' | 'orderId' | 'state' | 'waits'> {
  /** The number that the customer knows; the shop's id if it was erased, or not read yet. */
  readonly number: string;
  /** BCP 47. */
  readonly locale: string | null;
  readonly items: readonly ShopItem[];
  readonly orderedAtMs: number | null;
  readonly parcels: readonly ShownParcel[];
}

export interface ShownParcel {
  /** Null: it was not registered, or its shipment was deleted. */
  readonly shipmentId: string | null;
  readonly trackingNumber: string | null;
  /** Why it was not registered. */
  readonly problem: ErrorText | null;
  /** The order names it no longer. */
  readonly isRemoved: boolean;
  /** What of the order could not be used for it. */
  readonly leftOut: readonly LeftOut[];
}

/** Opens orders, and finds the numbers of their shipments. */
export async function showOrders(
  db: Queryable,
  sealer: Pick<EnvelopeSealer, 'open'>,
  rows: readonly OrderRow[],
): Promise<readonly ShownOrder[]> {
  const ids = rows.flatMap(({ parcels }) => parcels.flatMap((each) => each.shipmentId ?? []));
  const shipments = new Map((await shipmentsByIds(db, ids)).map((each) => [each.id, each]));
  return rows.map(({ content, dataKey, parcels, ...row }) => ({
    ...row,
    ...(openContent(sealer, { content, dataKey }) ?? {
      number: row.orderId,
      locale: null,
      items: [],
    }),
    parcels: parcels.map(({ shipmentId, problem, isRemoved, leftOut }) => ({
      shipmentId,
      trackingNumber: shipments.get(shipmentId ?? '')?.trackingNumber ?? null,
      problem: readReason(problem),
      isRemoved,
      leftOut: leftOut ?? [],
    })),
  }));
}
