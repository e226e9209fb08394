import { carriersCalled, type Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { type LeftOut, NUMBER_FIELD, type ReadParcel } from '../../../shops/index.ts';
import { createShipment } from './input-schema.ts';
import { newShipmentWithWarnings, type Warning } from './new-shipment.ts';
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
      const { shipment, warnings } = newShipmentWithWarnings(registry, { ...wanted, carrier });
      const doubts = warnings.filter(({ code }) => code !== 'phone_unusable');
      return { shipment, leftOut: [...leftOut, ...doubts.map(doubtOf)] };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { problem: error.errors[0]?.reason ?? error.detail };
    }
  };
}

function doubtOf({ detail: reason }: Warning): LeftOut {
  return { field: NUMBER_FIELD, reason, fix: 'shipments.usePrintedNumber' };
}
