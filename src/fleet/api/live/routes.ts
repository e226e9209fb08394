import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { lastEventId, STREAM_HEADERS } from '../../../http/kit/event-stream.ts';
import { rawResource, resource } from '../../../http/kit/resource.ts';
import type { RequestContext } from '../../../http/kit/route.ts';
import { invalidMember, parseQuery } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { instant } from '../../../kernel/time/time-kinds.ts';
import type { ApiKey } from '../../../merchants/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { courierId } from '../couriers/schema.ts';
import { shipmentLocation } from '../locations/schema.ts';
import { type Live, openStream } from './live.ts';
import { isFault, readTopic, resolveTopics, TOPICS_MAX, topicsOfQuery } from './topics.ts';

const liveQuery = z.strictObject({
  subscribe: z
    .string()
    .min(1)
    .max(20_000)
    .meta({
      description: `Up to ${TOPICS_MAX} topics with commas between: \`courier:ID\`, \`shipment:ID_OR_NUMBER\`, and for all couriers the name of the carrier that they are. Not for WebSockets.`,
      example: 'courier:cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80',
    }),
  since: z.coerce
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('The `seq` of the last batch that was seen. Left out: everything is sent.'),
});

const seq = z.int().describe('Grows from batch to batch, in all processes.');

const livePlace = z.strictObject({
  courier_id: courierId,
  ts: instant,
  lat: z.number(),
  lng: z.number(),
  accuracy_m: z.number().nullable(),
  speed_kmh: z.number().nullable(),
  heading: z.number().nullable(),
  battery: z.number().nullable(),
});

const liveBatch = z
  .strictObject({
    type: z.literal('batch'),
    at: instant,
    seq,
    topics: z.array(
      z.strictObject({
        topic: z.string(),
        seq,
        reset: z
          .literal(true)
          .optional()
          .describe('These are all couriers of the topic: forget the others.'),
        couriers: z
          .array(livePlace)
          .optional()
          .describe('Of couriers: the newest place of each that has moved.'),
        gone: z.array(courierId).optional().describe('Their shift is over.'),
        location: shipmentLocation
          .nullable()
          .optional()
          .describe('Of `shipment:…`. Null: no courier on shift has it, or it is done.'),
      }),
    ),
  })
  .meta({ id: 'LiveBatch' });

const newLiveTicket = z
  .strictObject({
    origin: z.url().max(300).optional().meta({
      description: 'Of the page that will use it. Left out: pages of the hub itself.',
      example: 'https://shop.example',
    }),
    subscribe: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(TOPICS_MAX)
      .optional()
      .describe('What the ticket may watch. Left out: everything that the key may.'),
  })
  .meta({ id: 'NewLiveTicket' });

const liveTicket = z
  .strictObject({
    ticket: z.string(),
    url: z.string().describe('For `new WebSocket(url)`.'),
    expires_at: instant,
  })
  .meta({ id: 'LiveTicket' });

/** Positions of couriers, live: as events or by polling. */
export const livePositions = rawResource(
  { noun: 'topic', tag: 'Couriers' },
  {
    get: {
      id: 'streamCourierPositions',
      method: 'GET',
      path: '/live',
      summary: 'Stream courier positions',
      description:
        'Three ways to the same batches. As a WebSocket: send `{"subscribe":["courier:ID"]}`. With `Accept: text/event-stream` as server-sent events, one batch in each event `batch`. Otherwise one batch at once: poll every five seconds, with the `seq` of the last answer as `since`. docs/live.md describes messages and topics.',
      scope: 'couriers:read',
      query: liveQuery,
      answers: {
        200: {
          description: 'A batch; with `Accept: text/event-stream` one after the other.',
          schema: liveBatch,
          otherTypes: ['text/event-stream'],
        },
      },
    },
  },
  (live: Live) => ({
    get: async ({ request, response, context }) => {
      const key = await live.gate.admit(request, context.clientIp);
      await answer(live, key, request, response, context);
    },
  }),
);

/** Tickets that open a browser's live connection. */
export const liveTickets = resource(
  { noun: 'ticket', tag: 'Couriers' },
  {
    create: {
      id: 'createLiveTicket',
      method: 'POST',
      path: '/live/tickets',
      summary: "Create a ticket for a browser's live connection",
      description:
        'A ticket opens one WebSocket at `/live?ticket=…` without a key, within a minute, from pages of one origin.',
      scope: 'couriers:read',
      body: newLiveTicket,
      bodyOptional: true,
      answers: { 201: { description: 'The ticket.', schema: liveTicket } },
      example: {
        origin: 'https://shop.example',
        subscribe: ['courier:cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80'],
      },
    },
  },
  (live: Live) => ({
    create: async ({ tenant, key, body }) => {
      const topics = body.subscribe ?? null;
      for (const [index, text] of (topics ?? []).entries()) {
        const read = readTopic(text, live.resolving.ownCarrier);
        if (isFault(read)) throw invalidMember(`/subscribe/${index}`, read.reason, read.fix);
      }
      const origin = body.origin === undefined ? live.ownOrigin() : originOf(body.origin);
      const ticket = { tenant, keyId: key.id, topics, origin };
      const { text, expiresAtMs } = await live.tickets.make(ticket);
      const url = `${live.publicUrl().replace(/^http/, 'ws')}/v1/live?ticket=${text}`;
      return { status: 201, body: { ticket: text, url, expires_at: iso(expiresAtMs) } };
    },
  }),
);

async function answer(
  live: Live,
  key: ApiKey,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const query = parseQuery(liveQuery, context.query);
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

function originOf(text: string): string {
  const { origin, protocol } = new URL(text);
  if (protocol === 'https:' || protocol === 'http:') return origin;
  const fix = 'positions.useSchemeAndHost';
  throw new Problem('invalid', 'positions.originMemberInvalid', {
    errors: [{ pointer: '/origin', reason: 'positions.notWebOrigin', fix }],
  });
}
