import type { Registry } from '../../../adapters/index.ts';
import { receiveProof } from '../../../http/api/proofs/read-proof.ts';
import { addedProofs, PROOF_FORM } from '../../../http/api/proofs/schema.ts';
import { BY_ID, readPage } from '../../../http/kit/paged.ts';
import { resource } from '../../../http/kit/resource.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { ProofDeps } from '../../../tracking/ports/proofs.ts';
import { COMMAND_AHEAD_MS_MAX, iso, trackingUrl } from '../../../tracking/ports/shipments.ts';
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
import { assignedAt, heldByCourier, offShift, throwNotExecuted } from './outcomes.ts';
import { noSuchDelivery, readDelivery } from './read-delivery.ts';
import {
  accepted,
  availableFilter,
  availableList,
  byCourier,
  cancellation,
  createdDelivery,
  delivery,
  deliveryExplanation,
  deliveryFilter,
  deliveryPage,
  deliveryStatus,
  dispatchSettings,
  newDelivery,
  reassignment,
} from './schema.ts';

const DELIVERIES = { name: 'deliveries', position: BY_ID };

interface DeliveryRoutesDeps {
  readonly deliveries: ViewDeps;
  readonly proving: ProofDeps;
  readonly adapters: Registry;
  readonly publicUrl: () => string;
}

/** Deliveries for their merchant; each call is limited to the key's merchant and mode. */
export const deliveries = resource(
  { noun: 'delivery', tag: 'Deliveries', ids: 'delivery' },
  {
    create: {
      id: 'createDelivery',
      method: 'POST',
      path: '/deliveries',
      hot: true,
      summary: 'Create a delivery',
      description:
        'Registers a shipment of your own couriers and looks for one who brings it. Addresses are looked up, or refused with why. The delivery is that shipment: its events, messages, tracking page and proofs are the same.',
      scope: 'deliveries:write',
      body: newDelivery,
      answers: { 201: { description: 'It looks for a courier.', schema: createdDelivery } },
      errors: ['address_unknown'],
      example: {
        origin: { lat: 53.5436, lng: 9.9885 },
        destination: { lat: 53.5453, lng: 9.9467 },
        package_size: 'small',
        phone: '+4915112345678',
      },
    },
    list: {
      id: 'listDeliveries',
      method: 'GET',
      path: '/deliveries',
      summary: 'List deliveries',
      scope: 'deliveries:read',
      query: deliveryFilter,
      answers: { 200: { description: 'A page, oldest first.', schema: deliveryPage } },
    },
    available: {
      id: 'listAvailableDeliveries',
      method: 'GET',
      path: '/deliveries/available',
      summary: 'List deliveries that a courier may accept',
      description:
        'Open deliveries in range, the nearest pickup first, whether the courier was asked or not; what the courier declined is left out. Without a courier: all that are open.',
      scope: 'deliveries:read',
      alsoDevice: true,
      query: availableFilter,
      answers: { 200: { description: 'At most 50.', schema: availableList } },
      errors: ['conflict', 'not_found'],
    },
    get: {
      id: 'getDelivery',
      method: 'GET',
      path: '/deliveries/:id',
      summary: 'Get a delivery',
      scope: 'deliveries:read',
      alsoDevice: true,
      answers: { 200: { description: 'As it is now.', schema: delivery } },
    },
    explain: {
      id: 'explainDelivery',
      method: 'GET',
      path: '/deliveries/:id/explain',
      summary: "Explain a delivery's assignment",
      scope: 'deliveries:read',
      answers: { 200: { description: 'Who was asked, and by what.', schema: deliveryExplanation } },
    },
    settings: {
      id: 'getDispatchSettings',
      method: 'GET',
      path: '/dispatch/settings',
      summary: 'Get the dispatch settings',
      scope: 'deliveries:read',
      answers: { 200: { description: 'The settings.', schema: dispatchSettings } },
    },
    setSettings: {
      id: 'setDispatchSettings',
      method: 'PUT',
      path: '/dispatch/settings',
      summary: 'Replace the dispatch settings',
      description:
        '`offers`, the default: couriers are asked, and whoever takes a delivery first has it. `auto`: the hub assigns.',
      scope: 'deliveries:write',
      body: dispatchSettings,
      answers: { 200: { description: 'As they are now.', schema: dispatchSettings } },
      example: { assign: 'auto' },
    },
  },
  (deps: DeliveryRoutesDeps) => {
    const { deliveries, publicUrl } = deps;
    return {
      create: async ({ tenant, body }) => {
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
      },
      list: async ({ tenant, query }) => {
        const statuses = query.status ?? null;
        const courierId = query.courier_id === undefined ? null : courierUuid(query.courier_id);
        const body = await readPage(
          DELIVERIES,
          tenant,
          query,
          (after, limit) =>
            listDeliveries(deliveries, tenant, {
              statuses,
              courierId,
              limit,
              after: after?.id ?? null,
            }),
          { position: ({ row }) => ({ id: row.shipmentId }), json: deliveryJson },
        );
        return { status: 200, body };
      },
      available: async ({ tenant, query }) => {
        const { lat, lng } = query;
        const courierId = query.courier_id === undefined ? null : courierUuid(query.courier_id);
        const at = lat === undefined ? null : { lat: Number(lat), lng: Number(lng) };
        if (courierId !== null && (await deliveries.couriers.find(tenant, courierId)) === null) {
          throw noSuchCourier();
        }
        const found = await availableDeliveries(deliveries, tenant, { courierId, at });
        if (found.kind === 'off_shift') throw offShift();
        return { status: 200, body: { deliveries: found.deliveries.map(availableJson) } };
      },
      get: async ({ tenant, id }) => ({
        status: 200,
        body: await currentJson(deliveries, tenant, id),
      }),
      explain: async ({ tenant, id, missing }) => {
        const found = await explainDelivery(deliveries, tenant, id);
        if (found === null) throw missing();
        return { status: 200, body: explanationJson(found) };
      },
      settings: async ({ tenant }) => ({
        status: 200,
        body: { assign: await readSetting(deliveries, tenant) },
      }),
      setSettings: async ({ tenant, body }) => {
        await setSetting(deliveries, tenant, body.assign);
        return { status: 200, body: { assign: body.assign } };
      },
    };
  },
);

/** Assignment by the merchant or its dispatcher. */
export const deliveryAssigning = resource(
  { noun: 'delivery', tag: 'Deliveries', ids: 'delivery' },
  {
    accept: {
      id: 'acceptDelivery',
      method: 'POST',
      path: '/deliveries/:id/accept',
      hot: true,
      summary: 'Accept a delivery',
      description:
        'The first who comes has it. Sent again by the same courier, the answer is the same; everybody else gets 409 `already-assigned`, or `delivery_ended` once nobody needs to bring it any more.',
      scope: 'deliveries:write',
      alsoDevice: true,
      repeatable: true,
      body: byCourier,
      bodyOptional: true,
      answers: { 200: { description: 'It is this courier’s.', schema: accepted } },
      errors: ['already-assigned', 'delivery_ended', 'conflict'],
      example: { courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' },
    },
    decline: {
      id: 'declineDelivery',
      method: 'POST',
      path: '/deliveries/:id/decline',
      hot: true,
      summary: 'Decline an offer, or give a delivery back',
      description:
        'Before the pickup. It is not offered to this courier again; others are asked at once.',
      scope: 'deliveries:write',
      alsoDevice: true,
      repeatable: true,
      body: byCourier,
      bodyOptional: true,
      answers: { 204: { description: 'It is not this courier’s.' } },
      errors: ['conflict'],
      example: { courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80', reason: 'flat tyre' },
    },
    reassign: {
      id: 'reassignDelivery',
      method: 'POST',
      path: '/deliveries/:id/reassign',
      summary: 'Assign a delivery to another courier',
      description:
        'Before the pickup. What is in a courier’s bag changes hands by scan, or by POST /v1/couriers/{id}/handover.',
      scope: 'deliveries:write',
      body: reassignment,
      bodyOptional: true,
      answers: { 200: { description: 'As it is now.', schema: delivery } },
      errors: ['conflict'],
      example: { courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' },
    },
  },
  ({ deliveries }: DeliveryRoutesDeps) => ({
    accept: async ({ tenant, body, id }) => {
      const courierId = namedCourier(body.courier_id);
      const to = { courierId, how: 'accepted' as const };
      const assigned_at = assignedAt(await assignDelivery(deliveries, tenant, id, to));
      return { status: 200, body: { accepted: true, assigned_at } };
    },
    decline: async ({ tenant, body, id, missing }) => {
      const courierId = namedCourier(body.courier_id);
      const declined = { courierId, reason: body.reason ?? null };
      const { kind } = await declineDelivery(deliveries, tenant, id, declined);
      if (kind === 'no_such_courier') throw noSuchCourier();
      if (kind === 'not_found') throw missing();
      if (kind === 'held') throw heldByCourier();
      return { status: 204 };
    },
    reassign: async ({ tenant, body, id, missing }) => {
      if (body.courier_id === undefined) {
        const from = { from: null, why: 'dispatcher' as const };
        const { kind } = await unassignDelivery(deliveries, tenant, id, from);
        if (kind === 'not_found') throw missing();
        if (kind === 'held') throw heldByCourier();
      } else {
        const courierId = courierUuid(body.courier_id);
        assignedAt(await reassignDelivery(deliveries, tenant, id, courierId));
      }
      return { status: 200, body: await currentJson(deliveries, tenant, id) };
    },
  }),
);

/** Outcomes reported by the merchant on behalf of its courier. */
export const deliveryEnding = resource(
  { noun: 'delivery', tag: 'Deliveries', ids: 'delivery' },
  {
    cancel: {
      id: 'cancelDelivery',
      method: 'POST',
      path: '/deliveries/:id/cancel',
      summary: 'Cancel or recall a delivery',
      description:
        'Before the pickup nobody comes any more (`cancelled`). After it the courier brings it back to where it was fetched (`returning`).',
      scope: 'deliveries:write',
      body: cancellation,
      bodyOptional: true,
      answers: { 200: { description: 'As it is now.', schema: delivery } },
      errors: ['forbidden_move', 'conflict'],
    },
    set: {
      id: 'setDeliveryStatus',
      method: 'POST',
      path: '/deliveries/:id/status',
      summary: "Report a delivery's status",
      description:
        'Follows the table of allowed transitions; a forbidden one gets 409 with `current`, `requested` and `allowed`. With `picked_up` it is out for delivery from the same instant on.',
      scope: 'deliveries:write',
      alsoDevice: true,
      body: deliveryStatus,
      answers: { 200: { description: 'As it is now.', schema: delivery } },
      errors: ['forbidden_move', 'proof_missing', 'conflict', 'overloaded'],
      example: { status: 'picked_up', timestamp: '2026-03-10T12:00:00Z' },
    },
    prove: {
      id: 'addDeliveryProof',
      method: 'POST',
      path: '/deliveries/:id/proof',
      summary: 'Add proof to a delivery',
      description: 'The same form as POST /v1/shipments/{id}/proof.',
      scope: 'deliveries:write',
      alsoDevice: true,
      multipart: PROOF_FORM,
      answers: {
        201: { description: 'Kept.', schema: addedProofs },
        200: { description: 'It was here already, by its `id`.', schema: addedProofs },
      },
      errors: ['not_offered', 'conflict'],
    },
  },
  (deps: DeliveryRoutesDeps) => {
    const { deliveries, proving } = deps;
    const { clock, randomBytes } = deliveries;
    return {
      cancel: async ({ tenant, key, param, body, id }) => {
        await assertExists(deliveries, tenant, id);
        const by = { apiKeyId: key.id, note: body.note ?? null };
        const outcome = await cancelDelivery(deliveries, tenant, id, by);
        if (outcome.kind !== 'cancelled' && outcome.kind !== 'recalled') {
          throwNotExecuted(outcome, 'cancelled', param('id'));
        }
        return { status: 200, body: await currentJson(deliveries, tenant, id) };
      },
      set: async ({ tenant, key, param, body, id }) => {
        const atMs = body.timestamp ? Date.parse(body.timestamp) : null;
        if (atMs !== null && atMs > clock.nowMs() + COMMAND_AHEAD_MS_MAX) throw inFuture();
        const outcome = await commandDelivery(deliveries, tenant, id, {
          status: body.status,
          subStatus: body.sub_status ?? null,
          atMs,
          note: body.note ?? null,
          apiKeyId: key.id,
        });
        if (outcome.kind !== 'done') throwNotExecuted(outcome, body.status, param('id'));
        return { status: 200, body: await currentJson(deliveries, tenant, id) };
      },
      prove: async ({ tenant, key, form, request, id }) => {
        await assertExists(deliveries, tenant, id);
        const header = request.headers['idempotency-key'];
        const fallbackId =
          typeof header === 'string' ? header.slice(0, 64) : uuidV7(clock.nowMs(), randomBytes(10));
        return receiveProof(proving, form, {
          tenant,
          shipmentId: id,
          fallbackId,
          clockAheadMs: 0,
          by: { givenBy: 'merchant', giverId: key.id },
          permit: async (ids) => {
            for (const each of new Set(ids)) await assertExists(deliveries, tenant, each);
          },
        });
      },
    };
  },
);

/** The delivery's current JSON. Throws when it does not exist. */
async function currentJson(deps: ViewDeps, tenant: Tenant, id: string) {
  const view = await viewDelivery(deps, tenant, id);
  if (view === null) throw noSuchDelivery();
  return deliveryJson(view);
}

async function assertExists(deps: ViewDeps, tenant: Tenant, id: string): Promise<void> {
  if ((await viewDelivery(deps, tenant, id)) === null) throw noSuchDelivery();
}

function namedCourier(id: string | undefined): string {
  if (id !== undefined) return courierUuid(id);
  throw invalidMember('/courier_id', 'values.isMissing', 'deliveries.nameCourier');
}

export function inFuture(): Problem {
  return invalidMember('/timestamp', 'deliveries.inFuture', 'deliveries.sendEventTime');
}

function unknownAddress({
  which,
  reason,
  fix,
}: {
  readonly which: string;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}): Problem {
  const detail: ErrorText = { 'deliveries.addressNotLocated': { which, reason: { text: reason } } };
  return new Problem('address_unknown', detail, {
    fix,
    errors: [{ pointer: `/${which}_address`, reason, fix }],
  });
}
