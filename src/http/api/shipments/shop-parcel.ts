import { type Registry, shipmentCarrierIds } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { ReadParcel } from '../../../shops/index.ts';
import { createShipment } from './input-schema.ts';
import { newShipment } from './new-shipment.ts';
import { readMembers } from './optional-members.ts';

/** Reads parcels of shops as bodies of `POST /v1/shipments`. Pure. */
export function shopParcelReader(registry: Registry): ReadParcel {
  const ids = shipmentCarrierIds(registry);
  return async (body, word) => {
    const recipient = readMembers('recipient', body.recipient);
    const destination = body.destination && readMembers('destination', body.destination);
    const { data } = createShipment.safeParse({
      ...body,
      recipient: recipient.kept,
      destination: destination?.kept,
    });
    if (data === undefined) return { problem: 'shops.unknownNumber' };
    const wanted = { ...data, tracking_number: body.tracking_number };
    const carrier = word === null ? null : carrierCalled(ids, word);
    try {
      const shipment = newShipment(registry, { ...wanted, carrier });
      return { shipment, leftOut: [...recipient.leftOut, ...(destination?.leftOut ?? [])] };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { problem: error.errors[0]?.reason ?? error.detail };
    }
  };
}

/**
 * Returns the carrier that a shop calls so: by its id, or by a longer word that begins with it, as
 * for a country. Null: the number decides.
 */
function carrierCalled(ids: readonly string[], word: string): string | null {
  const slug = word.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const found = ids.filter((id) => slug === id || slug.startsWith(`${id}-`));
  return found.sort((one, other) => other.length - one.length)[0] ?? null;
}
