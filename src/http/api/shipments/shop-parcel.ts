import { type Registry, shipmentCarrierIds } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { ReadParcel } from '../../../shops/index.ts';
import { createShipment } from './input-schema.ts';
import { newShipment } from './new-shipment.ts';

/** Reads parcels of shops as bodies of `POST /v1/shipments`. Pure. */
export function shopParcelReader(registry: Registry): ReadParcel {
  const ids = shipmentCarrierIds(registry);
  return async ({ tracking_number: number, ...body }, word) => {
    const { recipient: _recipient, destination: _destination, ...sure } = body;
    const { data } = [body, sure]
      .map((each) => createShipment.safeParse({ ...each, tracking_number: number }))
      .find(({ success }) => success) ?? { data: undefined };
    if (data === undefined) return { problem: 'shops.unknownNumber' };
    const wanted = { ...data, tracking_number: number };
    const carrier = word === null ? null : carrierCalled(ids, word);
    try {
      return { shipment: newShipment(registry, { ...wanted, carrier }) };
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
