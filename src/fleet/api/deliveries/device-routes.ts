import { receiveProof } from '../../../http/api/proofs/read-proof.ts';
import { operation } from '../../../http/kit/operation.ts';
import type { Route } from '../../../http/kit/route.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { ProofDeps } from '../../../tracking/ports/proofs.ts';
import { COMMAND_AHEAD_MS_MAX } from '../../../tracking/ports/shipments.ts';
import { type Driver, parcelsToShow, StillRecording, type Work } from '../../couriers/index.ts';
import {
  assignDelivery,
  availableDeliveries,
  declineDelivery,
  offersForCourier,
  type ViewDeps,
  viewDelivery,
} from '../../deliveries/index.ts';
import { courierUuid } from '../couriers/routes.ts';
import { type DriverGate, driverRoute } from '../driver/driver-route.ts';
import { type NamesOf, resultJson } from '../driver/read-events.ts';
import { availableJson, deliveryJson } from './delivery-json.ts';
import { assignedAt, inABag, offShift } from './outcomes.ts';
import { deliveryUuid, noSuchDelivery } from './read-delivery.ts';
import {
  deliveryAssigning,
  deliveryEnding,
  deliveries as deliveryResource,
  inFuture,
} from './routes.ts';
import { offers } from './schema.ts';

export interface DeviceRoutesDeps {
  readonly gate: DriverGate;
  readonly deliveries: ViewDeps;
  readonly work: Pick<Work, 'events'>;
  readonly namesOf: NamesOf;
  readonly proving: ProofDeps;
}

export const driverOffersOperation = operation({
  id: 'listDriverOffers',
  method: 'GET',
  path: '/driver/offers',
  tag: "Drivers' app",
  summary: 'List delivery offers',
  description:
    'Take one by POST /v1/deliveries/{id}/accept, with the same key. Until `alone_until` few are asked; then others are, too.',
  device: true,
  answers: { 200: { description: 'Newest first.', schema: offers } },
});

/** Delivery routes for a courier's phone: available deliveries, and its own. */
export function deviceDeliveryRoutes(deps: DeviceRoutesDeps): readonly Route[] {
  const { gate, deliveries } = deps;
  return [
    driverRoute(gate, driverOffersOperation, async ({ driver }) => {
      const found = await offersForCourier(deliveries, driver.tenant, driver.courierId);
      return { status: 200, body: { offers: found.map(availableJson) } };
    }),
    driverRoute(gate, deliveryResource.operation('available'), async ({ driver, query }) => {
      assertSelf(driver, query.courier_id);
      const { lat, lng } = query;
      const at = lat === undefined ? null : { lat: Number(lat), lng: Number(lng) };
      const of = { courierId: driver.courierId, at };
      const found = await availableDeliveries(deliveries, driver.tenant, of);
      if (found.kind === 'off_shift') throw offShift();
      return { status: 200, body: { deliveries: found.deliveries.map(availableJson) } };
    }),
    driverRoute(gate, deliveryResource.operation('get'), async ({ driver, param }) => ({
      status: 200,
      body: await own(deliveries, driver, deliveryUuid(param('id'))),
    })),
    driverRoute(gate, deliveryAssigning.operation('accept'), async ({ driver, param, body }) => {
      assertSelf(driver, body.courier_id);
      const id = deliveryUuid(param('id'));
      const to = { courierId: driver.courierId, how: 'accepted' as const };
      const assigned_at = assignedAt(await assignDelivery(deliveries, driver.tenant, id, to));
      return { status: 200, body: { accepted: true, assigned_at } };
    }),
    driverRoute(gate, deliveryAssigning.operation('decline'), async ({ driver, param, body }) => {
      assertSelf(driver, body.courier_id);
      const id = deliveryUuid(param('id'));
      const declined = { courierId: driver.courierId, reason: body.reason ?? null };
      const { kind } = await declineDelivery(deliveries, driver.tenant, id, declined);
      if (kind === 'not_found') throw noSuchDelivery();
      if (kind === 'held') throw inABag();
      return { status: 204 };
    }),
    commandRoute(deps),
    proofRoute(deps),
  ];
}

/**
 * The route by which a courier's app reports the outcome of its own delivery. The command is
 * handled like the courier's other events: the transition table and the parcel's custody decide.
 */
function commandRoute({ gate, deliveries, work, namesOf }: DeviceRoutesDeps): Route {
  const { clock, randomBytes } = deliveries;
  return driverRoute(gate, deliveryEnding.operation('set'), async ({ driver, param, body }) => {
    const id = deliveryUuid(param('id'));
    await own(deliveries, driver, id);
    const nowMs = clock.nowMs();
    const at = body.timestamp ?? new Date(nowMs).toISOString();
    if (Date.parse(at) > nowMs + COMMAND_AHEAD_MS_MAX) throw inFuture();
    const event = {
      ...{ id: uuidV7(nowMs, randomBytes(10)), type: 'status' as const, at, shipment_id: id },
      status: body.status,
      ...(body.sub_status ? { sub_status: body.sub_status } : {}),
      ...(body.note ? { note: body.note } : {}),
    };
    const accepted = await work.events.take(driver, [{ event }], null).catch((error: unknown) => {
      if (!(error instanceof StillRecording)) throw error;
      throw new Problem('overloaded', 'deliveries.scansNotRecordedYet', { retryAfterS: 5 });
    });
    const [result] = accepted.results;
    if (result?.outcome === 'refused') {
      throw refusalProblem(resultJson(result, await namesOf(driver, accepted.results)));
    }
    return { status: 200, body: await own(deliveries, driver, id) };
  });
}

/** Converts a refusal in a queue's format to the response of one request. */
function refusalProblem(refused: ReturnType<typeof resultJson>): Problem {
  if (!('error' in refused)) throw new Error('a refusal without a reason');
  const { code, reason, fix, ...extra } = refused.error as {
    code: string;
    reason: ErrorText;
    fix: ErrorText;
  };
  if (code === 'forbidden_move' || code === 'proof_missing') {
    return new Problem(code, reason, { fix, extra });
  }
  return new Problem('conflict', reason, { fix, extra });
}

function proofRoute({ gate, deliveries, proving }: DeviceRoutesDeps): Route {
  const { clock, randomBytes, db } = deliveries;
  return driverRoute(gate, deliveryEnding.operation('prove'), async ({ driver, param, form }) => {
    const id = deliveryUuid(param('id'));
    await own(deliveries, driver, id);
    const { tenant, courierId } = driver;
    return receiveProof(proving, form, {
      ...{ tenant, shipmentId: id, clockAheadMs: 0 },
      fallbackId: uuidV7(clock.nowMs(), randomBytes(10)),
      by: { givenBy: 'courier', giverId: wireId('courier', courierId) },
      permit: async (ids, heldAtMs) => {
        const atMs = Math.min(heldAtMs ?? clock.nowMs(), clock.nowMs());
        const had = await withTenant(db.app, tenant, (tx) =>
          parcelsToShow(tx, tenant, courierId, ids, atMs),
        );
        if (ids.every((each) => had.has(each))) return;
        throw new Problem('conflict', 'deliveries.notYourParcelThen', {
          fix: 'deliveries.reportPickedUpFirst',
        });
      },
    });
  });
}

/**
 * Returns the JSON of the courier's own delivery. Throws the 404 for another courier's delivery:
 * for this courier it does not exist.
 */
async function own(deps: ViewDeps, { tenant, courierId }: Driver, id: string) {
  const view = await viewDelivery(deps, tenant, id);
  if (view?.row.courier_id !== courierId) throw noSuchDelivery();
  return deliveryJson(view);
}

function assertSelf(driver: Driver, named: string | undefined): void {
  if (named === undefined || courierUuid(named) === driver.courierId) return;
  throw new Problem('forbidden', 'deliveries.notDeviceOwnCourier', {
    fix: 'deliveries.omitCourierId',
  });
}
