import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  confirmSameParcel,
  type Shop,
  type ShopPlatform,
  type Shops,
} from '../../../shops/index.ts';
import { newShop, shopChange } from '../../api/shops/schema.ts';
import { addShop, changeShop } from '../../api/shops/store-shop.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { FormFault } from '../kit/faults.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { credentialsFrom, settingsFrom, shopFields, shopFrom } from './connect-form.tsx';
import { ShopsPage } from './list-page.tsx';
import { AT } from './pieces.tsx';
import { FILTERS, ShopPage } from './shop-page.tsx';

const ORDERS_SHOWN = 20;
const WRITES_SHOWN = 20;

/** A merchant's shops: connecting them, how they fare, and what goes back and forth. */
export function shopRoutes(deps: DeskDeps): readonly Route[] {
  const { shops } = deps;
  if (shops === undefined) return [];
  return [
    deskPage(deps, 'readDeskShops', (call) => listPage(deps, shops, call)),
    deskForm(deps, 'createDeskShop', (call) =>
      orRejected(
        async () => {
          const platform = chosenIn(shops, call.form);
          if (platform === null) throw new Problem('invalid', 'shops.noSuchPlatform');
          const body = parseBody(newShop, shopFrom(call.form, platform));
          const made = await addShop({ shops, clock: deps.parts.clock }, call.tenant, body);
          const { id, state } = made.shop;
          await call.note(id);
          if (platform.api?.canRead !== true) {
            const secret = made.webhookSecret;
            return shopPage(deps, shops, { call, id }, secret === null ? {} : { secret });
          }
          return { seeOther: `${AT}/${id}${state === 'connected' ? '?done=connected' : ''}` };
        },
        async (fault) => ({ invalid: await listPage(deps, shops, call, fault) }),
      ),
    ),
    deskPage(deps, 'readDeskShop', (call) => shopPage(deps, shops, { call, id: idOf(call) })),
    deskForm(deps, 'changeDeskShop', (call) => actOn(deps, shops, call, idOf(call))),
  ];
}

function idOf(call: DeskCall): string {
  const id = call.param('id');
  if (isUuid(id)) return id.toLowerCase();
  throw noSuchShop();
}

function noSuchShop(): Problem {
  return new Problem('not_found', 'shops.noSuchShop');
}

function chosenIn({ platforms }: Shops, values: URLSearchParams) {
  return platforms.get(values.get('platform') ?? '') ?? null;
}

/** Acts; what the API would reject is shown in the form. */
async function orRejected<Answer, Rejected>(
  act: () => Promise<Answer>,
  rejected: (problem: Problem) => Promise<Rejected>,
): Promise<Answer | Rejected> {
  try {
    return await act();
  } catch (error) {
    const isOfForm = error instanceof Problem && ['invalid', 'conflict'].includes(error.code);
    if (!isOfForm) throw error;
    return rejected(error);
  }
}

async function listPage(
  deps: DeskDeps,
  shops: Shops,
  call: DeskCall | DeskFormCall,
  problem?: Problem,
) {
  const chosen = chosenIn(shops, 'form' in call ? call.form : call.query);
  return ShopsPage({
    deps,
    call,
    shops: await shops.list(call.tenant),
    platforms: [...shops.platforms.values()],
    chosen,
    sandboxUrl: call.tenant.mode === 'test' && chosen ? shops.sandboxUrl(chosen.id) : null,
    refused: faultOf(call, chosen, problem),
  });
}

function faultOf(
  call: DeskCall,
  platform: ReturnType<typeof chosenIn>,
  problem: Problem | undefined,
): FormFault | null {
  if (problem === undefined || platform === null) return null;
  return { problem, fields: shopFields(messagesFor(call).desk.shops, platform) };
}

interface OneShop {
  readonly call: DeskCall | DeskFormCall;
  readonly id: string;
}

async function shopPage(
  deps: DeskDeps,
  shops: Shops,
  { call, id }: OneShop,
  { secret, problem }: { readonly secret?: string; readonly problem?: Problem } = {},
) {
  const { tenant, query } = call;
  const shop = await shops.find(tenant, id);
  const platform = shops.platforms.get(shop?.platform ?? '');
  if (shop === null || platform === undefined) throw noSuchShop();
  const filter = FILTERS.find((each) => each === query.get('show')) ?? 'all';
  const refused = faultOf(call, platform, problem);
  const newest = { before: null, limit: WRITES_SHOWN };
  return ShopPage({
    deps,
    call,
    shop,
    platform,
    filter,
    counts: await shops.counts(tenant, id),
    ...(await shops.leftOut(tenant, id)),
    orders: await shops.orders(tenant, id, filter, ORDERS_SHOWN),
    writes: await shops.writes(tenant, { shopId: id, shipmentId: null }, newest),
    permissionUrl: await shops.permissionUrl(tenant, id),
    webhookUrl: shops.webhookUrl(shop),
    isPolled: shops.isPolled(shop),
    files: await orderFilesOf(deps, call, shop, platform),
    ...(secret !== undefined && { secret }),
    ...(refused !== null && { refused }),
  });
}

/** Where the shop's files of orders are dropped, and the newest one; null: it takes none. */
async function orderFilesOf(
  { parts: { drops } }: DeskDeps,
  { tenant, may }: DeskCall,
  { id, settings }: Shop,
  { ordersFileColumns }: ShopPlatform,
) {
  if (ordersFileColumns === undefined) return null;
  const under = `shops/${id}/`;
  const [latest = null] = await drops.list(tenant, { state: null, under, before: null, limit: 1 });
  const places = (await drops.foldersOf(tenant)).map(({ place, folder }) => ({
    folder: `${folder}${under}`,
    // Where it is on the machine concerns its operators only.
    place: may('hub:see') ? place : null,
  }));
  return { places, latest, columns: ordersFileColumns(settings) };
}

/** Applies a form's action to a shop: `do` names it. */
async function actOn(deps: DeskDeps, shops: Shops, call: DeskFormCall, id: string) {
  const { tenant, form } = call;
  const shop = await shops.find(tenant, id);
  const platform = shops.platforms.get(shop?.platform ?? '');
  if (shop === null || platform === undefined) throw noSuchShop();
  const doing = form.get('do') ?? '';
  const done = (name: string) => ({ seeOther: `${AT}/${id}?done=${name}` });
  const change = async (body: object, name: string) => {
    await changeShop(shops, tenant, id, parseBody(shopChange, body));
    return done(name);
  };
  const act = async () => {
    switch (doing) {
      case 'remove':
        await shops.remove(tenant, id);
        return { seeOther: `${AT}?done=removed` };
      case 'pause':
        return change({ status: 'paused' }, 'paused');
      case 'resume':
        return change({ status: 'connected' }, 'resumed');
      case 'settings':
        return change({ settings: settingsFrom(form, platform) }, 'saved');
      case 'credentials':
        return change({ credentials: credentialsFrom(form) ?? {} }, 'connected');
      case 'permission':
        await shops.askPermission(tenant, id);
        return { seeOther: `${AT}/${id}` };
      case 'same_parcel':
        await confirmSameParcel(deps.parts.tracking, shop, form.get('order') ?? '');
        return done('shared');
      case 'secret': {
        const secret = await shops.renewSecret(tenant, id);
        return shopPage(deps, shops, { call, id }, secret === null ? {} : { secret });
      }
      default:
        throw new Problem('bad_request', 'desk.confirmAction');
    }
  };
  const answer = await orRejected(act, async (problem) => ({
    invalid: await shopPage(deps, shops, { call, id }, { problem }),
  }));
  if (!('invalid' in answer)) await call.note(`${doing} ${id}`);
  return answer;
}
