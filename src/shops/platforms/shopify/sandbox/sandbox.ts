import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  isOn,
  jsonAnswer,
  jsonOf,
  MINUTE_MS,
  openShop,
  type PushManners,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
} from '../../../../adapters/sandbox-kit/index.ts';
import { type PreparedQuery, prepare } from './graphql.ts';
import { mutations } from './mutation.ts';
import { ALL_SCOPES, answerOauth, CLIENT_ID, CLIENT_SECRET, OWN_TOKEN } from './oauth.ts';
import { queries } from './query.ts';
import { type Delivery, DOMAIN, platform, ShopifyState, VERSION } from './shop.ts';

const manners: PushManners = {
  // "8 retries over 4 h"; when, is not documented.
  retriesAfterMs: [1, 3, 8, 16, 32, 50, 60, 70].map((minutes) => minutes * MINUTE_MS),
  accepts: (status) => status >= 200 && status < 300,
  compose({ subscription, message }) {
    const { topic, body, eventId, webhookId, atMs } = JSON.parse(message ?? '{}') as Delivery;
    return {
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-hmac-sha256': createHmac('sha256', subscription.secret)
          .update(body)
          .digest('base64'),
        'x-shopify-shop-domain': DOMAIN,
        'x-shopify-api-version': VERSION,
        'x-shopify-webhook-id': webhookId,
        'x-shopify-event-id': eventId,
        'x-shopify-triggered-at': new Date(atMs).toISOString(),
      },
      body,
    };
  },
  // By a third party only: a subscription that kept failing is deleted.
  gaveUp({ id, details }, world) {
    if (details['topic'] !== undefined) world.subscriptions.update(id, { state: 'ended' });
  },
};

/**
 * A Shopify shop as docs/shops-research.md describes it, with one app; written without reading the
 * connector. The URL of its privacy webhooks is a subscription entered by hand.
 */
export const sandbox: SandboxCarrier = {
  name: 'shopify',
  displayName: 'Shopify',
  host: DOMAIN,
  credentials: { client_id: CLIENT_ID, client_secret: CLIENT_SECRET, access_token: OWN_TOKEN },
  scenarios: [],
  // Queries cost points; other limits are not documented.
  rates: [],
  accountOf: tokenOf,
  answer(request, world) {
    const { path, headers } = request;
    const base = `http://${headers['host'] ?? 'localhost'}/shopify`;
    if (path.startsWith('/admin/oauth/')) return answerOauth(request, base, world);
    const version = GRAPHQL.exec(path)?.[1];
    if (version === undefined || version > VERSION) return jsonAnswer(404, { errors: 'Not Found' });
    // A version that has ended falls forward to the oldest that has not.
    const served = version < OLDEST ? OLDEST : version;
    const answer = answerGraphql(request, world);
    return { ...answer, headers: { ...answer.headers, 'x-shopify-api-version': served } };
  },
  faultAnswer(fault, { path }) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: 'Unavailable' };
      case 'server_error':
        return jsonAnswer(500, { errors: 'Internal Server Error' });
      case 'rate_limited':
        return GRAPHQL.test(path) ? throttled(200, 1, 0) : null;
      case 'token_throttled':
        return path === '/admin/oauth/access_token' ? jsonAnswer(429, {}) : null;
    }
  },
  push: manners,
  shop: (worldNow) => openShop(platform, worldNow),
};

const GRAPHQL = /^\/admin\/api\/(\d{4}-\d\d)\/graphql\.json$/;
const OLDEST = '2025-10';
const POINTS_MAX = 2_000;
const POINTS_PER_S = 100;
const QUERY_POINTS_MAX = 1_000;
const THROTTLED = { message: 'Throttled', extensions: { code: 'THROTTLED' } };
const BODY = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

function tokenOf({ headers }: SandboxRequest): string | null {
  return headers['x-shopify-access-token'] ?? null;
}

/** The scopes of a call's token; null: the token is not valid. */
function scopesOf(token: string | null, world: SandboxWorld): readonly string[] | null {
  if (token === OWN_TOKEN) {
    const state = world.credentials(token, token);
    return state === 'wrong' ? null : state === 'good' ? ALL_SCOPES.split(',') : [];
  }
  const found = world.tokens.check(token);
  return found.state === 'valid' ? found.scope.split(',') : null;
}

function answerGraphql(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const token = tokenOf(request);
  const scopes = scopesOf(token, world);
  if (request.method !== 'POST' || token === null || scopes === null) {
    return jsonAnswer(401, { errors: '[API] Invalid API key or access token' });
  }
  const body = BODY.safeParse(jsonOf(request));
  if (!body.success) return jsonAnswer(400, { errors: { query: 'Required parameter missing' } });
  let query: PreparedQuery;
  try {
    query = prepare(body.data);
  } catch (error) {
    return jsonAnswer(200, { errors: [{ message: String(error) }] });
  }
  const { cost } = query;
  if (cost > QUERY_POINTS_MAX) {
    const message = `Query cost is ${cost}, which exceeds the single query max cost limit`;
    return jsonAnswer(200, { errors: [{ message, extensions: { code: 'MAX_COST_EXCEEDED' } }] });
  }
  const left = pointsLeft(token, world);
  if (left < cost) {
    const code = isOn(world, platform, 'throttled_429') ? 429 : 200;
    return throttled(code, cost, left);
  }
  world.own(ShopifyState).points.set(token, { left: left - cost, atMs: world.nowMs });
  const app = { account: CLIENT_ID, secret: CLIENT_SECRET };
  const root = query.kind === 'query' ? queries(world, scopes) : mutations(world, scopes, app);
  const { data, errors } = query.run(root);
  return jsonAnswer(200, {
    data,
    ...(errors.length > 0 && { errors }),
    extensions: costs(cost, cost, left - cost),
  });
}

function throttled(status: number, cost: number, left: number): SandboxAnswer {
  return jsonAnswer(status, { errors: [THROTTLED], extensions: costs(cost, null, left) });
}

function costs(requestedQueryCost: number, actualQueryCost: number | null, left: number) {
  const throttleStatus = {
    maximumAvailable: POINTS_MAX,
    currentlyAvailable: Math.floor(left),
    restoreRate: POINTS_PER_S,
  };
  return { cost: { requestedQueryCost, actualQueryCost, throttleStatus } };
}

function pointsLeft(token: string, world: SandboxWorld): number {
  const { left, atMs } = world.own(ShopifyState).points.get(token) ?? {
    left: POINTS_MAX,
    atMs: world.nowMs,
  };
  return Math.min(POINTS_MAX, left + ((world.nowMs - atMs) / 1_000) * POINTS_PER_S);
}
