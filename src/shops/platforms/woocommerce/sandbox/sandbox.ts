import {
  isOn,
  openShop,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
} from '../../../../adapters/sandbox-kit/index.ts';
import { checkKey, keyOf, OWN_KEY, OWN_SECRET } from './authentication.ts';
import { answerAuthorize } from './authorize.ts';
import { answerFulfillments } from './fulfillments.ts';
import { answerOrders } from './orders.ts';
import { noRoute, restError } from './rest.ts';
import { platform } from './shop.ts';
import { answerWebhooks, manners } from './webhooks.ts';

/**
 * A WooCommerce shop as docs/shops-research.md describes it; written without reading the connector.
 * Unlike a real one, it calls addresses of this machine.
 */
export const sandbox: SandboxCarrier = {
  name: 'woocommerce',
  displayName: 'WooCommerce',
  credentials: { consumer_key: OWN_KEY, consumer_secret: OWN_SECRET },
  scenarios: [],
  // No limit is documented; hosts have their own.
  rates: [],
  accountOf: keyOf,
  answer(request, world) {
    const site = `http://${request.headers['host'] ?? 'localhost'}/woocommerce`;
    const url = `${site}${request.path}`;
    if (request.path.startsWith('/wc-auth/v1/')) return answerAuthorize(request, url, world);
    return request.path.startsWith(REST)
      ? answerRest(request, { site, url }, world)
      : { status: 404, headers: { 'content-type': 'text/html' }, body: 'Page not found' };
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: MAINTENANCE };
      case 'server_error':
        return restError(
          500,
          'internal_server_error',
          'There has been a critical error on this website.',
        );
      case 'rate_limited':
        return throttled(HOST_WAIT_S);
      case 'token_throttled':
        return null;
    }
  },
  push: manners,
  shop: (worldNow) => openShop(platform, worldNow),
};

const REST = '/wp-json/wc/v3/';
const MAINTENANCE = 'Briefly unavailable for scheduled maintenance. Check back in a minute.';
const HOST_WAIT_S = 30;

/** A host's answer: WooCommerce itself has none. */
function throttled(waitS: number): SandboxAnswer {
  return {
    status: 429,
    headers: { 'content-type': 'text/html', 'retry-after': String(waitS) },
    body: 'Too Many Requests',
  };
}

function answerRest(
  request: SandboxRequest,
  { site, url }: { site: string; url: string },
  world: SandboxWorld,
): SandboxAnswer {
  const refused = checkKey(request, url, world);
  if (refused !== null) return refused;
  const account = keyOf(request) ?? '';
  const rate = world.spend('api', account);
  if (!rate.ok) return throttled(rate.retryAfterS);
  const [resource, ...below] = request.path.slice(REST.length).split('/');
  const listUrl = `${site}${REST}${resource}`;
  const [id, under, part] = below;
  if (resource === 'webhooks' && under === undefined) {
    return answerWebhooks(request, id, { url: listUrl, site, account }, world);
  }
  if (resource === 'orders' && under === 'fulfillments' && isOn(world, platform, under)) {
    return answerFulfillments(request, Number(id), part, world);
  }
  if (resource === 'orders' && (under === undefined || under === 'notes')) {
    return answerOrders(request, below, listUrl, world);
  }
  return noRoute();
}
