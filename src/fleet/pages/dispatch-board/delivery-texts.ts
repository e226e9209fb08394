import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { destinationLine } from '../../api/deliveries/delivery-json.ts';
import type { BoardDelivery } from '../../deliveries/index.ts';

export function idOf({ row }: Pick<BoardDelivery, 'row'>): string {
  return wireId('delivery', row.shipmentId);
}

/**
 * Who gets a delivery and where, in one line; its coordinates if nothing else is known. Pure.
 * @param seesPeople whether the reader may know people's doors; otherwise only the town is given.
 */
export function placeOf(
  { personal, destination }: Pick<BoardDelivery, 'personal' | 'destination'>,
  seesPeople: boolean,
): string {
  const known = personal();
  const name = known.recipient?.['name'];
  const line = destinationLine(known, seesPeople);
  const parts = [seesPeople && typeof name === 'string' ? name : null, line];
  const coordinates = `${destination.lat.toFixed(3)}, ${destination.lng.toFixed(3)}`;
  return parts.filter(Boolean).join(', ') || coordinates;
}
