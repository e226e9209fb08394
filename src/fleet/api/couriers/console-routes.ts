import { h } from 'preact';
import { codeImage } from '../../../http/api/shipment-code/code-image.ts';
import { deskForm, deskPage } from '../../../http/console/kit/desk-route.ts';
import type { DeskCall, DeskDeps, DeskFormCall } from '../../../http/console/kit/visit.ts';
import { whoseOf } from '../../../http/console/kit/whose.tsx';
import { BY_ID, readPage } from '../../../http/kit/paged.ts';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import { COURIER_CHARS, type Courier } from '../../couriers/index.ts';
import { DELIVERIES_DESK } from '../../pages/table.ts';
import type { FleetParts } from '../fleet-parts.ts';
import { AT, CouriersPage } from './console-list-page.tsx';
import { CourierPage, EnrolmentPage } from './console-page.tsx';
import { enrolmentUrl } from './routes.ts';

const COURIERS = { name: 'ops-couriers', position: BY_ID };
const COURIERS_SHOWN = 100;
const EVERYONE = { onShift: null, externalId: null };

/** Couriers, for operators of all merchants: devices, enrolment, and transfers of parcels. */
export function courierConsoleRoutes(deps: DeskDeps, parts: FleetParts): readonly Route[] {
  return [
    listPage(deps, parts),
    onePage(deps, parts),
    enrolmentForm(deps, parts),
    revokeForm(deps, parts),
    handoverForm(deps, parts),
    handInForm(deps, parts),
  ];
}

function listPage(deps: DeskDeps, { couriers }: FleetParts): Route {
  return deskPage(deps, DELIVERIES_DESK.readCouriers, async (call) => {
    const query = { cursor: call.query.get('cursor') ?? undefined, limit: COURIERS_SHOWN };
    const whose = whoseOf(call);
    const page = await readPage(
      COURIERS,
      whose,
      query,
      (after, limit) => {
        const wanted = { after: after?.id ?? null, limit };
        return whose === null ? couriers.listAll(wanted) : couriers.list(whose, EVERYONE, wanted);
      },
      { position: ({ id }) => ({ id }), json: (courier) => courier },
    );
    return h(CouriersPage, {
      deps,
      call,
      couriers: page.data,
      merchants: await merchantNames(deps),
      nextCursor: page.next_cursor,
    });
  });
}

async function merchantNames(deps: DeskDeps): Promise<ReadonlyMap<string, string>> {
  const all = await visibleMerchants(deps.parts.db.pipeline);
  return new Map(all.map(({ id, slug }) => [id, slug]));
}

async function courierOf(
  { couriers }: FleetParts,
  { param, visitor, tenant }: DeskCall,
): Promise<Courier> {
  const id = uuidOfWireId('courier', param('id'));
  const found = id === null ? null : await couriers.findAny(id);
  const isTheirs = found?.merchantId === tenant.merchantId && found.mode === tenant.mode;
  if (found === null || !(isTheirs || visitor.power !== null))
    throw new Problem('not_found', 'dispatch.noSuchCourier');
  return found;
}

function tenantOf({ merchantId, mode }: Courier): Tenant {
  return { merchantId, mode };
}

function onePage(deps: DeskDeps, parts: FleetParts): Route {
  return deskPage(deps, DELIVERIES_DESK.readCourier, async (call) => {
    const courier = await courierOf(parts, call);
    const tenant = tenantOf(courier);
    const page = { after: null, limit: COURIERS_SHOWN };
    const everybody = await parts.couriers.list(tenant, EVERYONE, page);
    return h(CourierPage, {
      deps,
      call,
      courier,
      merchant: (await merchantNames(deps)).get(courier.merchantId) ?? 'nobody',
      devices: (await parts.devices.list(tenant, courier.id)) ?? [],
      stops: (await parts.work.route(tenant, courier.id))?.stops ?? [],
      refused: (await parts.work.sent(tenant, courier.id, { refusedOnly: true })) ?? [],
      colleagues: everybody.filter(({ id }) => id !== courier.id),
    });
  });
}

function enrolmentForm(deps: DeskDeps, parts: FleetParts): Route {
  return deskForm(deps, DELIVERIES_DESK.showEnrolmentOfCourier, async (call) => {
    const courier = await courierOf(parts, call);
    const offered = await parts.devices.offer(tenantOf(courier), courier.id);
    if (offered === null) throw new Problem('not_found', 'dispatch.noSuchCourier');
    await noteAct(deps, call, courier, 'made an enrolment code');
    const url = enrolmentUrl(deps.parts.publicUrl(), offered.bare);
    const image = codeImage(url, 'qr');
    return h(EnrolmentPage, { deps, call, courier, url, image: image ?? '', ...offered });
  });
}

function revokeForm(deps: DeskDeps, parts: FleetParts): Route {
  return deskForm(deps, DELIVERIES_DESK.revokePhoneOfCourier, async (call) => {
    const courier = await courierOf(parts, call);
    const device = uuidOfWireId('device', call.form.get('device') ?? '');
    const done =
      device !== null && (await parts.devices.revoke(tenantOf(courier), courier.id, device));
    if (!done) throw new Problem('not_found', 'couriers.noSuchPhone');
    await noteAct(deps, call, courier, 'revoked a device');
    return { seeOther: `${AT}/${wireId('courier', courier.id)}?done=device_revoked` };
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
    await noteAct(deps, call, courier, 'handed parcels over');
    return { seeOther: `${AT}/${wireId('courier', courier.id)}?done=handed_over` };
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
    await noteAct(deps, call, courier, 'took parcels in');
    return { seeOther: `${AT}/${wireId('courier', courier.id)}?done=handed_in` };
  });
}

async function noteAct(
  { parts }: DeskDeps,
  { visitor, note }: DeskFormCall,
  { id }: Courier,
  what: string,
): Promise<void> {
  parts.log.info({ courier_id: id, actor_id: visitor.actor.id }, what);
  await note(wireId('courier', id));
}
