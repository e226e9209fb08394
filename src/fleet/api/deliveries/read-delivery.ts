import { Problem } from '../../../kernel/errors.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import type { GivenPlace, WantedDelivery } from '../../deliveries/index.ts';
import type { NewDeliveryBody } from './schema.ts';

/** Converts a merchant's request to the delivery's data. */
export function readDelivery(body: NewDeliveryBody): WantedDelivery {
  return {
    origin: placeOf(body.origin, body.origin_address),
    destination: placeOf(body.destination, body.destination_address),
    packageSize: body.package_size,
    weightG: body.weight_g ?? null,
    recipient: {
      phone: body.phone,
      ...(body.recipient_name ? { name: body.recipient_name } : {}),
    },
    readyMs: ms(body.ready_at),
    pickup: { fromMs: ms(body.pickup_window?.from), toMs: ms(body.pickup_window?.to) },
    delivery: { fromMs: ms(body.delivery_window?.from), toMs: ms(body.delivery_window?.to) },
    notes: body.notes ?? null,
    requireProof: body.require_proof ?? [],
    orderIds: body.order_ids ?? [],
  };
}

function ms(text: string | null | undefined): number | null {
  return text ? Date.parse(text) : null;
}

function placeOf(
  at: NewDeliveryBody['origin'],
  written: NewDeliveryBody['origin_address'],
): GivenPlace {
  const address = written ?? null;
  if (at) return { at, address };
  if (address !== null && typeof address !== 'string') {
    const { lat, lng } = address;
    if (typeof lat === 'number' && typeof lng === 'number') return { at: { lat, lng }, address };
  }
  return { at: null, address };
}

/** The shipment of the id; throws the same 404 for an invalid id as for an unknown one. */
export function deliveryUuid(text: string): string {
  const uuid = uuidOfWireId('delivery', text);
  if (uuid === null) throw noSuchDelivery();
  return uuid;
}

export function noSuchDelivery(): Problem {
  return new Problem('not_found', 'deliveries.noSuchDelivery');
}
