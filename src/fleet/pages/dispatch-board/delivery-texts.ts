import type { Tone } from '../../../http/console/kit/pieces.tsx';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { addressIn, destinationLine } from '../../api/deliveries/delivery-json.ts';
import type { BoardDelivery, DeliveryView } from '../../deliveries/index.ts';

/** A map has room for the street alone; a first part without a word is the number of the house. */
export const streetOf = (address: string) => /^[^,]*\p{L}[^,]*/u.exec(address)?.[0] ?? address;

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

/** The name of where a delivery is picked up, otherwise the street; null: unknown, or hidden. */
export function pickupOf(
  { personal }: Pick<BoardDelivery, 'personal'>,
  seesPeople: boolean,
): string | null {
  const { origin } = seesPeople ? personal() : { origin: null };
  const name = origin?.['name'];
  if (typeof name === 'string' && name !== '') return name;
  const line = addressIn(origin);
  return line && streetOf(line);
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

type Stands = Pick<DeliveryView['row'], 'state' | 'queuedAtMs'>;

export function toneOf({ state, queuedAtMs: queued }: Stands, phase: DeliveryView['phase']): Tone {
  if (state === 'open') return queued === null ? 'warn' : 'bad';
  if (phase === 'attempted' || phase === 'returning') return 'warn';
  return phase === 'delivered' ? 'good' : 'info';
}

/**
 * The text for a delivery's phase; while it looks for a courier, also whether it is paused or
 * nobody accepted it.
 */
export function wordIn(
  words: Messages['dispatch']['board'],
  { state, queuedAtMs: queued }: Stands,
  phase: DeliveryView['phase'],
  pause: DeliveryView['pause'],
): string {
  if (state === 'open' && pause !== null) return words.paused;
  if (state === 'open' && queued !== null) return words.untaken;
  return words.phases[phase];
}
