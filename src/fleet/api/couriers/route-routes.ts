import { type MerchantApi, merchantRoute } from '../../../http/kit/merchant-route.ts';
import type { BodyOf } from '../../../http/kit/operation.ts';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import { FALLBACK } from '../../../platform/messages/languages.ts';
import { iso } from '../../../tracking/index.ts';
import type { SentEvent, Work } from '../../couriers/index.ts';
import { routeJson } from '../driver/route-json.ts';
import {
  getCourierRouteOperation,
  handOverOperation,
  listSentEventsOperation,
  putCourierRouteOperation,
} from './route-operations.ts';
import { courierUuid, noSuchCourier } from './routes.ts';

export interface CourierRouteDeps {
  readonly work: Work;
  readonly clock: Clock;
}

/** A courier's route: the merchant plans it and reads it. */
export function courierRouteRoutes(
  api: MerchantApi,
  { work, clock }: CourierRouteDeps,
): readonly Route[] {
  const shown: Parameters<typeof merchantRoute<typeof getCourierRouteOperation>>[2] = async ({
    tenant,
    param,
  }) => {
    const route = await work.route(tenant, courierUuid(param('id')));
    if (route === null) throw noSuchCourier();
    return { status: 200, body: routeJson(route, clock.nowMs(), FALLBACK) };
  };
  return [
    merchantRoute(api, getCourierRouteOperation, shown),
    merchantRoute(api, putCourierRouteOperation, async ({ tenant, param, body }) => {
      const id = courierUuid(param('id'));
      const outcome = await work.writeRoute(tenant, id, entriesOf(body));
      if (outcome.kind === 'not_found') throw noSuchCourier();
      if (outcome.kind === 'invalid') throw notForRoute(outcome.index, outcome.why);
      if (outcome.kind === 'held') throw held(outcome.shipmentIds);
      const route = await work.route(tenant, id);
      if (route === null) throw noSuchCourier();
      return { status: 200, body: routeJson(route, clock.nowMs(), FALLBACK) };
    }),
    merchantRoute(api, handOverOperation, async ({ tenant, param, body }) => {
      const from = courierUuid(param('id'));
      const { courier_id: colleague, facility_code: facilityCode } = body;
      const shipmentIds = body.shipment_ids?.map((id) => id.toLowerCase()) ?? null;
      const outcome =
        facilityCode === undefined
          ? await work.handOver(tenant, from, {
              to: uuidOfWireId('courier', colleague ?? '') ?? '',
              shipmentIds,
            })
          : await work.handIn(tenant, from, { facilityCode, shipmentIds }).catch(notStored);
      if (outcome.kind === 'not_found') throw noSuchCourier();
      if (outcome.kind === 'no_such_colleague') {
        throw invalidMember(
          '/courier_id',
          'There is no such other courier.',
          'Send the id of a colleague.',
        );
      }
      if (outcome.kind === 'not_there') {
        const { shipmentIds: missing } = outcome;
        throw new Problem(
          'conflict',
          'The courier neither has these parcels nor is to take them.',
          {
            fix: 'Read the route again (GET /v1/couriers/{id}/route).',
            extra: { shipment_ids: missing },
          },
        );
      }
      return { status: 200, body: { moved: outcome.moved } };
    }),
    merchantRoute(api, listSentEventsOperation, async ({ tenant, param, query }) => {
      const refusedOnly = query.outcome === 'refused';
      const sent = await work.sent(tenant, courierUuid(param('id')), { refusedOnly });
      if (sent === null) throw noSuchCourier();
      return { status: 200, body: { data: sent.map(sentJson), next_cursor: null } };
    }),
  ];
}

function notStored(): never {
  throw new Problem('overloaded', 'The scans at the building could not be stored.', {
    retryAfterS: RETRY_AFTER_S,
  });
}

const RETRY_AFTER_S = 5;

function entriesOf(body: BodyOf<typeof putCourierRouteOperation>) {
  return body.parcels.map(({ shipment_id: shipmentId, window, notes, locked }) => ({
    shipmentId: shipmentId.toLowerCase(),
    window: window ? { fromMs: Date.parse(window.from), toMs: Date.parse(window.to) } : null,
    notes: notes ?? null,
    locked: locked ?? false,
  }));
}

function notForRoute(index: number, why: 'unknown' | 'twice' | 'ended'): Problem {
  const pointer = `/parcels/${index}/shipment_id`;
  switch (why) {
    case 'unknown':
      return invalidMember(
        pointer,
        'There is no such parcel of own couriers under this key.',
        'Send the id of a parcel that your own couriers bring.',
      );
    case 'twice':
      return invalidMember(pointer, 'It is on the list already.', 'Send it once.');
    case 'ended':
      return invalidMember(
        pointer,
        'The parcel was delivered, returned or cancelled.',
        'Leave it out.',
      );
  }
}

function held(shipmentIds: readonly string[]): Problem {
  return new Problem('conflict', 'Another courier has some of these parcels.', {
    fix: 'Hand them over first (POST /v1/couriers/{id}/handover), or leave them out.',
    extra: { shipment_ids: shipmentIds },
  });
}

function sentJson(event: SentEvent) {
  const { refusal } = event;
  return {
    id: event.id,
    device_id: wireId('device', event.deviceId),
    type: event.type,
    at: iso(event.atMs),
    received_at: iso(event.receivedAtMs),
    shipment_id: event.shipmentId,
    tracking_number: event.trackingNumber,
    code: event.code,
    outcome: refusal === null ? 'accepted' : 'refused',
    refused_as: refusal?.code ?? null,
    sent: event.sent,
  };
}
