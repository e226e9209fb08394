import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  type PushManners,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  ShopBook,
  type Subscription,
} from '../../../../adapters/sandbox-kit/index.ts';
import { definedOnly } from '../../../../kernel/defined-only.ts';
import { orderJson } from './orders.ts';
import { pageOf, restError, wpDate } from './rest.ts';
import { WooState } from './shop.ts';

const CHANGE = z.object({
  name: z.string().optional(),
  topic: z.enum(['order.created', 'order.updated', 'order.deleted', 'order.restored']).optional(),
  delivery_url: z.url({ protocol: /^https?$/ }).optional(),
  secret: z.string().optional(),
  status: z.enum(['active', 'paused', 'disabled']).optional(),
});
const NEW = CHANGE.required({ topic: true, delivery_url: true });
const PING = 'ping';
/** The seventh failure in a row disables. */
const FAILURES_MAX = 6;

/** Answers `/webhooks` and below. `url` is that of the list, and `site` the shop's own. */
export function answerWebhooks(
  request: SandboxRequest,
  id: string | undefined,
  { url, site, account }: { url: string; site: string; account: string },
  world: SandboxWorld,
): SandboxAnswer {
  const { method, query } = request;
  const all = world.subscriptions.list().filter(isWebhook);
  const known = all.find((each) => each.id === id);
  if (id !== undefined && known === undefined) return invalid('id', 'Invalid ID.', 404);
  if (method === 'GET') {
    return known === undefined
      ? pageOf(all.toReversed(), query, url, webhookJson)
      : jsonAnswer(200, webhookJson(known));
  }
  if (method === 'DELETE' && known !== undefined) {
    if (query.get('force') !== 'true') {
      return restError(501, 'woocommerce_rest_trash_not_supported', 'Webhooks cannot be trashed.');
    }
    world.subscriptions.update(known.id, { state: 'ended' });
    return jsonAnswer(200, webhookJson(known));
  }
  const read = (known === undefined ? NEW : CHANGE).safeParse(jsonOf(request));
  if (!read.success) {
    return invalid(String(read.error.issues[0]?.path[0]), z.prettifyError(read.error));
  }
  const { delivery_url: target, secret, ...changed } = read.data;
  const details: Record<string, string> = {
    ...{ name: `Webhook of ${wpDate(world.nowMs, 'site')}`, status: 'active' },
    ...{ failures: '0', pending: 'true', site },
    ...known?.details,
    ...definedOnly(changed),
  };
  const change = {
    url: target ?? known?.url ?? '',
    secret: secret ?? known?.secret ?? world.newId(),
    state: details['status'] === 'active' ? ('active' as const) : ('suspended' as const),
    details,
  };
  const newId = () => String(world.own(WooState).nextId());
  const webhook =
    known === undefined
      ? world.subscriptions.create({ ...change, id: newId(), account })
      : world.subscriptions.update(known.id, change);
  if (webhook === null) return invalid('id', 'Invalid ID.', 404);
  const answer = jsonAnswer(known === undefined ? 201 : 200, webhookJson(webhook));
  if (webhook.details['pending'] === '' || webhook.state !== 'active') return answer;
  world.send(webhook, PING);
  return { ...answer, afterPushes: () => answer };
}

function invalid(what: string, message: string, status = 400): SandboxAnswer {
  return restError(status, `woocommerce_rest_shop_webhook_invalid_${what}`, message);
}

function isWebhook({ state, details }: Subscription): boolean {
  return state !== 'ended' && details['topic'] !== undefined;
}

function webhookJson({ id, url, details }: Subscription) {
  return {
    id: Number(id),
    name: details['name'],
    status: details['status'],
    topic: details['topic'],
    delivery_url: url,
  };
}

/** Deliveries of webhooks, pings, and the keys of the authorize page. Nothing is retried. */
export const manners: PushManners = {
  retriesAfterMs: [],
  accepts: (status, { subscription, message }) =>
    message === PING || !isWebhook(subscription) ? status === 200 : status >= 200 && status <= 302,
  compose({ subscription, message }, world) {
    if (!isWebhook(subscription)) {
      return { headers: { 'content-type': 'application/json' }, body: message ?? '' };
    }
    if (message === PING) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return { headers, body: `webhook_id=${subscription.id}` };
    }
    return delivery(subscription, Number(message), world);
  },
  delivered({ id }, world, { message }) {
    const webhook = world.subscriptions.get(id);
    if (webhook === null || !isWebhook(webhook)) return;
    const change = message === PING ? { pending: '' } : { failures: '0' };
    world.subscriptions.update(id, { details: { ...webhook.details, ...change } });
  },
  gaveUp({ id, account }, world, { message }) {
    const webhook = world.subscriptions.get(id);
    if (webhook === null || message === PING) return;
    if (!isWebhook(webhook)) {
      world.own(WooState).keys.delete(account);
      return;
    }
    const failures = Number(webhook.details['failures']) + 1;
    const details = { ...webhook.details, failures: String(failures) };
    world.subscriptions.update(
      id,
      failures > FAILURES_MAX
        ? { state: 'suspended', details: { ...details, status: 'disabled' } }
        : { details },
    );
  },
};

function delivery({ id, secret, details }: Subscription, orderId: number, world: SandboxWorld) {
  const topic = details['topic'] ?? '';
  const [resource = '', event = ''] = topic.split('.');
  const order = world.own(ShopBook).orders.get(orderId);
  // Of a deleted order, only the id is left.
  const body = JSON.stringify(
    order === undefined || event === 'deleted' ? { id: orderId } : orderJson(order, world),
  );
  const second = Math.floor(world.nowMs / 1_000);
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'WooCommerce/11.0.0 Hookshot (WordPress/6.9)',
      'x-wc-webhook-source': `${details['site']}/`,
      'x-wc-webhook-topic': topic,
      'x-wc-webhook-resource': resource,
      'x-wc-webhook-event': event,
      'x-wc-webhook-signature': createHmac('sha256', secret).update(body).digest('base64'),
      'x-wc-webhook-id': id,
      // Two deliveries in one second share it.
      'x-wc-webhook-delivery-id': createHash('md5').update(`${id} ${second}`).digest('hex'),
    },
    body,
  };
}
