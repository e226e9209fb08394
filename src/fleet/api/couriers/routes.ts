import type { z } from 'zod';
import type { Answer } from '../../../http/kit/answer.ts';
import { readPageById } from '../../../http/kit/paged.ts';
import { resource } from '../../../http/kit/resource.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Coordinates } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Courier, CourierOutcome, Couriers, Devices } from '../../couriers/index.ts';
import type { Positions } from '../../positions/index.ts';
import { placeJson } from '../positions/place-json.ts';
import { courierJson, deviceJson } from './courier-json.ts';
import { courierFilter, courierPage, placeOfText } from './list-schema.ts';
import { nearCouriers } from './near-couriers.ts';
import { courierFields, newCourierFields, shiftChange, workChange } from './read-courier.ts';
import { courier, courierChange, deviceList, enrolment, newCourier } from './schema.ts';

interface CourierRoutesDeps {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly positions: Pick<Positions, 'places'>;
  readonly publicUrl: () => string;
}

const _params = { id: 'The courier.' };

/** A merchant's couriers and their phones; each call is limited to the key's merchant and mode. */
export const couriers = resource(
  { noun: 'courier', tag: 'Couriers', ids: 'courier' },
  {
    create: {
      id: 'createCourier',
      method: 'POST',
      path: '/couriers',
      summary: 'Add a courier',
      description: 'Name, phone and your own number are stored encrypted.',
      scope: 'couriers:write',
      body: newCourier,
      answers: { 201: { description: 'Added.', schema: courier } },
      example: {
        name: 'Ada Example',
        phone: '+4915112345678',
        vehicle: 'van',
        external_id: 'E-77',
      },
    },
    list: {
      id: 'listCouriers',
      method: 'GET',
      path: '/couriers',
      summary: 'List couriers, all or near a place',
      description:
        'With `near`, couriers who are on shift and whose position is known, the nearest first, with `position` and `distance_m`. It goes neither with `cursor` nor with other filters.',
      scope: 'couriers:read',
      query: courierFilter,
      answers: { 200: { description: 'A page, oldest first.', schema: courierPage } },
    },
    get: {
      id: 'getCourier',
      method: 'GET',
      path: '/couriers/:id',
      summary: 'Get a courier',
      scope: 'couriers:read',
      answers: { 200: { description: 'The courier.', schema: courier } },
    },
    update: {
      id: 'updateCourier',
      method: 'PATCH',
      path: '/couriers/:id',
      summary: 'Update a courier, or start, pause or end a shift',
      scope: 'couriers:write',
      body: courierChange,
      answers: { 200: { description: 'As it is now.', schema: courier } },
      example: { shift: 'on', shift_ends_at: '2026-03-10T18:00:00+01:00' },
    },
    remove: {
      id: 'deleteCourier',
      method: 'DELETE',
      path: '/couriers/:id',
      summary: 'Remove a courier',
      description:
        'Erases the courier with phones, route and messages. Refused while the courier has parcels: hand them over first.',
      scope: 'couriers:write',
      answers: { 204: { description: 'Removed.' } },
    },
    enrol: {
      id: 'createCourierEnrolment',
      method: 'POST',
      path: '/couriers/:id/enrolments',
      summary: 'Create a code to enrol a phone',
      description:
        'Works once, for 15 minutes, in place of earlier codes of this courier. The console shows it as a QR code.',
      scope: 'couriers:write',
      answers: { 201: { description: 'The code. It is shown only this once.', schema: enrolment } },
    },
    devices: {
      id: 'listCourierDevices',
      method: 'GET',
      path: '/couriers/:id/devices',
      summary: "List a courier's phones",
      scope: 'couriers:read',
      answers: { 200: { description: 'The last hundred, newest last.', schema: deviceList } },
    },
    revoke: {
      id: 'revokeCourierDevice',
      method: 'DELETE',
      path: '/couriers/:id/devices/:device_id',
      summary: 'Revoke a phone',
      description:
        'Its key no longer works. What the phone has not sent yet stays on it, and can be sent after the phone has been enrolled again for the same courier.',
      scope: 'couriers:write',
      params: { device_id: 'The phone.' },
      answers: { 204: { description: 'Revoked.' } },
    },
    revokeAll: {
      id: 'revokeCourierDevices',
      method: 'DELETE',
      path: '/couriers/:id/devices',
      summary: 'Revoke the phone in use',
      scope: 'couriers:write',
      answers: { 204: { description: 'Revoked, or there was none.' } },
    },
  },
  ({ couriers, positions, devices, publicUrl }: CourierRoutesDeps) => {
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
    return {
      create: async ({ tenant, body }) => {
        const made = await couriers.create(tenant, newCourierFields(body), {
          on: false,
          endsAtMs: null,
          ...shiftChange(body),
        });
        return { status: 201, body: courierJson(courierOrThrow(made)) };
      },
      list: async ({ tenant, query }) => {
        const centre = query.near === undefined ? null : placeOfText(query.near);
        if (centre !== null) return near(tenant, centre, query);
        const onShift = query.shift === undefined ? null : query.shift === 'on';
        const filter = { onShift, externalId: query.external_id ?? null };
        const body = await readPageById(
          'couriers',
          tenant,
          query,
          (after, limit) => couriers.list(tenant, filter, { after, limit }),
          courierJson,
        );
        return { status: 200, body };
      },
      get: async ({ tenant, id, missing }) => {
        const found = await couriers.find(tenant, id);
        if (found === null) throw missing();
        return { status: 200, body: courierJson(found) };
      },
      update: async ({ tenant, body, id }) => {
        const changed = await couriers.change(tenant, id, courierFields(body), workChange(body));
        return { status: 200, body: courierJson(courierOrThrow(changed)) };
      },
      remove: async ({ tenant, id }) => {
        const gone = await couriers.remove(tenant, id);
        if (gone.kind === 'done') return { status: 204 };
        throw refusal(gone);
      },
      enrol: async ({ tenant, id, found }) => {
        const offered = found(await devices.createEnrolment(tenant, id));
        const url = enrolmentUrl(publicUrl(), offered.bare);
        const expires_at = iso(offered.expiresAtMs);
        return { status: 201, body: { code: offered.code, url, expires_at } };
      },
      devices: async ({ tenant, id, found }) => {
        const all = found(await devices.list(tenant, id));
        return { status: 200, body: { data: all.map(deviceJson), next_cursor: null } };
      },
      revoke: async ({ tenant, param, id }) => {
        const deviceId = uuidOfWireId('device', param('device_id'));
        const courierId = id;
        if (deviceId !== null && (await devices.revoke(tenant, courierId, deviceId))) {
          return { status: 204 };
        }
        throw new Problem('not_found', 'couriers.noSuchDevice');
      },
      revokeAll: async ({ tenant, id, missing }) => {
        const courierId = id;
        if ((await couriers.find(tenant, courierId)) === null) throw missing();
        await devices.revoke(tenant, courierId, null);
        return { status: 204 };
      },
    };
  },
);

/** `near` cannot be combined with other filters. */
function assertNearAlone(query: z.output<typeof courierFilter>): void {
  const { cursor, shift, external_id } = query;
  const others = { cursor, external_id, shift: shift === 'on' ? undefined : shift };
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue;
    throw invalidMember(`?${name}`, 'couriers.notCombinableWithNear', {
      'couriers.omitNearOrOther': { name },
    });
  }
}

/** Throws the same 404 for an invalid id as for an unknown one. */
export function courierUuid(text: string): string {
  const uuid = uuidOfWireId('courier', text);
  if (uuid === null) throw noSuchCourier();
  return uuid;
}

export function noSuchCourier(): Problem {
  return new Problem('not_found', 'positions.courierNotUnderKey');
}

/** The content of a QR code. The code is in the fragment, so no server, log or referrer sees it. */
export function enrolmentUrl(publicUrl: string, code: string): string {
  return `${publicUrl}/driver#enrol=${code}`;
}

export function courierOrThrow(outcome: CourierOutcome): Courier {
  if (outcome.kind === 'done') return outcome.courier;
  throw refusal(outcome);
}

/** The error of a change that was refused. */
export function refusal(outcome: Exclude<CourierOutcome, { kind: 'done' }>): Problem {
  switch (outcome.kind) {
    case 'not_found':
      return noSuchCourier();
    case 'external_id_taken':
      return new Problem('conflict', 'couriers.externalIdInUse', {
        fix: 'couriers.useAnotherExternalId',
      });
    case 'shift_ends_in_past':
      return invalidMember('/shift_ends_at', 'couriers.inPast', 'couriers.sendShiftEnd');
    case 'pause_ends_in_past':
      return invalidMember('/pause_ends_at', 'couriers.inPast', 'couriers.sendPauseEnd');
    case 'off_shift':
      return new Problem('conflict', 'couriers.offShift', { fix: 'couriers.startShiftFirst' });
    case 'has_parcels':
      return new Problem(
        'conflict',
        { 'couriers.courierHoldsParcels': { holds: outcome.holds } },
        {
          fix: 'couriers.handOverOrScan',
          extra: { holds: outcome.holds },
        },
      );
  }
}
