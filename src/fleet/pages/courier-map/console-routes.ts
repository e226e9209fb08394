import { h } from 'preact';
import { deskPage, deskStream } from '../../../http/console/kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { whoseOf } from '../../../http/console/kit/whose.tsx';
import { watchedTenant } from '../../../http/console/shipments/live-rows.tsx';
import type { Route } from '../../../http/kit/route.ts';
import { Problem } from '../../../kernel/errors.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import { sightOf } from '../dispatch-board/console-pages.tsx';
import { readBoard } from '../dispatch-board/read-board.ts';
import { DELIVERIES_DESK } from '../table.ts';
import { type ChosenCourier, hrefOf, MapPage } from './console-page.tsx';
import { type MapCourier, type MapFilter, whoseOnMap } from './map-state.ts';
import { areaOf, hasTenantsLeft, openMapStream, reserveStreamSlot } from './map-stream.ts';
import type { StreetLines } from './street-lines.ts';

const TRAIL_MS = 12 * 3_600_000;
/** Maximum of points of a drawn trail; with more, the line would look no finer. */
const TRAIL_POINTS_MAX = 5_000;
const PAGE_MAX = 1_000;

/**
 * The live map of the couriers on shift, for operators of all merchants. Its script opens a stream,
 * and refetches the same page periodically.
 */
export function courierMapRoutes(
  deps: DeskDeps,
  parts: FleetParts,
  streets: StreetLines,
): readonly Route[] {
  return [
    deskPage(deps, DELIVERIES_DESK.readLiveMap, async (call) => {
      const all = await visibleMerchants(deps.parts.db.pipeline);
      const filter = readFilter(call, all);
      const { chosenCourier: courier, ...shown } = await readBoard(parts, call, filter);
      const query = {
        merchant: all.find(({ id }) => id === filter.merchantId)?.slug ?? '',
        facility: filter.facility ?? '',
        page: pageOf(call.query.get('page')),
      };
      return h(MapPage, {
        ...{ deps, call, streets, filter: query, ...shown },
        sight: sightOf(deps, call, 'map', (id) => hrefOf(call, query, { courier: id })),
        merchants: new Map(all.map(({ id, name }) => [id, name])),
        chosen: courier && { courier, trail: await trailOf(parts, deps.parts.clock, courier) },
      });
    }),
    deskStream(deps, DELIVERIES_DESK.watchLiveMap, async (call, maySee) => {
      const { query, visitor, response } = call;
      const tenant = whoseOf(call);
      // The session has switched since: the page belongs to another merchant.
      if (tenant !== null && query.get('whose') !== watchedTenant(tenant)) {
        response.writeHead(204, { 'cache-control': 'no-store' }).end();
        return;
      }
      const keyId = visitor.actor.id;
      const leave = reserveStreamSlot(parts.live, keyId);
      let isOpen = false;
      try {
        const filter = readFilter(call, await visibleMerchants(deps.parts.db.pipeline));
        const couriers = await whoseOnMap(parts, filter);
        if (!hasTenantsLeft(couriers.length)) throw tooManyTenants();
        // A client that disconnected during the lookup emits no further close event.
        if (response.destroyed) return;
        const area = areaOf(query.get('area'));
        openMapStream(response, parts.live, { couriers, area, keyId, leave, maySee });
        isOpen = true;
      } finally {
        if (!isOpen) leave();
      }
    }),
  ];
}

function tooManyTenants(): Problem {
  return new Problem('overloaded', 'dispatch.tooManyMerchants', {
    fix: 'dispatch.chooseMerchantOrBuilding',
  });
}

type Merchants = Awaited<ReturnType<typeof visibleMerchants>>;

function readFilter(call: DeskCall, merchants: Merchants): MapFilter {
  const { query } = call;
  const tenant = whoseOf(call);
  const merchant = query.get('merchant') ?? '';
  const facility = query.get('facility') ?? '';
  return {
    tenant,
    merchantId: merchants.find(({ slug }) => slug === merchant)?.id ?? null,
    facility: facility === '' ? null : facility,
  };
}

function pageOf(text: string | null): number {
  const page = /^\d{1,4}$/.test(text ?? '') ? Number(text) : 1;
  return Math.min(Math.max(1, page), PAGE_MAX);
}

/** The points of a courier's trail as longitude and latitude, oldest first. */
async function trailOf(
  { positions }: Pick<FleetParts, 'positions'>,
  clock: Clock,
  courier: MapCourier,
): Promise<ChosenCourier['trail']> {
  const uuid = uuidOfWireId('courier', courier.id);
  if (uuid === null) return [];
  const nowMs = clock.nowMs();
  const span = { fromMs: nowMs - TRAIL_MS, toMs: nowMs };
  const tenant = { merchantId: courier.merchant_id, mode: courier.mode };
  const { points } = await positions.trail(tenant, uuid, span);
  return points.slice(-TRAIL_POINTS_MAX).map(({ lat, lng }) => [lng, lat]);
}
