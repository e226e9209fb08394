import { attributesOf, type ShipmentAttributes } from '../../../events/shipment-attributes.ts';
import type { CreateShipment, PatchShipment } from './input-schema.ts';

/** Attributes as they were sent → as tracking names them: null clears, what was not sent is absent. */
export function attributesSent(sent: CreateShipment | PatchShipment): Partial<ShipmentAttributes> {
  const { order_id: one, order_ids: several, ...others } = sent;
  if (one === undefined && several === undefined) return attributesOf(others);
  const all = new Set([...(one ? [one] : []), ...(several ?? [])]);
  return attributesOf({ ...others, order_ids: [...all] });
}
