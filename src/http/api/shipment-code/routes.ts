import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { findShipment, type TrackingDeps } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { codeImage } from './code-image.ts';
import { shipmentCodeOperation } from './operations.ts';

/** The code to print on a parcel, for people who label it themselves. */
export function shipmentCodeRoute(api: MerchantApi, tracking: TrackingDeps): Route {
  return merchantRoute(api, shipmentCodeOperation, async ({ tenant, param, query }) => {
    const id = param('id');
    const shipment = isUuid(id) ? await findShipment(tracking, tenant, id) : null;
    if (shipment === null) throw new Problem('not_found', 'There is no such shipment.');
    const image = codeImage(shipment.trackingNumber, query.symbology);
    if (image === null) {
      throw invalidMember(
        '?symbology',
        'The number has characters that Code 128 does not hold.',
        'Ask for symbology=qr.',
      );
    }
    return {
      status: 200,
      bytes: Buffer.from(image),
      headers: { 'content-type': 'image/svg+xml; charset=utf-8' },
    };
  });
}
