import { carriersCalled, type Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { ReadParcel } from '../../../shops/index.ts';
import { createShipment } from './input-schema.ts';
import { newShipment } from './new-shipment.ts';
import { readOptional } from './optional-members.ts';

/** Reads parcels of shops as bodies of `POST /v1/shipments`. Pure. */
export function shopParcelReader(registry: Registry): ReadParcel {
  return async (body, word) => {
    const { kept, leftOut } = readOptional({ ...body });
    const { data } = createShipment.safeParse(kept);
    if (data === undefined) return { problem: 'shops.unknownNumber' };
    const wanted = { ...data, tracking_number: body.tracking_number };
    const called = word === null ? [] : carriersCalled(registry, word);
    // A word that fits none or several leaves it to the number.
    const carrier = called.length === 1 ? called[0] : null;
    try {
      const shipment = newShipment(registry, { ...wanted, carrier });
      return { shipment, leftOut };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { problem: error.errors[0]?.reason ?? error.detail };
    }
  };
}
