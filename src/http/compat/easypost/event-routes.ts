import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import {
  findSentEvent,
  listSentEvents,
  type SentTo,
  type WebhookDeps,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { type MerchantApi, type MerchantCall, merchantRoute } from '../../kit/merchant-route.ts';
import { type Operation, operation } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { ServiceProblem } from '../service-problem.ts';
import { descriptionOf, modeOf, userIdOf } from './event.ts';
import { EASYPOST } from './refusal.ts';
import { easypostAnswer } from './tracker-routes.ts';
import { trackerFilter } from './tracker-schema.ts';

const EVENTS = `${EASYPOST}/v2/events`;
const tag = 'Drop-in API';
const FORMAT = 'easypost';

/** As lists of trackers are filtered. */
const eventFilter = trackerFilter.omit({ tracking_code: true, carrier: true });

const read = { method: 'GET', tag, scope: 'webhooks:read', errors: ['not_found'] } as const;
const list = operation({
  ...read,
  id: 'easypostListEvents',
  path: EVENTS,
  summary: 'List events',
  query: eventFilter,
  shed: {},
  answers: { 200: { description: 'Events, newest first.' } },
});
const retrieve = operation({
  ...read,
  id: 'easypostRetrieveEvent',
  path: `${EVENTS}/:id`,
  params: { id: 'The event.' },
  summary: 'Retrieve an event',
  answers: { 200: { description: 'The event, without its object.' } },
});
const listPayloads = operation({
  ...read,
  id: 'easypostListPayloads',
  path: `${EVENTS}/:id/payloads`,
  params: { id: 'The event.' },
  summary: 'List the payloads of an event',
  answers: { 200: { description: 'What was sent to each webhook, and its answer.' } },
});
const retrievePayload = operation({
  ...read,
  id: 'easypostRetrievePayload',
  path: `${EVENTS}/:id/payloads/:payload_id`,
  params: { id: 'The event.', payload_id: 'The payload.' },
  summary: 'Retrieve a payload',
  answers: { 200: { description: 'The payload.' } },
});

export const eventOperations = [list, retrieve, listPayloads, retrievePayload];

/** EasyPost's events: those that were sent to a webhook of EasyPost's format, or will be. */
export function eventRoutes(api: MerchantApi, webhooks: WebhookDeps): readonly Route[] {
  async function found({ tenant, param }: Call): Promise<readonly [SentTo, ...SentTo[]]> {
    const id = uuidOfWireId('event', param('id'));
    const [first, ...others] = id === null ? [] : await sent(tenant, id);
    if (first === undefined) throw noSuchEvent();
    return [first, ...others];
  }
  const sent = (tenant: Call['tenant'], id: string) => findSentEvent(webhooks, tenant, FORMAT, id);
  return [
    merchantRoute(api, list, async ({ tenant, query, requestId }) => {
      const rows = await listSentEvents(webhooks, tenant, FORMAT, {
        before: eventUuid(query.before_id),
        after: eventUuid(query.after_id),
        sinceMs: instantMs(query.start_datetime),
        untilMs: instantMs(query.end_datetime),
        limit: query.page_size + 1,
      });
      const events = rows
        .slice(0, query.page_size)
        .map(({ eventId, type, recordedAtMs, states }) => ({
          description: descriptionOf(type),
          id: wireId('event', eventId),
          user_id: userIdOf(tenant.merchantId),
          status: statusOf(states),
          created_at: iso(recordedAtMs),
          mode: modeOf(tenant.mode),
          object: 'Event',
        }));
      return easypostAnswer({ events, has_more: rows.length > query.page_size }, requestId);
    }),
    merchantRoute(api, retrieve, async (call) => {
      const all = await found(call);
      const [{ type, recordedAtMs, body }] = all;
      const urlsOf = (isDone: boolean) =>
        all.flatMap(({ state, url }) => ((state === 'delivered') === isDone ? [url] : []));
      const event = {
        description: descriptionOf(type),
        mode: modeOf(call.tenant.mode),
        previous_attributes: JSON.parse(body.toString('utf8')).previous_attributes,
        created_at: iso(recordedAtMs),
        pending_urls: urlsOf(false),
        completed_urls: urlsOf(true),
        updated_at: iso(Math.max(recordedAtMs, ...all.map(({ atMs }) => atMs ?? 0))),
        id: call.param('id'),
        user_id: userIdOf(call.tenant.merchantId),
        status: statusOf(all.map(({ state }) => state)),
        object: 'Event',
      };
      return easypostAnswer(event, call.requestId);
    }),
    merchantRoute(api, listPayloads, async (call) => {
      const payloads = (await found(call)).filter(wasSent).map(payloadJson);
      return easypostAnswer({ payloads }, call.requestId);
    }),
    merchantRoute(api, retrievePayload, async (call) => {
      const id = uuidOfWireId('payload', call.param('payload_id'));
      const payload = (await found(call)).find((each) => each.id === id && wasSent(each));
      if (payload === undefined) {
        throw new ServiceProblem('not_found', 'webhooks.noSuchDelivery', {
          code: 'PAYLOAD.NOT_FOUND',
        });
      }
      return easypostAnswer(payloadJson(payload), call.requestId);
    }),
  ];
}

type Call = Pick<MerchantCall<Operation>, 'tenant' | 'param'>;

function instantMs(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant);
}

/** A reference to an event; an unknown one is a 404, as with every id. */
function eventUuid(id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  const uuid = uuidOfWireId('event', id);
  if (uuid === null) throw noSuchEvent();
  return uuid;
}

function noSuchEvent() {
  return new ServiceProblem('not_found', 'webhooks.noSuchEvent', { code: 'NOT_FOUND' });
}

/** EasyPost's word for what came of the deliveries of an event. */
function statusOf(states: readonly SentTo['state'][]): string {
  if (states.includes('waiting')) return 'pending';
  return states.includes('dead') ? 'failed' : 'completed';
}

function wasSent({ attempts }: SentTo): boolean {
  return attempts > 0;
}

/** A request and its answer. The hub stores no headers, so the answer's are unknown. */
function payloadJson(sent: SentTo) {
  return {
    id: wireId('payload', sent.id),
    object: 'Payload',
    created_at: iso(sent.recordedAtMs),
    updated_at: iso(sent.atMs ?? sent.recordedAtMs),
    request_url: sent.url,
    request_headers: { 'Content-Type': 'application/json' },
    request_body: sent.body.toString('utf8'),
    response_headers: {},
    response_body: sent.response,
    response_code: sent.status,
    total_time: sent.durationMs,
  };
}
