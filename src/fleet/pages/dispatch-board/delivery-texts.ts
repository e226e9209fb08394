import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { destinationLine } from '../../api/deliveries/delivery-json.ts';
import type { BoardDelivery } from '../../deliveries/index.ts';

export function idOf({ row }: Pick<BoardDelivery, 'row'>): string {
  return wireId('delivery', row.shipmentId);
}

/** The recipient's name; null: unknown, or the reader may not know people. */
export function recipientOf(
  { personal }: Pick<BoardDelivery, 'personal'>,
  seesPeople: boolean,
): string | null {
  const name = seesPeople ? personal().recipient?.['name'] : null;
  return typeof name === 'string' ? name : null;
}

/**
 * Where a delivery goes, in one line; its coordinates if nothing else is known. Pure.
 * @param seesPeople whether the reader may know people's doors; otherwise only the town is given.
 */
export function placeOf(
  { personal, destination }: Pick<BoardDelivery, 'personal' | 'destination'>,
  seesPeople: boolean,
): string {
  const line = destinationLine(personal(), seesPeople);
  return line ?? `${destination.lat.toFixed(3)}, ${destination.lng.toFixed(3)}`;
}
