import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  createEndpoint,
  DELIVERY_STATES,
  type Delivery,
  ENDPOINTS_MAX,
  type Endpoint,
  endpointHealth,
  findDelivery,
  findEndpoint,
  listDeliveries,
  listEndpoints,
  replayDelivery,
} from '../../../reactions/merchant-webhooks/index.ts';
import { DELIVERIES } from '../../api/webhook-endpoints/delivery-routes.ts';
import { readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { otherMode } from '../setup/steps.ts';
import { actOn } from './acts.ts';
import { DeliveryPage } from './delivery-page.tsx';
import { choosableTypes, type Fault, readEndpoint, saidIn } from './endpoint-form.ts';
import { EndpointPage, type EndpointShown } from './endpoint-page.tsx';
import { type Listed, WebhooksPage } from './list-page.tsx';

const DELIVERIES_SHOWN = 50;

/** Webhook endpoints of the merchant's systems, their deliveries, and resending them. */
export function webhookRoutes(deps: DeskDeps): readonly Route[] {
  const { webhooks } = deps.parts;
  return [
    deskPage(deps, 'readDeskWebhooks', (call) => list(deps, call)),
    deskForm(deps, 'createDeskWebhook', async (call) => {
      const said = saidIn(call.form);
      const unfit = async (fault: Fault) => ({ unfit: await list(deps, call, { fault, said }) });
      const read = await readEndpoint(deps, call, said);
      if ('fault' in read) return unfit(read.fault);
      if (await isThere(deps, call, read.form)) {
        return unfit({ field: 'url', why: messagesFor(call).desk.webhooks.there });
      }
      const made = await createEndpoint(webhooks, call.tenant, read.form);
      if (made === null) {
        return unfit({
          field: null,
          why: messagesFor(call).desk.webhooks.full({ most: ENDPOINTS_MAX }),
        });
      }
      await call.note(made.endpoint.id);
      return list(deps, call, { secret: made.secret });
    }),
    deskPage(deps, 'readDeskWebhook', (call) => one(deps, call)),
    deskForm(deps, 'changeDeskWebhook', async (call) => {
      const done = await actOn(deps, call, endpointIdOf(call));
      if ('seeOther' in done) return done;
      if ('fault' in done) return { unfit: await one(deps, call, done) };
      return call.form.get('at') === 'list' ? list(deps, call, done) : one(deps, call, done);
    }),
    deskPage(deps, 'readDeskWebhookDelivery', async (call) => {
      const endpoint = await endpointOf(deps, call);
      const found = await findDelivery(webhooks, call.tenant, endpoint.id, deliveryIdOf(call));
      if (found === null) throw noSuchDelivery();
      return DeliveryPage({ deps, call, endpoint, found });
    }),
    deskForm(deps, 'resendDeskWebhookDelivery', async (call) => {
      const id = endpointIdOf(call);
      const delivery = deliveryIdOf(call);
      const sent = await replayDelivery(webhooks, call.tenant, id, delivery);
      if (sent === null) throw noSuchDelivery();
      if (sent === 'erased') throw new Problem('erased', 'desk.shipmentDeleted');
      if (sent === 'test') throw new Problem('conflict', 'desk.testNotResendable');
      await call.note(delivery);
      return { seeOther: `/console/webhooks/${id}/deliveries/${delivery}?done=resent` };
    }),
  ];
}

/** Whether an endpoint has the same URL and events: its owner would receive everything twice. */
async function isThere(
  deps: DeskDeps,
  { tenant }: DeskFormCall,
  { url, events }: Pick<Endpoint, 'url' | 'events'>,
): Promise<boolean> {
  const page = { after: null, limit: ENDPOINTS_MAX };
  const same = [...events].sort().join();
  return (await listEndpoints(deps.parts.webhooks, tenant, page)).some(
    (each) => each.url === url && [...each.events].sort().join() === same,
  );
}

async function list(deps: DeskDeps, call: DeskCall | DeskFormCall, listed: Listed = {}) {
  const page = { after: null, limit: ENDPOINTS_MAX };
  const { webhooks } = deps.parts;
  const all = await listEndpoints(webhooks, call.tenant, page);
  const ofTest =
    all.length > 0 || call.tenant.mode === 'test'
      ? []
      : await listEndpoints(webhooks, otherMode(call.tenant), { ...page, limit: 1 });
  return WebhooksPage({ deps, call, all, listed, testUrl: ofTest[0]?.url ?? null });
}

async function one(deps: DeskDeps, call: DeskCall | DeskFormCall, shown: EndpointShown = {}) {
  const { webhooks } = deps.parts;
  const endpoint = await endpointOf(deps, call);
  const { id } = endpoint;
  const { query, tenant } = call;
  const state = DELIVERY_STATES.find((each) => each === query.get('state'));
  const type = choosableTypes().find((each) => each === query.get('type'));
  const deliveries = await readPage(
    DELIVERIES,
    tenant,
    {
      ...{ state, type, endpoint: id, limit: DELIVERIES_SHOWN },
      cursor: query.get('cursor') ?? undefined,
    },
    async (after, limit) => {
      const page = { before: after?.id ?? null, limit };
      return (await listDeliveries(webhooks, tenant, id, { state, type }, page)) ?? [];
    },
    { position: ({ id: last }) => ({ id: last }), json: (row: Delivery) => row },
  );
  const health = await endpointHealth(webhooks, tenant, id);
  if (health === null) throw noSuchEndpoint();
  const filter = { state: state ?? null, type: type ?? null };
  return EndpointPage({ deps, call, endpoint, health, deliveries, filter, shown });
}

async function endpointOf(deps: DeskDeps, call: DeskCall): Promise<Endpoint> {
  const found = await findEndpoint(deps.parts.webhooks, call.tenant, endpointIdOf(call));
  if (found === null) throw noSuchEndpoint();
  return found;
}

function endpointIdOf(call: DeskCall): string {
  const id = call.param('id');
  if (isUuid(id)) return id.toLowerCase();
  throw noSuchEndpoint();
}

function deliveryIdOf(call: DeskCall): string {
  const id = call.param('delivery');
  if (isUuid(id)) return id.toLowerCase();
  throw noSuchDelivery();
}

function noSuchEndpoint(): Problem {
  return new Problem('not_found', 'desk.noSuchEndpoint');
}

function noSuchDelivery(): Problem {
  return new Problem('not_found', 'desk.deliveryNoLongerExists');
}
