import { detectCarriers, type Registry } from '../../../adapters/index.ts';
import type { Proofs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  deleteShipment,
  explainShipment,
  findShipment,
  listShipments,
  patchShipment,
  type ShipmentListing,
  type ShipmentPatch,
  shipmentJson,
  type TrackingDeps,
  viewShipment,
} from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { QueryOf } from '../../kit/operation.ts';
import { BY_TIME, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import type { Polling } from '../pulling/polling.ts';
import { detailAnswer } from './answers.ts';
import { attributesSent } from './attributes.ts';
import { metadataAlternatives } from './filter-schema.ts';
import type { PatchShipment } from './input-schema.ts';
import { assertProvable, namedCarrier } from './new-shipment.ts';
import {
  deleteShipmentOperation,
  explainShipmentOperation,
  getShipmentOperation,
  listShipmentsOperation,
  patchShipmentOperation,
} from './operations.ts';
import { searchOf } from './search.ts';

const SHIPMENTS = { name: 'shipments', position: BY_TIME };

/**
 * Reading, changing and deleting shipments; each call is limited to the key's merchant and mode.
 */
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
      const search =
        query.q === undefined ? null : searchOf(registry, tracking.people, tenant, query.q);
      const filter = { ...filterOf(registry, query), search };
      const body = await readPage(
        SHIPMENTS,
        tenant,
        query,
        (after, limit) =>
          withTenant(tracking.db.app, tenant, (tx) =>
            listShipments(tx, { ...filter, sort: query.sort, after, limit }),
          ),
        {
          position: ({ position }) => position,
          json: ({ shipment }) => shipmentJson(shipment, tracking.publicUrl()),
        },
      );
      return { status: 200, body };
    }),
    merchantRoute(api, getShipmentOperation, async ({ tenant, param }) => {
      const view = await viewShipment(tracking, tenant, shipmentId(param('id')));
      if (view === null) throw noSuchShipment();
      const proofsOfIt = await proofs.list(tenant, view.proofs);
      return { status: 200, body: detailAnswer(view, proofsOfIt, tracking) };
    }),
    merchantRoute(api, patchShipmentOperation, async ({ tenant, param, body }) => {
      const id = shipmentId(param('id'));
      if (body.require_proof?.length) {
        const found = await findShipment(tracking, tenant, id);
        if (found !== null)
          assertProvable(namedCarrier(registry, found.carrier), body.require_proof);
      }
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
      const explained = (await polling?.explain(tenant, { carrier, trackingNumber })) ?? null;
      return { status: 200, body: { ...about, ...found.explanation, polling: explained } };
    }),
  ];
}

/** Throws the same 404 for an invalid id as for an unknown one. */
export function shipmentId(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw noSuchShipment();
}

export function noSuchShipment(): Problem {
  return new Problem('not_found', 'There is no such shipment under this key.');
}

function filterOf(
  registry: Registry,
  query: QueryOf<typeof listShipmentsOperation>,
): Omit<ShipmentListing, 'search' | 'sort' | 'after' | 'limit'> {
  const { tracking_number: number, updated_after: since } = query;
  return {
    statuses: query.status ?? null,
    carrier: query.carrier ?? null,
    trackingNumber: number === undefined ? null : spelling(registry, number, query.carrier),
    attributes: query,
    metadata: metadataAlternatives(query),
    updatedAfterMs: since === undefined ? null : Date.parse(since),
  };
}

/** The stored spelling of a number, whatever spaces and prefixes the request has. */
function spelling(registry: Registry, number: string, carrier: string | undefined): string {
  const adapter = carrier === undefined ? undefined : registry.get(carrier);
  if (adapter !== undefined) return adapter.numbers.normalize(number);
  const [best] = detectCarriers(registry, number);
  const [any] = registry.list();
  return best?.trackingNumber ?? any?.numbers.normalize(number) ?? number;
}

/** Null clears a member; absent members stay unchanged. */
function patchOf(sent: PatchShipment): ShipmentPatch {
  const personal = {
    ...(sent.recipient === undefined ? {} : { recipient: sent.recipient }),
    ...(sent.origin === undefined ? {} : { origin: sent.origin }),
    ...(sent.destination === undefined ? {} : { destination: sent.destination }),
  };
  return {
    ...attributesSent(sent),
    ...(Object.keys(personal).length === 0 ? {} : { personal }),
  };
}
