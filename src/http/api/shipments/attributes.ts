import { attributesOf, type ShipmentAttributes } from '../../../events/shipment-attributes.ts';
import type { CreateShipment, PatchShipment } from './input-schema.ts';

/** Converts request attributes to tracking's names: null clears, absent members stay absent. */
export function attributesSent(sent: CreateShipment | PatchShipment): Partial<ShipmentAttributes> {
  const { order_id: one, order_ids: several, ...others } = sent;
  if (one === undefined && several === undefined) return attributesOf(others);
  const all = new Set([...(one ? [one] : []), ...(several ?? [])]);
  return attributesOf({ ...others, order_ids: [...all] });
}
