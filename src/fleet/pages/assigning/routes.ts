import { deskForm, deskPage } from '../../../http/console/kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { chosenShipments } from '../../../http/console/shipments/bulk.ts';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import { type Courier, ROUTE_PARCELS_MAX } from '../../couriers/index.ts';
import { assignDelivery, deliveriesAmong } from '../../deliveries/index.ts';
import { DELIVERIES_DESK } from '../table.ts';
import { AssignPage, isAssignable } from './page.tsx';

const COURIERS_LISTED = 500;

/** Assigns the parcels that were chosen in the list to a courier. */
export function assigningRoutes(deps: DeskDeps, parts: FleetParts): readonly Route[] {
  const read = async (call: DeskCall, bulkFields: URLSearchParams) => {
    const [shipments, couriers] = await Promise.all([
      chosenShipments(deps, call, bulkFields, ROUTE_PARCELS_MAX),
      listCouriers(parts, call.tenant),
    ]);
    return { deps, call, bulkFields, shipments, couriers, ownCarrier: parts.deliveries.ownCarrier };
  };
  return [
    deskPage(deps, DELIVERIES_DESK.readAssigning, async (call) =>
      AssignPage(await read(call, call.query)),
    ),
    deskForm(deps, DELIVERIES_DESK.assignChosenParcels, async (call) => {
      const page = await read(call, call.form);
      const courierId = uuidOfWireId('courier', call.form.get('courier') ?? '');
      const courier = page.couriers.find(({ id }) => id === courierId);
      if (courier === undefined) {
        const fault = invalidMember(
          '/courier',
          'dispatch.noSuchCourier',
          'dispatch.chooseFromList',
        );
        return { invalid: AssignPage({ ...page, fault }) };
      }
      const ids = page.shipments
        .filter((each) => isAssignable(each, page.ownCarrier))
        .map(({ id }) => id);
      const left = await assignEach(parts, call.tenant, courier.id, ids);
      const done = ids.length - left.length;
      if (done > 0) await call.note(`${wireId('courier', courier.id)} ${done}`);
      if (left.length > 0) {
        const fault = new Problem('conflict', {
          'dispatch.notAllAssigned': { done, left: left.length },
        });
        return { invalid: AssignPage({ ...page, fault, notAssigned: new Set(left) }) };
      }
      return {
        seeOther: `/console/deliveries/couriers/${wireId('courier', courier.id)}?done=parcels_assigned`,
      };
    }),
  ];
}

/** Couriers on shift come first. */
async function listCouriers({ couriers }: FleetParts, tenant: Tenant): Promise<Courier[]> {
  const everyone = { onShift: null, externalId: null };
  const all = await couriers.list(tenant, everyone, { after: null, limit: COURIERS_LISTED });
  return all.sort((a, b) => Number(b.onShift) - Number(a.onShift) || a.name.localeCompare(b.name));
}

/** Assigns parcels, with a pickup or without; returns those that could not be. */
async function assignEach(
  { work, deliveries }: FleetParts,
  tenant: Tenant,
  courierId: string,
  ids: readonly string[],
): Promise<string[]> {
  const withPickup = await deliveriesAmong(deliveries, tenant, ids);
  const withoutPickup = ids.filter((id) => !withPickup.has(id));
  const [assigned, appended] = await Promise.all([
    Promise.all(
      [...withPickup].map(async (id) => {
        const to = { courierId, how: 'dispatcher' } as const;
        return {
          id,
          isDone: (await assignDelivery(deliveries, tenant, id, to)).kind === 'assigned',
        };
      }),
    ),
    work.assign(tenant, courierId, withoutPickup),
  ]);
  const others = withoutPickup.map((id, index) => ({
    id,
    isDone: appended[index]?.kind === 'done',
  }));
  return [...assigned, ...others].flatMap(({ id, isDone }) => (isDone ? [] : [id]));
}
