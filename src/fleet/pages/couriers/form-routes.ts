import { deskForm, deskPage } from '../../../http/console/kit/desk-route.ts';
import { timeZoneFor } from '../../../http/console/kit/spoken.tsx';
import type { DeskDeps } from '../../../http/console/kit/visit.ts';
import type { Route } from '../../../http/kit/route.ts';
import { parseBody } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { newCourierFields } from '../../api/couriers/read-courier.ts';
import { courierOrThrow, refusal } from '../../api/couriers/routes.ts';
import { newCourier } from '../../api/couriers/schema.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import type { Courier } from '../../couriers/index.ts';
import { DELIVERIES_DESK } from '../table.ts';
import { courierOf, recordAction, tenantOf } from './courier-of.ts';
import { invitationPath } from './enrolment-routes.ts';
import { CourierFormPage } from './form-page.tsx';
import { AT, pathOf } from './list-page.tsx';

const OFF = { on: false, endsAtMs: null };

/** Adds, changes and removes couriers, with the checks of the API. */
export function courierFormRoutes(deps: DeskDeps, parts: FleetParts): readonly Route[] {
  return [
    deskPage(deps, DELIVERIES_DESK.readNewCourier, async (call) => {
      const form = new URLSearchParams({ zone: timeZoneFor(call.request) });
      return CourierFormPage({ deps, call, courier: null, form, problem: null });
    }),
    deskForm(deps, DELIVERIES_DESK.addCourier, async (call) => {
      const { form, tenant } = call;
      try {
        const fields = newCourierFields(parseBody(newCourier, toApiBody(form)));
        const courier = courierOrThrow(await parts.couriers.create(tenant, fields, OFF));
        await recordAction(deps, call, courier, 'added a courier');
        return { seeOther: await invitationPath(parts, courier) };
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        return { invalid: CourierFormPage({ deps, call, courier: null, form, problem }) };
      }
    }),
    deskPage(deps, DELIVERIES_DESK.readCourierToEdit, async (call) => {
      const courier = await courierOf(parts, call);
      return CourierFormPage({ deps, call, courier, form: toForm(courier), problem: null });
    }),
    deskForm(deps, DELIVERIES_DESK.editCourier, async (call) => {
      const { form } = call;
      const courier = await courierOf(parts, call);
      try {
        const fields = newCourierFields(parseBody(newCourier, toApiBody(form)));
        courierOrThrow(await parts.couriers.change(tenantOf(courier), courier.id, fields, {}));
        await recordAction(deps, call, courier, 'changed a courier');
        return { seeOther: `${pathOf(courier)}?done=courier_saved` };
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        return { invalid: CourierFormPage({ deps, call, courier, form, problem }) };
      }
    }),
    deskForm(deps, DELIVERIES_DESK.removeCourier, async (call) => {
      const courier = await courierOf(parts, call);
      const gone = await parts.couriers.remove(tenantOf(courier), courier.id);
      if (gone.kind !== 'done') throw refusal(gone);
      await recordAction(deps, call, courier, 'removed a courier');
      return { seeOther: `${AT}?done=courier_removed` };
    }),
  ];
}

/** The fields as the API's body; empty ones are null. Pure. */
function toApiBody(form: URLSearchParams): unknown {
  const text = (name: string) => (form.get(name) ?? '').trim() || null;
  const [parcels, weight] = [text('parcels'), text('weight')?.replace(',', '.') ?? null];
  return {
    name: text('name') ?? '',
    phone: text('phone'),
    vehicle: text('vehicle'),
    capacity: {
      parcels: parcels && Number(parcels),
      weight_g: weight && Math.round(Number(weight) * 1_000),
    },
    external_id: text('number'),
    time_zone: text('zone'),
    home_facility: text('building'),
  };
}

/** The fields of a stored courier. Pure. */
function toForm(courier: Courier): URLSearchParams {
  const weightG = courier.capacityWeightG;
  return new URLSearchParams({
    id: wireId('courier', courier.id),
    name: courier.name,
    phone: courier.phone ?? '',
    vehicle: courier.vehicle,
    parcels: courier.capacityParcels?.toString() ?? '',
    weight: weightG === null ? '' : String(weightG / 1_000),
    building: courier.homeFacility ?? '',
    zone: courier.timeZone ?? '',
    number: courier.externalId ?? '',
  });
}
