import type { IncomingMessage, ServerResponse } from 'node:http';
import { lastEventId, STREAM_HEADERS } from '../../../http/kit/event-stream.ts';
import { type MerchantApi, merchantRoute } from '../../../http/kit/merchant-route.ts';
import type { RequestContext, Route } from '../../../http/kit/route.ts';
import { invalidMember, parseQuery } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { ApiKey } from '../../../merchants/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Live } from './live.ts';
import { liveOperation, liveTicketOperation } from './operations.ts';
import { openStream } from './stream-client.ts';
import { isFault, readTopic, resolveTopics, topicsOfQuery } from './topics.ts';

/** Positions of couriers, live: as events or by polling, and tickets for browsers. */
export function liveRoutes(api: MerchantApi, live: Live): readonly Route[] {
  const { method, path } = liveOperation;
  return [
    {
      method,
      path,
      hot: false,
      async handler(request, response, context) {
        const key = await live.gate.admit(request, context.clientIp);
        await answer(live, key, request, response, context);
      },
    },
    ticketRoute(api, live),
  ];
}

async function answer(
  live: Live,
  key: ApiKey,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const query = parseQuery(liveOperation.query, context.query);
  const names = topicsOfQuery(query.subscribe);
  const tenant = { merchantId: key.merchantId, mode: key.mode };
  const { found, refused } = await resolveTopics(live.resolving, tenant, names, null);
  const [first] = refused;
  if (first !== undefined) {
    const { topic, reason, fix } = first;
    throw invalidMember(
      '?subscribe',
      { 'positions.atTopic': { topic, reason: { text: reason } } },
      fix,
    );
  }
  if (!(request.headers.accept ?? '').includes('text/event-stream')) {
    const text = await live.hub.publish(tenant, found, query.since ?? null);
    const type = 'application/json; charset=utf-8';
    response.writeHead(200, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    });
    response.end(text);
    return;
  }
  if (request.method === 'HEAD') {
    response.writeHead(200, STREAM_HEADERS).end();
    return;
  }
  // A client that disconnected during the lookup emits no further close event.
  if (response.destroyed) return;
  const leave = live.places.take(tenant.merchantId);
  response.writeHead(200, STREAM_HEADERS);
  const lastId = lastEventId(request.headers['last-event-id']);
  const since =
    lastId !== null && /^\d{1,15}$/.test(lastId) ? Number(lastId) : (query.since ?? null);
  const rooms = [{ tenant, topics: found }];
  openStream(response, live, { rooms, keyId: key.id, since, leave });
}

function ticketRoute(api: MerchantApi, live: Live): Route {
  return merchantRoute(api, liveTicketOperation, async ({ tenant, key, body }) => {
    const topics = body.subscribe ?? null;
    for (const [nr, text] of (topics ?? []).entries()) {
      const read = readTopic(text, live.resolving.ownCarrier);
      if (isFault(read)) throw invalidMember(`/subscribe/${nr}`, read.reason, read.fix);
    }
    const origin = body.origin === undefined ? live.ownOrigin() : originOf(body.origin);
    const { text, expiresAtMs } = await live.tickets.make({
      tenant,
      keyId: key.id,
      topics,
      origin,
    });
    const url = `${live.publicUrl().replace(/^http/, 'ws')}/v1/live?ticket=${text}`;
    return { status: 201, body: { ticket: text, url, expires_at: iso(expiresAtMs) } };
  });
}

function originOf(text: string): string {
  const { origin, protocol } = new URL(text);
  if (protocol === 'https:' || protocol === 'http:') return origin;
  const fix = 'positions.useSchemeAndHost';
  throw new Problem('invalid', 'positions.originMemberInvalid', {
    errors: [{ pointer: '/origin', reason: 'positions.notWebOrigin', fix }],
  });
}
