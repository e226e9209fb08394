import { membersOf, NO_ATTRIBUTES } from './shipment-attributes.ts';
import type { ShipmentView } from './shipment-view.ts';

/**
 * Members that entries of the log leave out while they are empty, as most of them are: a quarter of
 * an entry.
 */
const EMPTY = {
  sub_status: null,
  estimated_delivery: null,
  delivered_at: null,
  expired: false,
  pieces: null,
  order_id: null,
  ...membersOf(NO_ATTRIBUTES),
} satisfies Partial<ShipmentView>;

/** Returns a shipment as the log stores it. */
export function withoutEmpty(shipment: ShipmentView): Readonly<Record<string, unknown>> {
  const left: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(shipment)) {
    if (!(member in EMPTY && isEmpty(value))) left[member] = value;
  }
  return left;
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object') return value === null || Object.keys(value).length === 0;
  return value === false;
}

/** Returns a stored shipment with all members. */
export function withEmpty(data: Readonly<Record<string, unknown>>) {
  return { ...EMPTY, ...data };
}
