import { h } from 'preact';
import { deskForm, deskPage } from '../../../http/console/kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { whoseOf } from '../../../http/console/kit/whose.tsx';
import { readPageById } from '../../../http/kit/paged.ts';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import { COURIER_CHARS, type Courier } from '../../couriers/index.ts';
import type { StreetLines } from '../courier-map/street-lines.ts';
import { DELIVERIES_DESK } from '../table.ts';
import { courierOf, merchantNames, recordAction, tenantOf } from './courier-of.ts';
import { CourierPage } from './courier-page.tsx';
import { enrolmentRoutes } from './enrolment-routes.ts';
import { courierFormRoutes } from './form-routes.ts';
import { CouriersPage, pathOf, TABS, type Tab } from './list-page.tsx';
import type { RefusedPlan } from './planned.tsx';
import { routeOrderForm, shownRoute } from './route-order.ts';
import { proposedShift, shiftRoutes, zoneOf } from './shift-routes.ts';

const COURIERS_SHOWN = 100;
const EVERYONE = { onShift: null, externalId: null };

/** Couriers: adding and inviting them, shifts, phones, and transfers of parcels. */
export function courierConsoleRoutes(
  deps: DeskDeps,
  fleet: FleetParts,
  streets: StreetLines,
): readonly Route[] {
  const parts = { ...fleet, streets };
  return [
    listPage(deps, parts),
    ...courierFormRoutes(deps, parts),
    deskPage(deps, DELIVERIES_DESK.readCourier, async (call) =>
      courierPage(deps, parts, call, await courierOf(parts, call)),
    ),
    ...enrolmentRoutes(deps, parts),
    ...shiftRoutes(deps, parts, (call, courier, plan) =>
      courierPage(deps, parts, call, courier, { plan }),
    ),
    routeOrderForm(deps, parts, (call, courier, order) =>
      courierPage(deps, parts, call, courier, { order }),
    ),
    revokeForm(deps, parts),
    handoverForm(deps, parts),
    handInForm(deps, parts),
  ];
}

function listPage(deps: DeskDeps, { couriers }: FleetParts): Route {
  return deskPage(deps, DELIVERIES_DESK.readCouriers, async (call) => {
    const query = { cursor: call.query.get('cursor') ?? undefined, limit: COURIERS_SHOWN };
    const whose = whoseOf(call);
    const asked = call.query.get('show') ?? '';
    const tab = Object.hasOwn(TABS, asked) ? (asked as Tab) : 'all';
    const wanted = TABS[tab];
    const page = await readPageById(
      'ops-couriers',
      whose,
      query,
      (after, limit) => {
        const place = { after, limit };
        return whose === null
          ? couriers.listAll({ ...wanted, ...place })
          : couriers.list(whose, { ...EVERYONE, ...wanted }, place);
      },
      (courier) => courier,
    );
    const onShift = page.data.filter((courier) => courier.onShift).map(({ id }) => id);
    return CouriersPage({
      ...{ deps, call, tab },
      couriers: page.data,
      silent: await couriers.silentSince(onShift),
      counts: await couriers.count(whose),
      next: await couriers.nextShifts(page.data.map(({ id }) => id)),
      merchants: await merchantNames(deps),
      nextCursor: page.next_cursor,
    });
  });
}

/** The courier's page; with the form that was just rejected, if there is one. */
async function courierPage(
  deps: DeskDeps,
  parts: FleetParts & { readonly streets: StreetLines },
  call: DeskCall,
  courier: Courier,
  rejected: { readonly plan?: RefusedPlan; readonly order?: Problem } = {},
) {
  const tenant = tenantOf(courier);
  const page = { after: null, limit: COURIERS_SHOWN };
  const nowMs = deps.parts.clock.nowMs();
  const everybody = await parts.couriers.list(tenant, EVERYONE, page);
  return h(CourierPage, {
    ...{ deps, call, courier, refusedPlan: rejected.plan ?? null, streets: parts.streets },
    route: await shownRoute(parts, courier, call, rejected.order ?? null),
    zone: zoneOf(call, courier),
    proposal: await proposedShift(deps, parts.couriers, call, { courier, date: null }),
    merchant: (await merchantNames(deps)).get(courier.merchantId) ?? 'nobody',
    devices: (await parts.devices.list(tenant, courier.id)) ?? [],
    shifts: await parts.couriers.plannedShifts(tenant, { courierId: courier.id, fromMs: nowMs }),
    refused: (await parts.work.sent(tenant, courier.id, { refusedOnly: true })) ?? [],
    colleagues: everybody.filter(({ id }) => id !== courier.id),
  });
}

function revokeForm(deps: DeskDeps, parts: FleetParts): Route {
  return deskForm(deps, DELIVERIES_DESK.revokePhoneOfCourier, async (call) => {
    const courier = await courierOf(parts, call);
    const device = uuidOfWireId('device', call.form.get('device') ?? '');
    const done =
      device !== null && (await parts.devices.revoke(tenantOf(courier), courier.id, device));
    if (!done) throw new Problem('not_found', 'couriers.noSuchPhone');
    await recordAction(deps, call, courier, 'revoked a device');
    return { seeOther: `${pathOf(courier)}?done=device_revoked` };
  });
}

function handoverForm(deps: DeskDeps, parts: FleetParts): Route {
  return deskForm(deps, DELIVERIES_DESK.handOverFromCourier, async (call) => {
    const courier = await courierOf(parts, call);
    const to = uuidOfWireId('courier', call.form.get('to') ?? '');
    const one = call.form.get('shipment');
    // An unreadable id must never select all parcels of the courier.
    if (one !== null && !isUuid(one)) {
      throw invalidMember('/shipment', 'couriers.notShipmentId', 'couriers.omitForAllParcels');
    }
    const shipmentIds = one === null ? null : [one];
    const what = { to: to ?? courier.id, shipmentIds };
    const outcome = await parts.work.handOver(tenantOf(courier), courier.id, what);
    if (outcome.kind === 'no_such_colleague') {
      throw invalidMember('/to', 'couriers.noSuchColleague', 'couriers.chooseColleague');
    }
    if (outcome.kind !== 'done') {
      throw new Problem('conflict', 'couriers.parcelNoLongerHeld');
    }
    await recordAction(deps, call, courier, 'handed parcels over');
    return { seeOther: `${pathOf(courier)}?done=handed_over` };
  });
}

function handInForm(deps: DeskDeps, parts: FleetParts): Route {
  return deskForm(deps, DELIVERIES_DESK.handInFromCourier, async (call) => {
    const courier = await courierOf(parts, call);
    const facilityCode = (call.form.get('facility') ?? '').trim();
    if (facilityCode === '' || facilityCode.length > COURIER_CHARS.facility) {
      throw invalidMember(
        '/facility',
        'couriers.invalidBuildingCode',
        'couriers.enterBuildingCode',
      );
    }
    const what = { facilityCode, shipmentIds: null };
    const outcome = await parts.work.handIn(tenantOf(courier), courier.id, what);
    if (outcome.kind !== 'done') throw new Problem('conflict', 'deliveries.courierRemoved');
    await recordAction(deps, call, courier, 'took parcels in');
    return { seeOther: `${pathOf(courier)}?done=handed_in` };
  });
}
