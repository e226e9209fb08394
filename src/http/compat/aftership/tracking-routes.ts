import { z } from 'zod';
import type { Problem } from '../../../kernel/errors.ts';
import { isTerminal, type Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { givenInstant } from '../../../kernel/time/time-kinds.ts';
import { type Queryable, withTenant } from '../../../platform/database/database.ts';
import {
  commandShipment,
  deleteShipment,
  externalIdsOf,
  findShipmentByNumber,
  insertExternalId,
  patchShipment,
  type Registered,
  registerShipments,
  type Shipment,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import { newShipment } from '../../api/shipments/new-shipment.ts';
import { commandAnswer, commandTime, toPatch } from '../../api/shipments/routes.ts';
import type { Answer } from '../../kit/answer.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { ServiceProblem } from '../service-problem.ts';
import { aftershipName, carrierNamed } from './carriers.ts';
import { BASE, envelope } from './envelope.ts';
import {
  type NewTracking,
  newTracking,
  toChange,
  toRegistration,
  trackingChange,
} from './input.ts';
import { fieldsQuery, onlyFields, trackingFilter } from './list-query.ts';
import { listTrackings } from './list-trackings.ts';
import { retrack } from './retrack.ts';
import { shownId, trackingId } from './tracking.ts';
import {
  foundTracking,
  idsAmong,
  noSuchTracking,
  SERVICE,
  shipmentIdOf,
  type TrackingParts,
} from './tracking-parts.ts';

const answers = { 200: { description: 'The tracking.' } };
const params = { tracking_id: 'The tracking.' };
const read = 'shipments:read';
const write = 'shipments:write';

/** The statuses of a completed tracking. */
const COMPLETED = {
  DELIVERED: { status: 'delivered', subStatus: null },
  LOST: { status: 'exception', subStatus: 'lost' },
  RETURNED_TO_SENDER: { status: 'returned_to_sender', subStatus: null },
} as const satisfies Record<string, { status: Status; subStatus: string | null }>;

const completion = z.object({
  reason: z.enum(['DELIVERED', 'LOST', 'RETURNED_TO_SENDER']),
  event_datetime: givenInstant.nullish(),
});

/** Trackings, which are the hub's shipments under AfterShip's names. */
export const trackings = resource(
  { noun: 'tracking', tag: 'Drop-in API' },
  {
    list: {
      id: 'aftershipListTrackings',
      method: 'GET',
      path: `${BASE}/trackings`,
      summary: 'List trackings',
      scope: read,
      query: trackingFilter,
      shed: { except: ['tracking_numbers', 'order_id'] },
      answers: { 200: { description: 'A page.' } },
    },
    create: {
      id: 'aftershipCreateTracking',
      method: 'POST',
      path: `${BASE}/trackings`,
      summary: 'Create a tracking',
      scope: write,
      body: newTracking,
      answers: { 201: { description: 'The tracking.' } },
    },
    get: {
      id: 'aftershipGetTracking',
      method: 'GET',
      path: `${BASE}/trackings/:tracking_id`,
      summary: 'Get a tracking',
      scope: read,
      params,
      query: fieldsQuery,
      answers,
      errors: ['not_found'],
    },
    update: {
      id: 'aftershipUpdateTracking',
      method: 'PUT',
      path: `${BASE}/trackings/:tracking_id`,
      summary: 'Change a tracking',
      scope: write,
      params,
      body: trackingChange,
      answers,
      errors: ['not_found'],
    },
    remove: {
      id: 'aftershipDeleteTracking',
      method: 'DELETE',
      path: `${BASE}/trackings/:tracking_id`,
      summary: 'Delete a tracking',
      scope: write,
      params,
      answers,
      errors: ['not_found'],
    },
    retrack: {
      id: 'aftershipRetrack',
      method: 'POST',
      path: `${BASE}/trackings/:tracking_id/retrack`,
      summary: 'Track an inactive tracking again',
      scope: write,
      params,
      answers,
      errors: ['not_found'],
    },
    complete: {
      id: 'aftershipMarkAsCompleted',
      method: 'POST',
      path: `${BASE}/trackings/:tracking_id/mark-as-completed`,
      summary: 'Mark a tracking as completed',
      scope: write,
      params,
      body: completion,
      answers,
      errors: ['not_found'],
    },
  },
  (parts: TrackingParts) => {
    const { tracking } = parts;
    const shown = (tenant: Tenant, id: string) => trackingAnswer(parts, tenant, id, 200);
    return {
      list: async ({ tenant, query }) => envelope(200, await listTrackings(parts, tenant, query)),
      create: ({ tenant, body }) => createTracking(parts, tenant, body),
      get: async ({ tenant, param, query }) => {
        const id = await shipmentIdOf(parts, tenant, param('tracking_id'));
        return envelope(200, onlyFields(await foundTracking(parts, tenant, id), query.fields));
      },
      update: async ({ tenant, param, body }) => {
        const id = await shipmentIdOf(parts, tenant, param('tracking_id'));
        // The body has parts of the metadata, the order ids and the people, which are stored whole.
        const changed = await patchShipment(tracking, tenant, id, (shipment, personal) => {
          assertSameCarrier(parts, shipment, body.slug);
          const { metadata, orderIds } = shipment;
          return toPatch(toChange(body, { metadata, orderIds, personal }) ?? {});
        });
        if (changed === null) throw noSuchTracking();
        return shown(tenant, id);
      },
      remove: async ({ tenant, param }) => {
        const id = await shipmentIdOf(parts, tenant, param('tracking_id'));
        const answer = await shown(tenant, id);
        if (!(await deleteShipment(tracking, tenant, id))) throw noSuchTracking();
        return { ...answer, repeatedBody: envelope(200, { id: trackingId(id) }).body };
      },
      retrack: async ({ tenant, param }) => {
        const id = await shipmentIdOf(parts, tenant, param('tracking_id'));
        await retrack(parts, tenant, id);
        return shown(tenant, id);
      },
      complete: async ({ tenant, key, param, body }) => {
        const id = await shipmentIdOf(parts, tenant, param('tracking_id'));
        const { status, subStatus } = COMPLETED[body.reason];
        const occurredAtMs = commandTime(body.event_datetime, tracking, '/event_datetime');
        const before = await viewShipment(tracking, tenant, id);
        if (before === null) throw noSuchTracking();
        const { state } = before.shipment;
        const isSo = state.status === status && (subStatus ?? state.subStatus) === state.subStatus;
        if (isSo) return shown(tenant, id);
        const outcome = await commandShipment(tracking, tenant, id, {
          status,
          subStatus,
          occurredAtMs,
          note: null,
          apiKeyId: key.id,
        });
        if (outcome.kind !== 'done') commandAnswer(outcome, status, tracking.publicUrl(), id);
        return shown(tenant, id);
      },
    };
  },
);

/** Registers a number. Throws a 400 (4003) with the id of the tracking that exists already. */
async function createTracking(
  parts: TrackingParts,
  tenant: Tenant,
  body: NewTracking,
): Promise<Answer> {
  const { tracking, adapters } = parts;
  const wanted = newShipment(adapters, toRegistration(adapters, body));
  const known = await findShipmentByNumber(tracking, tenant, wanted);
  // Not registered again: that would add the order to the known one, beside the error.
  if (known !== null && !isTerminal(known.state.status)) {
    throw await withTenant(tracking.db.app, tenant, (tx) => alreadyTracked(tx, known));
  }
  await assertFreeId(parts, tenant, body.id);
  const alongside = async (tx: Queryable, [registered]: readonly Registered[]) => {
    if (registered === undefined) return;
    const { created, shipment } = registered;
    if (!created) throw await alreadyTracked(tx, shipment);
    if (!body.id) return;
    const own = { service: SERVICE, externalId: body.id, shipmentId: shipment.id };
    // Thrown here, the registration is undone: another request has just taken the id.
    if (!(await insertExternalId(tx, tenant, own, tracking.clock.nowMs()))) throw idInUse();
  };
  const [registered] = await registerShipments(tracking, tenant, [wanted], { alongside });
  if (registered === undefined) throw new Error('a registration had no outcome');
  return trackingAnswer(parts, tenant, registered.shipment.id, 201);
}

/** The shipment is named, because the tracking may have an id that came from AfterShip. */
async function trackingAnswer(
  parts: TrackingParts,
  tenant: Tenant,
  shipmentId: string,
  status: 200 | 201,
): Promise<Answer> {
  const answer = envelope(status, await foundTracking(parts, tenant, shipmentId));
  return { ...answer, subjects: [shipmentId] };
}

async function alreadyTracked(
  tx: Queryable,
  { id: shipmentId, trackingNumber, carrier }: Shipment,
): Promise<ServiceProblem> {
  const rows = await externalIdsOf(tx, SERVICE, [shipmentId]);
  const id = shownId(shipmentId, idsAmong(rows, shipmentId));
  return new ServiceProblem(
    'conflict',
    { 'aftership.trackingExists': { id } },
    {
      code: 4003,
      status: 400,
      data: { id, tracking_number: trackingNumber, slug: aftershipName(carrier) },
    },
  );
}

function idInUse(): Problem {
  return invalidMember('/id', 'aftership.idInUse', 'aftership.sendOtherId');
}

async function assertFreeId(
  parts: TrackingParts,
  tenant: Tenant,
  id: string | null | undefined,
): Promise<void> {
  if (!id) return;
  const known = await shipmentIdOf(parts, tenant, id)
    .then((found) => viewShipment(parts.tracking, tenant, found))
    .catch((error: unknown) => {
      if (error instanceof ServiceProblem) return null;
      throw error;
    });
  if (known !== null) throw idInUse();
}

function assertSameCarrier(
  { adapters }: TrackingParts,
  { carrier }: Shipment,
  slug: string | null | undefined,
): void {
  if (!slug || carrierNamed(adapters, slug)?.manifest.name === carrier) return;
  throw invalidMember('/slug', 'aftership.carrierFixed', 'aftership.deleteAndCreate');
}
