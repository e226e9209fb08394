import { h } from 'preact';
import { codeImage } from '../../../http/api/shipment-code/code-image.ts';
import { consoleForm, consolePage } from '../../../http/console/operators/console-route.ts';
import type { ConsoleDeps, PageCall } from '../../../http/console/operators/visit.ts';
import { BY_ID, readPage } from '../../../http/kit/paged.ts';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import { COURIER_CHARS, type Courier } from '../../couriers/index.ts';
import type { FleetParts } from '../fleet-parts.ts';
import { CouriersPage } from './console-list-page.tsx';
import { CourierPage, EnrolmentPage } from './console-page.tsx';
import { enrolmentUrl } from './routes.ts';

const COURIERS = { name: 'ops-couriers', position: BY_ID };
const COURIERS_SHOWN = 100;

/** Couriers of all merchants for operators: devices, enrolment, and transfers of parcels. */
export function courierConsoleRoutes(deps: ConsoleDeps, parts: FleetParts): readonly Route[] {
  return [
    listPage(deps, parts),
    onePage(deps, parts),
    enrolmentForm(deps, parts),
    revokeForm(deps, parts),
    handoverForm(deps, parts),
    handInForm(deps, parts),
  ];
}

function listPage(deps: ConsoleDeps, { couriers }: FleetParts): Route {
  return consolePage(deps, '/ops/couriers', async (call) => {
    const query = { cursor: call.query.get('cursor') ?? undefined, limit: COURIERS_SHOWN };
    const page = await readPage(
      COURIERS,
      null,
      query,
      (after, limit) => couriers.listAll({ after: after?.id ?? null, limit }),
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

async function merchantNames(deps: ConsoleDeps): Promise<ReadonlyMap<string, string>> {
  const all = await visibleMerchants(deps.parts.db.pipeline);
  return new Map(all.map(({ id, slug }) => [id, slug]));
}

async function courierOf(
  { couriers }: FleetParts,
  call: Pick<PageCall, 'param'>,
): Promise<Courier> {
  const id = uuidOfWireId('courier', call.param('id'));
  const found = id === null ? null : await couriers.findAny(id);
  if (found === null) throw new Problem('not_found', 'dispatch.noSuchCourier');
  return found;
}

function tenantOf({ merchantId, mode }: Courier): Tenant {
  return { merchantId, mode };
}

function onePage(deps: ConsoleDeps, parts: FleetParts): Route {
  return consolePage(deps, '/ops/couriers/:id', async (call) => {
    const courier = await courierOf(parts, call);
    const tenant = tenantOf(courier);
    const page = { after: null, limit: COURIERS_SHOWN };
    const everybody = await parts.couriers.list(tenant, { onShift: null, externalId: null }, page);
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

function enrolmentForm(deps: ConsoleDeps, parts: FleetParts): Route {
  return consoleForm(deps, '/ops/couriers/:id/enrolment', async (call) => {
    const courier = await courierOf(parts, call);
    const offered = await parts.devices.offer(tenantOf(courier), courier.id);
    if (offered === null) throw new Problem('not_found', 'dispatch.noSuchCourier');
    noteAct(deps, call, courier, 'an operator made an enrolment code');
    const url = enrolmentUrl(deps.parts.publicUrl(), offered.bare);
    const image = codeImage(url, 'qr');
    return h(EnrolmentPage, { deps, call, courier, url, image: image ?? '', ...offered });
  });
}

function revokeForm(deps: ConsoleDeps, parts: FleetParts): Route {
  return consoleForm(deps, '/ops/couriers/:id/revoke', async (call) => {
    const courier = await courierOf(parts, call);
    const device = uuidOfWireId('device', call.form.get('device') ?? '');
    const done =
      device !== null && (await parts.devices.revoke(tenantOf(courier), courier.id, device));
    if (!done) throw new Problem('not_found', 'couriers.noSuchPhone');
    noteAct(deps, call, courier, 'an operator revoked a device');
    return { seeOther: `/ops/couriers/${wireId('courier', courier.id)}?done=device_revoked` };
  });
}

function handoverForm(deps: ConsoleDeps, parts: FleetParts): Route {
  return consoleForm(deps, '/ops/couriers/:id/handover', async (call) => {
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
    noteAct(deps, call, courier, 'an operator handed parcels over');
    return { seeOther: `/ops/couriers/${wireId('courier', courier.id)}?done=handed_over` };
  });
}

function handInForm(deps: ConsoleDeps, parts: FleetParts): Route {
  return consoleForm(deps, '/ops/couriers/:id/handin', async (call) => {
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
    noteAct(deps, call, courier, 'an operator took parcels in');
    return { seeOther: `/ops/couriers/${wireId('courier', courier.id)}?done=handed_in` };
  });
}

function noteAct(
  { parts }: ConsoleDeps,
  { visitor }: Pick<PageCall, 'visitor'>,
  { id }: Courier,
  what: string,
): void {
  parts.log.info({ courier_id: id, key_id: visitor.key.id }, what);
}
