import type { z } from 'zod';
import type { Answer } from '../../../http/kit/answer.ts';
import { type MerchantApi, merchantRoute } from '../../../http/kit/merchant-route.ts';
import { BY_ID, readPage } from '../../../http/kit/paged.ts';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Coordinates } from '../../../kernel/places/great-circle.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/index.ts';
import type { Courier, CourierOutcome, Couriers, Devices } from '../../couriers/index.ts';
import type { Positions } from '../../positions/index.ts';
import { placeJson } from '../positions/place-json.ts';
import { courierJson, deviceJson } from './courier-json.ts';
import { type courierFilter, placeOfText } from './list-schema.ts';
import { nearCouriers } from './near-couriers.ts';
import {
  createCourierOperation,
  deleteCourierOperation,
  enrolCourierOperation,
  getCourierOperation,
  listCouriersOperation,
  listDevicesOperation,
  patchCourierOperation,
  revokeDeviceOperation,
  revokeDevicesOperation,
} from './operations.ts';
import { courierFields, newCourierFields, shiftChange } from './read-courier.ts';

const COURIERS = { name: 'couriers', position: BY_ID };

export interface CourierRoutesDeps {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly positions: Pick<Positions, 'places'>;
  readonly publicUrl: () => string;
}

/** A merchant's couriers and their phones; each call is limited to the key's merchant and mode. */
export function courierRoutes(
  api: MerchantApi,
  { couriers, positions, devices, publicUrl }: CourierRoutesDeps,
): readonly Route[] {
  async function near(
    tenant: Tenant,
    centre: Coordinates,
    query: z.output<typeof courierFilter>,
  ): Promise<Answer> {
    assertNearAlone(query);
    const within = { radiusM: query.radius_m, limit: query.limit };
    const found = await nearCouriers({ couriers, positions }, tenant, centre, within);
    const data = found.map(({ courier, place }) => ({
      ...courierJson(courier),
      position: placeJson(place, courier.device),
      distance_m: Math.round(place.distanceM),
    }));
    return { status: 200, body: { data, next_cursor: null } };
  }

  return [
    merchantRoute(api, createCourierOperation, async ({ tenant, body }) => {
      const made = await couriers.create(tenant, newCourierFields(body), {
        ...{ on: false, endsAtMs: null },
        ...shiftChange(body),
      });
      return { status: 201, body: courierJson(done(made)) };
    }),
    merchantRoute(api, listCouriersOperation, async ({ tenant, query }) => {
      const centre = query.near === undefined ? null : placeOfText(query.near);
      if (centre !== null) return near(tenant, centre, query);
      const onShift = query.shift === undefined ? null : query.shift === 'on';
      const filter = { onShift, externalId: query.external_id ?? null };
      const body = await readPage(
        COURIERS,
        tenant,
        query,
        (after, limit) => couriers.list(tenant, filter, { after: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: courierJson },
      );
      return { status: 200, body };
    }),
    merchantRoute(api, getCourierOperation, async ({ tenant, param }) => {
      const found = await couriers.find(tenant, courierUuid(param('id')));
      if (found === null) throw noSuchCourier();
      return { status: 200, body: courierJson(found) };
    }),
    merchantRoute(api, patchCourierOperation, async ({ tenant, param, body }) => {
      const id = courierUuid(param('id'));
      const changed = await couriers.change(tenant, id, courierFields(body), shiftChange(body));
      return { status: 200, body: courierJson(done(changed)) };
    }),
    merchantRoute(api, deleteCourierOperation, async ({ tenant, param }) => {
      const gone = await couriers.remove(tenant, courierUuid(param('id')));
      if (gone.kind === 'done') return { status: 204 };
      throw refusal(gone);
    }),
    merchantRoute(api, enrolCourierOperation, async ({ tenant, param }) => {
      const offered = await devices.offer(tenant, courierUuid(param('id')));
      if (offered === null) throw noSuchCourier();
      const url = enrolmentUrl(publicUrl(), offered.bare);
      const expires_at = iso(offered.expiresAtMs);
      return { status: 201, body: { code: offered.code, url, expires_at } };
    }),
    merchantRoute(api, listDevicesOperation, async ({ tenant, param }) => {
      const all = await devices.list(tenant, courierUuid(param('id')));
      if (all === null) throw noSuchCourier();
      return { status: 200, body: { data: all.map(deviceJson), next_cursor: null } };
    }),
    merchantRoute(api, revokeDeviceOperation, async ({ tenant, param }) => {
      const deviceId = uuidOfWireId('device', param('device_id'));
      const courierId = courierUuid(param('id'));
      if (deviceId !== null && (await devices.revoke(tenant, courierId, deviceId))) {
        return { status: 204 };
      }
      throw new Problem('not_found', 'This courier has no such device.');
    }),
    merchantRoute(api, revokeDevicesOperation, async ({ tenant, param }) => {
      const courierId = courierUuid(param('id'));
      if ((await couriers.find(tenant, courierId)) === null) throw noSuchCourier();
      await devices.revoke(tenant, courierId, null);
      return { status: 204 };
    }),
  ];
}

/** `near` cannot be combined with other filters. */
function assertNearAlone(query: z.output<typeof courierFilter>): void {
  const { cursor, shift, external_id } = query;
  const others = { cursor, external_id, shift: shift === 'on' ? undefined : shift };
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue;
    throw invalidMember(
      `?${name}`,
      'It does not go with `near`, which answers with couriers on shift alone.',
      `Leave out ${name} or near.`,
    );
  }
}

/** Throws the same 404 for an invalid id as for an unknown one. */
export function courierUuid(text: string): string {
  const uuid = uuidOfWireId('courier', text);
  if (uuid === null) throw noSuchCourier();
  return uuid;
}

export function noSuchCourier(): Problem {
  return new Problem('not_found', 'There is no such courier under this key.');
}

/** The content of a QR code. The code is in the fragment, so no server, log or referrer sees it. */
export function enrolmentUrl(publicUrl: string, code: string): string {
  return `${publicUrl}/driver#enrol=${code}`;
}

export function done(outcome: CourierOutcome): Courier {
  if (outcome.kind === 'done') return outcome.courier;
  throw refusal(outcome);
}

function refusal(outcome: Exclude<CourierOutcome, { kind: 'done' }>): Problem {
  switch (outcome.kind) {
    case 'not_found':
      return noSuchCourier();
    case 'external_id_taken':
      return new Problem('conflict', 'Another courier of yours has this external_id.', {
        fix: 'Send another external_id, or change the courier that has it: GET /v1/couriers?external_id= finds it.',
      });
    case 'shift_ends_in_past':
      return invalidMember(
        '/shift_ends_at',
        'It is in the past.',
        'Send when the shift will end, or null.',
      );
    case 'has_parcels':
      return new Problem('conflict', `The courier still has ${outcome.holds} parcels.`, {
        fix: 'Hand them over to a colleague (POST /v1/couriers/{id}/handover), or scan them in at a building.',
        extra: { holds: outcome.holds },
      });
  }
}
