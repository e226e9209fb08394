import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import {
  createEndpoint,
  DELIVERY_STATES,
  ENDPOINTS_MAX,
  type Endpoint,
  type EndpointPatch,
  endpointHealth,
  findDelivery,
  findEndpoint,
  listDeliveries,
  listEndpoints,
  patchEndpoint,
  removeEndpoint,
  replayDeliveries,
  replayDelivery,
  rotateSecret,
  sendTest,
} from '../../../reactions/merchant-webhooks/index.ts';
import { readPageById } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { languageFor, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { otherMode } from '../setup/steps.tsx';
import { DeliveryPage } from './delivery-page.tsx';
import { EndpointPage, type EndpointShown } from './endpoint-page.tsx';
import { choosableTypes, type Fault, readEndpoint, type Said, saidIn } from './form.tsx';
import { type Listed, WebhooksPage } from './list-page.tsx';

const DELIVERIES_SHOWN = 50;
/** Attempts on the page of all endpoints; each endpoint's own page has all of its own. */
const RECENT_SHOWN = 5;
const RECENT_ENDPOINTS = 5;

/** Webhook endpoints of the merchant's systems, their deliveries, and resending them. */
export function webhookRoutes(deps: DeskDeps): readonly Route[] {
  const { webhooks } = deps.parts;
  return [
    deskPage(deps, 'readDeskWebhooks', (call) => listPage(deps, call)),
    deskForm(deps, 'createDeskWebhook', async (call) => {
      const said = saidIn(call.form);
      const invalid = async (fault: Fault) => ({
        invalid: await listPage(deps, call, { fault, said }),
      });
      const read = await readEndpoint(deps, call, said);
      if ('fault' in read) return invalid(read.fault);
      if (await isDuplicate(deps, call, read.form)) {
        return invalid({ field: 'url', why: messagesFor(call).desk.webhooks.there });
      }
      const made = await createEndpoint(webhooks, call.tenant, read.form);
      if (made === null) {
        return invalid({
          field: null,
          why: messagesFor(call).desk.webhooks.full({ most: ENDPOINTS_MAX }),
        });
      }
      await call.note(made.endpoint.id);
      return listPage(deps, call, { secret: made.secret });
    }),
    deskPage(deps, 'readDeskWebhook', (call) => endpointPage(deps, call)),
    deskForm(deps, 'changeDeskWebhook', async (call) => {
      const done = await actOn(deps, call, endpointIdOf(call));
      if ('seeOther' in done) return done;
      if ('fault' in done) return { invalid: await endpointPage(deps, call, done) };
      return call.form.get('at') === 'list'
        ? listPage(deps, call, done)
        : endpointPage(deps, call, done);
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
      await call.note(`${delivery} ${id}`);
      return { seeOther: `/console/webhooks/${id}/deliveries/${delivery}?done=resent` };
    }),
  ];
}

/** Whether an endpoint has the same URL, format and events: its owner would receive everything twice. */
async function isDuplicate(
  deps: DeskDeps,
  { tenant }: DeskFormCall,
  { url, events, format }: Pick<Endpoint, 'url' | 'events' | 'format'>,
): Promise<boolean> {
  const page = { after: null, limit: ENDPOINTS_MAX };
  const same = [...events].sort().join();
  return (await listEndpoints(deps.parts.webhooks, tenant, page)).some(
    (each) => each.url === url && each.format === format && [...each.events].sort().join() === same,
  );
}

async function listPage(deps: DeskDeps, call: DeskCall | DeskFormCall, listed: Listed = {}) {
  const page = { after: null, limit: ENDPOINTS_MAX };
  const { webhooks } = deps.parts;
  const all = await listEndpoints(webhooks, call.tenant, page);
  const ofTest =
    all.length > 0 || call.tenant.mode === 'test'
      ? []
      : await listEndpoints(webhooks, otherMode(call.tenant), { ...page, limit: 1 });
  const recent = await recentDeliveries(deps, call, all.slice(0, RECENT_ENDPOINTS));
  return WebhooksPage({ deps, call, all, listed, recent, ofTest: ofTest[0] ?? null });
}

/** The newest deliveries to these endpoints. */
async function recentDeliveries(
  { parts: { webhooks } }: DeskDeps,
  { tenant }: DeskCall,
  endpoints: readonly Endpoint[],
) {
  const page = { before: null, limit: RECENT_SHOWN };
  const found = await Promise.all(
    endpoints.map(async ({ id: endpointId }) =>
      ((await listDeliveries(webhooks, tenant, endpointId, {}, page)) ?? []).map((each) => ({
        ...each,
        endpointId,
      })),
    ),
  );
  return found
    .flat()
    .toSorted((one, other) => other.recordedAtMs - one.recordedAtMs)
    .slice(0, RECENT_SHOWN);
}

async function endpointPage(
  deps: DeskDeps,
  call: DeskCall | DeskFormCall,
  shown: EndpointShown = {},
) {
  const { webhooks } = deps.parts;
  const endpoint = await endpointOf(deps, call);
  const { id } = endpoint;
  const { query, tenant } = call;
  const state = DELIVERY_STATES.find((each) => each === query.get('state'));
  const type = choosableTypes().find((each) => each === query.get('type'));
  const deliveries = await readPageById(
    'webhook-deliveries',
    tenant,
    {
      state,
      type,
      endpoint: id,
      limit: DELIVERIES_SHOWN,
      cursor: query.get('cursor') ?? undefined,
    },
    async (before, limit) => {
      const page = { before, limit };
      return (await listDeliveries(webhooks, tenant, id, { state, type }, page)) ?? [];
    },
    (row) => row,
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

/** For a day, receivers may verify with either secret, so theirs can be changed without haste. */
const OVERLAP_S = 86_400;
/** Allows for other processes' clocks being ahead. */
const CLOCKS_APART_MS = 60_000;

type Done =
  | { readonly seeOther: string }
  | { readonly notice: string; readonly secret?: string }
  | { readonly fault: Fault; readonly said: Said };

/** Applies a form's action to an endpoint: `do` names it. */
async function actOn(deps: DeskDeps, call: DeskFormCall, id: string): Promise<Done> {
  const { webhooks } = deps.parts;
  const { tenant, form, note } = call;
  const at = `/console/webhooks/${id}`;
  const words = messagesFor(call).desk.webhook;
  switch (form.get('do')) {
    case 'remove': {
      if (!(await removeEndpoint(webhooks, tenant, id))) throw noSuchEndpoint();
      await note(id);
      return { seeOther: '/console/webhooks' };
    }
    case 'enable':
    case 'disable': {
      const state = form.get('do') === 'enable' ? 'active' : 'disabled';
      const skips = form.get('missed') === 'cancel' && state === 'active';
      const patch: EndpointPatch = { state, missed: skips ? 'cancel' : undefined };
      if ((await patchEndpoint(webhooks, tenant, id, patch)) === null) throw noSuchEndpoint();
      await note(id);
      return { seeOther: `${at}?done=${state}` };
    }
    case 'change':
      return change(deps, call, id);
    case 'rotate': {
      const done = await rotateSecret(webhooks, tenant, id, { overlapS: OVERLAP_S });
      if (done === null) throw noSuchEndpoint();
      await note(id);
      return { notice: words.rotated, secret: done.secret };
    }
    case 'replay': {
      const dead = {
        sinceMs: 0,
        untilMs: webhooks.clock.nowMs() + CLOCKS_APART_MS,
        states: ['dead'],
      } as const;
      const done = await replayDeliveries(webhooks, tenant, id, dead);
      if (done === null) throw noSuchEndpoint();
      await note(id);
      return { seeOther: `${at}?done=${done.nextSinceMs === null ? 'replayed' : 'replayed-some'}` };
    }
    default: {
      const sent = await sendTest(webhooks, tenant, id);
      if (sent === null) throw noSuchEndpoint();
      await note(id);
      const { accepted, notAccepted } = messagesFor(call).desk.webhooks;
      const notice = sent.delivered
        ? accepted({ status: sent.status, ms: sent.durationMs })
        : notAccepted({
            why:
              sent.reason === null
                ? String(sent.status)
                : errorText(sent.reason, languageFor(call.request), 'person'),
          });
      return { notice };
    }
  }
}

async function change(deps: DeskDeps, call: DeskFormCall, id: string): Promise<Done> {
  const said = saidIn(call.form);
  const read = await readEndpoint(deps, call, said);
  if ('fault' in read) return { ...read, said };
  const { url, events, description } = read.form;
  const patch = { url, events, description };
  const changed = await patchEndpoint(deps.parts.webhooks, call.tenant, id, patch);
  if (changed === null) throw noSuchEndpoint();
  await call.note(id);
  return { seeOther: `/console/webhooks/${id}?done=changed` };
}
