import { detectCarriers, type Registry } from '../../../adapters/index.ts';
import type { Proofs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  deleteShipment,
  explainShipment,
  listShipments,
  patchShipment,
  type ShipmentPatch,
  shipmentJson,
  type TrackingDeps,
  viewShipment,
} from '../../../tracking/index.ts';
import { decodeCursor, encodeCursor } from '../../kit/cursors.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import type { Polling } from '../pulling/polling.ts';
import { detailAnswer } from './answers.ts';
import { attributesOf } from './attributes.ts';
import { metadataAlternatives } from './filter-schema.ts';
import type { PatchShipment } from './input-schema.ts';
import { namedCarrier } from './new-shipment.ts';
import {
  deleteShipmentOperation,
  explainShipmentOperation,
  getShipmentOperation,
  listShipmentsOperation,
  patchShipmentOperation,
} from './operations.ts';

/** Reading, changing and dropping shipments; each sees the key's own merchant and mode only. */
export function shipmentRoutes(
  api: MerchantApi,
  tracking: TrackingDeps,
  registry: Registry,
  polling: Polling | null,
  proofs: Proofs,
): readonly Route[] {
  return [
    merchantRoute(api, listShipmentsOperation, async ({ tenant, query }) => {
      if (query.carrier !== undefined) namedCarrier(registry, query.carrier, '?carrier');
      const rows = await withTenant(tracking.db.app, tenant, (tx) =>
        listShipments(tx, {
          orderId: query.order_id ?? null,
          status: query.status ?? null,
          carrier: query.carrier ?? null,
          trackingNumber:
            query.tracking_number === undefined
              ? null
              : spelling(registry, query.tracking_number, query.carrier),
          tag: query.tag ?? null,
          metadata: metadataAlternatives(query),
          updatedAfterMs:
            query.updated_after === undefined ? null : Date.parse(query.updated_after),
          after: query.cursor === undefined ? null : decodeCursor(query.cursor),
          // One more than asked for tells whether there is another page.
          limit: query.limit + 1,
        }),
      );
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        status: 200,
        body: {
          data: page.map(({ shipment }) => shipmentJson(shipment, tracking.publicUrl())),
          next_cursor: rows.length > page.length && last ? encodeCursor(last.cursor) : null,
        },
      };
    }),
    merchantRoute(api, getShipmentOperation, async ({ tenant, param }) => {
      const view = await viewShipment(tracking, tenant, shipmentId(param('id')));
      if (view === null) throw noSuchShipment();
      const proofsOfIt = await proofs.list(tenant, view.proofs);
      return { status: 200, body: detailAnswer(view, proofsOfIt, tracking) };
    }),
    merchantRoute(api, patchShipmentOperation, async ({ tenant, param, body }) => {
      const id = shipmentId(param('id'));
      const shipment = await patchShipment(tracking, tenant, id, patchOf(body));
      if (shipment === null) throw noSuchShipment();
      return { status: 200, body: shipmentJson(shipment, tracking.publicUrl()) };
    }),
    merchantRoute(api, deleteShipmentOperation, async ({ tenant, param }) => {
      if (!(await deleteShipment(tracking, tenant, shipmentId(param('id'))))) {
        throw noSuchShipment();
      }
      return { status: 204 };
    }),
    merchantRoute(api, explainShipmentOperation, async ({ tenant, param }) => {
      const found = await explainShipment(tracking, tenant, shipmentId(param('id')));
      if (found === null) throw noSuchShipment();
      const { id, carrier, trackingNumber } = found.shipment;
      const about = { id, carrier, tracking_number: trackingNumber };
      const asked = (await polling?.explain(tenant, { carrier, trackingNumber })) ?? null;
      return { status: 200, body: { ...about, ...found.explanation, polling: asked } };
    }),
  ];
}

/** Throws the same 404 for what is no id as for what is not there. */
export function shipmentId(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw noSuchShipment();
}

export function noSuchShipment(): Problem {
  return new Problem('not_found', 'There is no such shipment under this key.');
}

/** A number as it is stored, whatever blanks and prefixes it was asked for with. */
function spelling(registry: Registry, number: string, carrier: string | undefined): string {
  const adapter = carrier === undefined ? undefined : registry.get(carrier);
  if (adapter !== undefined) return adapter.numbers.normalize(number);
  const [best] = detectCarriers(registry, number);
  const [any] = registry.list();
  return best?.trackingNumber ?? any?.numbers.normalize(number) ?? number;
}

/** Null empties; what was not sent stays. */
function patchOf(sent: PatchShipment): ShipmentPatch {
  const personal = {
    ...(sent.recipient === undefined ? {} : { recipient: sent.recipient }),
    ...(sent.origin === undefined ? {} : { origin: sent.origin }),
    ...(sent.destination === undefined ? {} : { destination: sent.destination }),
  };
  return {
    ...attributesOf(sent),
    ...(Object.keys(personal).length === 0 ? {} : { personal }),
  };
}
