import { receiveProof } from '../../../http/api/proofs/read-proof.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { ProofDeps } from '../../../tracking/ports/proofs.ts';
import { COMMAND_AHEAD_MS_MAX } from '../../../tracking/ports/shipments.ts';
import {
  type Driver,
  parcelsOpenToProof,
  StillRecording,
  type Work,
} from '../../couriers/index.ts';
import {
  assignDelivery,
  availableDeliveries,
  declineDelivery,
  offersForCourier,
  type ViewDeps,
  viewDelivery,
} from '../../deliveries/index.ts';
import { courierUuid } from '../couriers/routes.ts';
import { deviceResource } from '../driver/driver-route.ts';
import { type NamesOf, resultJson } from '../driver/read-events.ts';
import { availableJson, deliveryJson } from './delivery-json.ts';
import { assignedAt, heldByCourier, offShift } from './outcomes.ts';
import { noSuchDelivery } from './read-delivery.ts';
import {
  deliveryAssigning,
  deliveryEnding,
  deliveries as deliveryResource,
  inFuture,
} from './routes.ts';
import { offers } from './schema.ts';

interface DeviceRoutesDeps {
  readonly deliveries: ViewDeps;
  readonly work: Pick<Work, 'events'>;
  readonly namesOf: NamesOf;
  readonly proving: ProofDeps;
}

/** The deliveries offered to a courier. */
export const driverOffers = deviceResource(
  { noun: 'offer', tag: "Drivers' app" },
  {
    list: {
      id: 'listDriverOffers',
      method: 'GET',
      path: '/driver/offers',
      summary: 'List delivery offers',
      description:
        'Take one by POST /v1/deliveries/{id}/accept, with the same key. Until `alone_until` few are asked; then others are, too.',
      device: true,
      answers: { 200: { description: 'Newest first.', schema: offers } },
    },
  },
  ({ deliveries }: Pick<DeviceRoutesDeps, 'deliveries'>) => ({
    list: async ({ driver }) => {
      const found = await offersForCourier(deliveries, driver.tenant, driver.courierId);
      return { status: 200, body: { offers: found.map(availableJson) } };
    },
  }),
);

/** Merchants' operations as a courier's phone may use them: available deliveries, and its own. */
export const deviceDeliveries = deviceResource(
  { noun: 'delivery', tag: 'Deliveries', ids: 'delivery' },
  {
    available: deliveryResource.operation('available'),
    get: deliveryResource.operation('get'),
    accept: deliveryAssigning.operation('accept'),
    decline: deliveryAssigning.operation('decline'),
    set: deliveryEnding.operation('set'),
    prove: deliveryEnding.operation('prove'),
  },
  ({ deliveries, work, namesOf, proving }: DeviceRoutesDeps) => {
    const { clock, randomBytes, db } = deliveries;
    return {
      available: async ({ driver, query }) => {
        assertSelf(driver, query.courier_id);
        const { lat, lng } = query;
        const at = lat === undefined ? null : { lat: Number(lat), lng: Number(lng) };
        const of = { courierId: driver.courierId, at };
        const found = await availableDeliveries(deliveries, driver.tenant, of);
        if (found.kind === 'off_shift') throw offShift();
        return { status: 200, body: { deliveries: found.deliveries.map(availableJson) } };
      },
      get: async ({ driver, id }) => ({
        status: 200,
        body: await ownDeliveryJson(deliveries, driver, id),
      }),
      accept: async ({ driver, id, body }) => {
        assertSelf(driver, body.courier_id);
        const to = { courierId: driver.courierId, how: 'accepted' as const };
        const assigned_at = assignedAt(await assignDelivery(deliveries, driver.tenant, id, to));
        return { status: 200, body: { accepted: true, assigned_at } };
      },
      decline: async ({ driver, id, body, missing }) => {
        assertSelf(driver, body.courier_id);
        const declined = { courierId: driver.courierId, reason: body.reason ?? null };
        const { kind } = await declineDelivery(deliveries, driver.tenant, id, declined);
        if (kind === 'not_found') throw missing();
        if (kind === 'held') throw heldByCourier();
        return { status: 204 };
      },
      // Handled like the courier's other events: the table of transitions and the parcel's custody
      // decide.
      set: async ({ driver, id, body }) => {
        await ownDeliveryJson(deliveries, driver, id);
        const nowMs = clock.nowMs();
        const at = body.timestamp ?? new Date(nowMs).toISOString();
        if (Date.parse(at) > nowMs + COMMAND_AHEAD_MS_MAX) throw inFuture();
        const event = {
          id: uuidV7(nowMs, randomBytes(10)),
          type: 'status' as const,
          at,
          shipment_id: id,
          status: body.status,
          ...(body.sub_status ? { sub_status: body.sub_status } : {}),
          ...(body.note ? { note: body.note } : {}),
        };
        const accepted = await work.events.take(driver, [{ event }], null).catch((error) => {
          if (!(error instanceof StillRecording)) throw error;
          throw new Problem('overloaded', 'deliveries.scansNotRecordedYet', { retryAfterS: 5 });
        });
        const [result] = accepted.results;
        if (result?.outcome === 'refused') {
          throw refusalProblem(resultJson(result, await namesOf(driver, accepted.results)));
        }
        return { status: 200, body: await ownDeliveryJson(deliveries, driver, id) };
      },
      prove: async ({ driver, id, form }) => {
        await ownDeliveryJson(deliveries, driver, id);
        const { tenant, courierId } = driver;
        return receiveProof(proving, form, {
          tenant,
          shipmentId: id,
          clockAheadMs: 0,
          fallbackId: uuidV7(clock.nowMs(), randomBytes(10)),
          by: { givenBy: 'courier', giverId: wireId('courier', courierId) },
          permit: async (ids, heldAtMs) => {
            const atMs = Math.min(heldAtMs ?? clock.nowMs(), clock.nowMs());
            const had = await withTenant(db.app, tenant, (tx) =>
              parcelsOpenToProof(tx, tenant, courierId, ids, atMs),
            );
            if (ids.every((each) => had.has(each))) return;
            throw new Problem('conflict', 'deliveries.notYourParcelThen', {
              fix: 'deliveries.reportPickedUpFirst',
            });
          },
        });
      },
    };
  },
);

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

/**
 * Returns the JSON of the courier's own delivery. Throws the 404 for another courier's delivery:
 * for this courier it does not exist.
 */
async function ownDeliveryJson(deps: ViewDeps, { tenant, courierId }: Driver, id: string) {
  const view = await viewDelivery(deps, tenant, id);
  if (view?.row.courierId !== courierId) throw noSuchDelivery();
  return deliveryJson(view);
}

function assertSelf(driver: Driver, named: string | undefined): void {
  if (named === undefined || courierUuid(named) === driver.courierId) return;
  throw new Problem('forbidden', 'deliveries.notDeviceOwnCourier', {
    fix: 'deliveries.omitCourierId',
  });
}
