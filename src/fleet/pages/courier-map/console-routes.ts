import { h } from 'preact';
import { consolePage, consoleStream } from '../../../http/console/operators/console-route.ts';
import type { ConsoleDeps } from '../../../http/console/operators/visit.ts';
import type { Route } from '../../../http/kit/route.ts';
import { Problem } from '../../../kernel/errors.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import { AT, type ChosenCourier, LIVE_AT, MapPage } from './console-page.tsx';
import { couriersOnMap, type MapFilter, whoseOnMap } from './map-state.ts';
import { areaOf, hasTenantsLeft, openMapStream, takeMapPlace } from './map-stream.ts';

const TRAIL_MS = 12 * 3_600_000;
/** Maximum of points of a drawn trail; with more, the line would look no finer. */
const TRAIL_POINTS_MAX = 5_000;
const PAGE_MAX = 1_000;

/**
 * The live map of all couriers on shift, for operators. Its script opens a stream, and refetches
 * the same page periodically.
 */
export function courierMapConsoleRoutes(deps: ConsoleDeps, parts: FleetParts): readonly Route[] {
  return [
    consolePage(deps, AT, async (call) => {
      const all = await visibleMerchants(deps.parts.db.pipeline);
      const merchants = new Map(all.map(({ id, slug }) => [id, slug]));
      const filter = filterOf(call.query, all);
      const isShown = call.visitor.power === 'write';
      const state = await couriersOnMap(parts, filter, isShown);
      const page = h(MapPage, {
        deps,
        call,
        merchants,
        ...state,
        chosen: await chosenCourier(
          parts,
          deps.parts.clock,
          call.query.get('courier'),
          state.couriers,
        ),
        filter: {
          merchant: merchants.get(filter.merchantId ?? '') ?? '',
          facility: filter.facility ?? '',
          page: pageOf(call.query.get('page')),
        },
      });
      return page;
    }),
    consoleStream(deps, LIVE_AT, async ({ query, visitor }, response, maySee) => {
      const keyId = visitor.key.id;
      const leave = takeMapPlace(parts.live, keyId);
      let isOpen = false;
      try {
        const filter = filterOf(query, await visibleMerchants(deps.parts.db.pipeline));
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

function filterOf(query: URLSearchParams, merchants: Merchants): MapFilter {
  const merchant = query.get('merchant') ?? '';
  const facility = query.get('facility') ?? '';
  return {
    tenant: null,
    merchantId: merchants.find(({ slug }) => slug === merchant)?.id ?? null,
    facility: facility === '' ? null : facility,
  };
}

function pageOf(text: string | null): number {
  const page = /^\d{1,4}$/.test(text ?? '') ? Number(text) : 1;
  return Math.min(Math.max(1, page), PAGE_MAX);
}

/**
 * Reads the details of the selected courier, who must be on the page: merchant and mode come from
 * that row. Null: nobody is selected.
 */
async function chosenCourier(
  parts: Pick<FleetParts, 'positions'>,
  clock: Clock,
  id: string | null,
  shown: Awaited<ReturnType<typeof couriersOnMap>>['couriers'],
): Promise<ChosenCourier | null> {
  const courier = shown.find((each) => each.id === id);
  const uuid = courier === undefined ? null : uuidOfWireId('courier', courier.id);
  if (courier === undefined || uuid === null) return null;
  const tenant = { merchantId: courier.merchant_id, mode: courier.mode };
  const nowMs = clock.nowMs();
  const span = { fromMs: nowMs - TRAIL_MS, toMs: nowMs };
  const { points } = await parts.positions.trail(tenant, uuid, span);
  const line = points
    .slice(-TRAIL_POINTS_MAX)
    .map(({ lat, lng }): readonly [number, number] => [lng, lat]);
  return { id: courier.id, trail: line };
}
