import type { Registry } from '../../../adapters/index.ts';
import { receiveProof } from '../../../http/api/proofs/read-proof.ts';
import { type MerchantApi, merchantRoute } from '../../../http/kit/merchant-route.ts';
import { BY_ID, readPage } from '../../../http/kit/paged.ts';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { COMMAND_AHEAD_MS_MAX, iso, type ProofDeps, trackingUrl } from '../../../tracking/index.ts';
import {
  assignDelivery,
  availableDeliveries,
  cancelDelivery,
  commandDelivery,
  createDelivery,
  declineDelivery,
  explainDelivery,
  listDeliveries,
  readSetting,
  reassignDelivery,
  setSetting,
  unassignDelivery,
  type ViewDeps,
  viewDelivery,
} from '../../deliveries/index.ts';
import { courierUuid, noSuchCourier } from '../couriers/routes.ts';
import { availableJson, deliveryJson, explanationJson } from './delivery-json.ts';
import {
  acceptDeliveryOperation,
  availableDeliveriesOperation,
  cancelDeliveryOperation,
  commandDeliveryOperation,
  createDeliveryOperation,
  declineDeliveryOperation,
  explainDeliveryOperation,
  getDeliveryOperation,
  getDispatchOperation,
  listDeliveriesOperation,
  proveDeliveryOperation,
  reassignDeliveryOperation,
  setDispatchOperation,
} from './operations.ts';
import { assertObeyed, assignedAt, inABag, offShift } from './outcomes.ts';
import { deliveryUuid, noSuchDelivery, readDelivery } from './read-delivery.ts';

const DELIVERIES = { name: 'deliveries', position: BY_ID };

export interface DeliveryRoutesDeps {
  readonly deliveries: ViewDeps;
  readonly proving: ProofDeps;
  readonly adapters: Registry;
  readonly publicUrl: () => string;
}

/** Deliveries for their merchant; each call is limited to the key's merchant and mode. */
export function deliveryRoutes(api: MerchantApi, deps: DeliveryRoutesDeps): readonly Route[] {
  const { deliveries, publicUrl } = deps;
  return [
    merchantRoute(api, createDeliveryOperation, async ({ tenant, body }) => {
      const made = await createDelivery(deliveries, tenant, readDelivery(body));
      if (made.kind === 'unknown_address') throw unknownAddress(made);
      const { shipment } = made;
      const id = wireId('delivery', shipment.id);
      return {
        status: 201,
        headers: { location: `/v1/deliveries/${id}` },
        body: {
          delivery_id: id,
          shipment_id: shipment.id,
          tracking_number: shipment.trackingNumber,
          tracking_url: trackingUrl(publicUrl(), shipment),
          estimated_pickup_time: iso(made.pickupMs),
          estimated_arrival: iso(made.arrivalMs),
        },
      };
    }),
    merchantRoute(api, listDeliveriesOperation, async ({ tenant, query }) => {
      const statuses = query.status ?? null;
      const courierId = query.courier_id === undefined ? null : courierUuid(query.courier_id);
      const body = await readPage(
        DELIVERIES,
        tenant,
        query,
        (after, limit) =>
          listDeliveries(deliveries, tenant, {
            ...{ statuses, courierId, limit, after: after?.id ?? null },
          }),
        { position: ({ row }) => ({ id: row.shipment_id }), json: deliveryJson },
      );
      return { status: 200, body };
    }),
    merchantRoute(api, availableDeliveriesOperation, async ({ tenant, query }) => {
      const { lat, lng } = query;
      const courierId = query.courier_id === undefined ? null : courierUuid(query.courier_id);
      const at = lat === undefined ? null : { lat: Number(lat), lng: Number(lng) };
      if (courierId !== null && (await deliveries.couriers.find(tenant, courierId)) === null) {
        throw noSuchCourier();
      }
      const found = await availableDeliveries(deliveries, tenant, { courierId, at });
      if (found.kind === 'off_shift') throw offShift();
      return { status: 200, body: { deliveries: found.deliveries.map(availableJson) } };
    }),
    merchantRoute(api, getDeliveryOperation, async ({ tenant, param }) => ({
      status: 200,
      body: await shown(deliveries, tenant, deliveryUuid(param('id'))),
    })),
    merchantRoute(api, explainDeliveryOperation, async ({ tenant, param }) => {
      const found = await explainDelivery(deliveries, tenant, deliveryUuid(param('id')));
      if (found === null) throw noSuchDelivery();
      return { status: 200, body: explanationJson(found) };
    }),
    merchantRoute(api, getDispatchOperation, async ({ tenant }) => ({
      status: 200,
      body: { assign: await readSetting(deliveries, tenant) },
    })),
    merchantRoute(api, setDispatchOperation, async ({ tenant, body }) => {
      await setSetting(deliveries, tenant, body.assign);
      return { status: 200, body: { assign: body.assign } };
    }),
    ...assigningRoutes(api, deps),
    ...endingRoutes(api, deps),
  ];
}

/** Assignment by the merchant or its dispatcher. */
function assigningRoutes(api: MerchantApi, { deliveries }: DeliveryRoutesDeps): readonly Route[] {
  return [
    merchantRoute(api, acceptDeliveryOperation, async ({ tenant, param, body }) => {
      const id = deliveryUuid(param('id'));
      const courierId = namedCourier(body.courier_id);
      const to = { courierId, how: 'accepted' as const };
      const assigned_at = assignedAt(await assignDelivery(deliveries, tenant, id, to));
      return { status: 200, body: { accepted: true, assigned_at } };
    }),
    merchantRoute(api, declineDeliveryOperation, async ({ tenant, param, body }) => {
      const id = deliveryUuid(param('id'));
      const courierId = namedCourier(body.courier_id);
      const declined = { courierId, reason: body.reason ?? null };
      const { kind } = await declineDelivery(deliveries, tenant, id, declined);
      if (kind === 'no_such_courier') throw noSuchCourier();
      if (kind === 'not_found') throw noSuchDelivery();
      if (kind === 'held') throw inABag();
      return { status: 204 };
    }),
    merchantRoute(api, reassignDeliveryOperation, async ({ tenant, param, body }) => {
      const id = deliveryUuid(param('id'));
      if (body.courier_id === undefined) {
        const from = { from: null, why: 'dispatcher' as const };
        const { kind } = await unassignDelivery(deliveries, tenant, id, from);
        if (kind === 'not_found') throw noSuchDelivery();
        if (kind === 'held') throw inABag();
      } else {
        const courierId = courierUuid(body.courier_id);
        assignedAt(await reassignDelivery(deliveries, tenant, id, courierId));
      }
      return { status: 200, body: await shown(deliveries, tenant, id) };
    }),
  ];
}

/** Outcomes reported by the merchant on behalf of its courier. */
function endingRoutes(api: MerchantApi, deps: DeliveryRoutesDeps): readonly Route[] {
  const { deliveries, proving } = deps;
  const { clock, randomBytes } = deliveries;
  return [
    merchantRoute(api, cancelDeliveryOperation, async ({ tenant, key, param, body }) => {
      const id = deliveryUuid(param('id'));
      await assertThere(deliveries, tenant, id);
      const by = { apiKeyId: key.id, note: body.note ?? null };
      const outcome = await cancelDelivery(deliveries, tenant, id, by);
      if (outcome.kind !== 'cancelled' && outcome.kind !== 'recalled') {
        assertObeyed(outcome, 'cancelled', param('id'));
      }
      return { status: 200, body: await shown(deliveries, tenant, id) };
    }),
    merchantRoute(api, commandDeliveryOperation, async ({ tenant, key, param, body }) => {
      const id = deliveryUuid(param('id'));
      const atMs = body.timestamp ? Date.parse(body.timestamp) : null;
      if (atMs !== null && atMs > clock.nowMs() + COMMAND_AHEAD_MS_MAX) throw inFuture();
      const outcome = await commandDelivery(deliveries, tenant, id, {
        ...{ status: body.status, subStatus: body.sub_status ?? null, atMs },
        ...{ note: body.note ?? null, apiKeyId: key.id },
      });
      if (outcome.kind !== 'done') assertObeyed(outcome, body.status, param('id'));
      return { status: 200, body: await shown(deliveries, tenant, id) };
    }),
    merchantRoute(api, proveDeliveryOperation, async ({ tenant, key, param, form, request }) => {
      const id = deliveryUuid(param('id'));
      await assertThere(deliveries, tenant, id);
      const header = request.headers['idempotency-key'];
      const fallbackId =
        typeof header === 'string' ? header.slice(0, 64) : uuidV7(clock.nowMs(), randomBytes(10));
      return receiveProof(proving, form, {
        ...{ tenant, shipmentId: id, fallbackId, clockAheadMs: 0 },
        by: { givenBy: 'merchant', giverId: key.id },
        permit: async (ids) => {
          for (const each of new Set(ids)) await assertThere(deliveries, tenant, each);
        },
      });
    }),
  ];
}

/** The delivery's current JSON. Throws when it does not exist. */
async function shown(deps: ViewDeps, tenant: Tenant, id: string) {
  const view = await viewDelivery(deps, tenant, id);
  if (view === null) throw noSuchDelivery();
  return deliveryJson(view);
}

async function assertThere(deps: ViewDeps, tenant: Tenant, id: string): Promise<void> {
  if ((await viewDelivery(deps, tenant, id)) === null) throw noSuchDelivery();
}

function namedCourier(id: string | undefined): string {
  if (id !== undefined) return courierUuid(id);
  throw invalidMember('/courier_id', 'It is missing.', 'Name the courier.');
}

export function inFuture(): Problem {
  return invalidMember(
    '/timestamp',
    'It is in the future.',
    'Send the time when it happened, or omit it for now.',
  );
}

function unknownAddress({
  which,
  reason,
  fix,
}: {
  readonly which: string;
  readonly reason: string;
  readonly fix: string;
}): Problem {
  const detail = `The ${which} cannot be found: ${reason}`;
  return new Problem('address_unknown', detail, {
    fix,
    errors: [{ pointer: `/${which}_address`, reason, fix }],
  });
}
