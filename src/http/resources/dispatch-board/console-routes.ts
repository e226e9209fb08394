import {
  assignDelivery,
  type BoardDelivery,
  dispatchBoard,
  explainDelivery,
  reassignDelivery,
  tenantOfDelivery,
  unassignDelivery,
} from '../../../deliveries/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import { consoleForm, consolePage } from '../../console/console-route.ts';
import { noticeOf } from '../../console/notices.ts';
import type { ConsoleDeps, FormCall, PageCall } from '../../console/visit.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { OpsParts } from '../../operators/ops-parts.ts';
import { couriersOnMap, type MapCourier } from '../courier-map/map-state.ts';
import { explanationJson } from '../deliveries/delivery-json.ts';
import { assignedAt, inABag } from '../deliveries/outcomes.ts';
import { deliveryUuid, noSuchDelivery } from '../deliveries/read-delivery.ts';
import { BoardPage } from './console-page.tsx';
import { AT, DecidePage } from './decide-page.tsx';
import { pauseForms } from './pause-forms.ts';

/** A screen of more helps nobody: what has waited longest comes first. */
const SHOWN_MAX = 200;
const EVERYBODY = { merchantId: null, facility: null };

/** Deliveries of all merchants for dispatchers: what waits, who brings it, and why. */
export function dispatchConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { couriers: parts } = deps.parts;
  if (parts === undefined) return [];
  const onBoard = async () => {
    const { couriers } = await couriersOnMap(parts, EVERYBODY, false);
    return tenantsOn((await dispatchBoard(parts.deliveries, SHOWN_MAX)).deliveries, couriers);
  };
  return [
    boardPage(deps, parts),
    ...pauseForms(deps, parts.deliveries, onBoard),
    decidePage(deps, parts),
    assignForm(deps, parts),
  ];
}

type Parts = NonNullable<OpsParts['couriers']>;

function boardPage(deps: ConsoleDeps, parts: Parts): Route {
  return consolePage(deps, AT, async (call) => {
    const [board, { couriers }, merchants] = await Promise.all([
      dispatchBoard(parts.deliveries, SHOWN_MAX),
      couriersOnMap(parts, EVERYBODY, call.visitor.power === 'write'),
      visibleMerchants(deps.parts.db.pipeline),
    ]);
    return {
      scripted: BoardPage({
        ...{ deps, call, board, couriers, notice: noticeOf(call.query) },
        merchants: new Map(merchants.map(({ id, slug }) => [id, slug])),
        // The map's script names what was chosen so.
        chosenId: call.query.get('courier'),
        tenants: tenantsOn(board.deliveries, couriers),
      }),
    };
  });
}

/** Each once. */
function tenantsOn(
  deliveries: readonly BoardDelivery[],
  couriers: readonly MapCourier[],
): readonly Tenant[] {
  const all = [
    ...deliveries.map(({ row }): Tenant => ({ merchantId: row.merchant_id, mode: row.mode })),
    ...couriers.map(({ merchant_id: merchantId, mode }): Tenant => ({ merchantId, mode })),
  ];
  return [...new Map(all.map((each) => [`${each.merchantId} ${each.mode}`, each])).values()];
}

async function foundOf({ deliveries }: Parts, call: Pick<PageCall, 'param'>) {
  const id = deliveryUuid(call.param('id'));
  const tenant = await tenantOfDelivery(deliveries, id);
  const found = tenant === null ? null : await explainDelivery(deliveries, tenant, id);
  if (tenant === null || found === null) throw noSuchDelivery();
  return { id, tenant, found };
}

function decidePage(deps: ConsoleDeps, parts: Parts): Route {
  return consolePage(deps, `${AT}/:id`, async (call) => {
    const { tenant, found } = await foundOf(parts, call);
    const filter = { merchantId: tenant.merchantId, facility: null };
    const { couriers } = await couriersOnMap(parts, filter, call.visitor.power === 'write');
    return DecidePage({
      ...{ deps, call, view: found.view, explanation: explanationJson(found) },
      notice: noticeOf(call.query),
      couriers: couriers.filter(({ mode }) => mode === tenant.mode),
    });
  });
}

function assignForm(deps: ConsoleDeps, parts: Parts): Route {
  return consoleForm(deps, `${AT}/:id/assign`, async (call) => {
    const { id, tenant, found } = await foundOf(parts, call);
    const done = await decide(parts, call, { id, tenant, isOpen: found.view.row.state === 'open' });
    deps.parts.log.info(
      { delivery_id: wireId('delivery', id), merchant_id: tenant.merchantId, done },
      'an operator decided who brings a delivery',
    );
    return { seeOther: `${AT}/${wireId('delivery', id)}?done=${done}` };
  });
}

async function decide(
  { deliveries }: Parts,
  { form }: FormCall,
  of: {
    readonly id: string;
    readonly tenant: Parameters<typeof assignDelivery>[1];
    readonly isOpen: boolean;
  },
): Promise<'delivery_assigned' | 'delivery_offered'> {
  const { id, tenant, isOpen } = of;
  const to = form.get('courier') ?? '';
  if (to === '') {
    const from = { from: null, why: 'dispatcher' as const };
    const { kind } = await unassignDelivery(deliveries, tenant, id, from);
    if (kind === 'held') throw inABag();
    return 'delivery_offered';
  }
  const courierId = uuidOfWireId('courier', to);
  if (courierId === null) {
    throw invalidMember('/courier', 'There is no such courier.', 'Choose one of the list.');
  }
  const outcome = isOpen
    ? await assignDelivery(deliveries, tenant, id, { courierId, how: 'dispatcher' })
    : await reassignDelivery(deliveries, tenant, id, courierId);
  assignedAt(outcome);
  return 'delivery_assigned';
}
