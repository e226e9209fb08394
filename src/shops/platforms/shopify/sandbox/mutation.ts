import { z } from 'zod';
import { type SandboxWorld, ShopBook } from '../../../../adapters/sandbox-kit/index.ts';
import { FieldError } from './graphql.ts';
import { fulfillmentNode, subscriptionNode, subscriptionsOf } from './query.ts';
import { at, findFulfillment, fulfillmentBody, gid, ShopifyState, sendEvent } from './shop.ts';

const instant = z.iso.datetime({ offset: true }).nullish();
const text = z.string().nullish();
const STATUSES = [
  ...['LABEL_PURCHASED', 'LABEL_PRINTED', 'CONFIRMED', 'CARRIER_PICKED_UP', 'IN_TRANSIT'],
  ...['DELAYED', 'OUT_FOR_DELIVERY', 'ATTEMPTED_DELIVERY', 'READY_FOR_PICKUP', 'DELIVERED'],
  'FAILURE',
];
const EVENT = z.strictObject({
  fulfillmentEvent: z.strictObject({
    fulfillmentId: z.string(),
    status: z.enum(STATUSES),
    happenedAt: instant,
    estimatedDeliveryAt: instant,
    message: text,
  }),
});
const TRACKING = z.strictObject({
  fulfillmentId: z.string(),
  notifyCustomer: z.boolean().nullish(),
  trackingInfoInput: z.strictObject({
    ...{ company: text, number: text, url: text },
    numbers: z.array(z.string()).nullish(),
    urls: z.array(z.string()).nullish(),
  }),
});
/** A real shop wants https; the sandbox accepts a hub on this machine too. */
const URL_OF_HUB = /^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/])/;
const HOOK = z
  .strictObject({ uri: z.string(), format: z.literal('JSON').nullish() })
  .transform(({ uri }) => uri);
const TOPICS = [
  ...['fulfillments/create', 'fulfillments/update'],
  ...['orders/cancelled', 'orders/create', 'orders/delete', 'orders/updated'],
].map((topic) => [topic.replace('/', '_').toUpperCase(), topic] as const);
const CREATE_HOOK = z.strictObject({
  topic: z.enum(TOPICS.map(([name]) => name)),
  webhookSubscription: HOOK,
});
const DELETE_HOOK = z.strictObject({ id: z.string() });

/** One of these scopes is needed for the number of a fulfilment. */
const NUMBER_SCOPES = ['assigned', 'merchant_managed', 'third_party'].map(
  (whose) => `write_${whose}_fulfillment_orders`,
);

/** The resolvers of `Mutation`. The app's client secret signs its webhooks. */
export function mutations(
  world: SandboxWorld,
  scopes: readonly string[],
  app: { readonly account: string; readonly secret: string },
) {
  return {
    fulfillmentEventCreate(given: unknown) {
      need(scopes, 'write_fulfillments');
      const { fulfillmentEvent: input } = read(EVENT, given);
      const found = findFulfillment(input.fulfillmentId, world);
      if (found === null) {
        return failed('fulfillmentEvent', ['fulfillmentEvent', 'fulfillmentId'], MISSING);
      }
      const { order, fulfilment } = found;
      const [book, { events }] = [world.own(ShopBook), world.own(ShopifyState)];
      const event = {
        message: null,
        ...input,
        id: gid('FulfillmentEvent', book.nextId()),
        happenedAt: input.happenedAt ?? at(world.nowMs),
        estimatedDeliveryAt: input.estimatedDeliveryAt ?? null,
        createdAt: at(world.nowMs),
      };
      events.set(fulfilment.id, [...(events.get(fulfilment.id) ?? []), event]);
      fulfilment.updatedAtMs = world.nowMs;
      book.record(world, order.id, 'fulfillmentEventCreate', input);
      sendEvent('fulfillments/update', fulfillmentBody(order, fulfilment), world);
      return done('fulfillmentEvent', event);
    },
    fulfillmentTrackingInfoUpdate(given: unknown) {
      need(scopes, ...NUMBER_SCOPES);
      const input = read(TRACKING, given);
      const found = findFulfillment(input.fulfillmentId, world);
      if (found === null) return failed('fulfillment', ['fulfillmentId'], MISSING);
      const { company, number, numbers, url, urls } = input.trackingInfoInput;
      if ((number ?? url) != null && (numbers ?? urls) != null) {
        return failed('fulfillment', ['trackingInfoInput'], 'Give one number or a list, not both.');
      }
      const { order, fulfilment } = found;
      const links = urls ?? [url ?? ''];
      // A list replaces the list.
      fulfilment.numbers = (numbers ?? (number == null ? [] : [number])).map((each, index) => ({
        number: each,
        carrier: company ?? '',
        url: links[index] ?? '',
      }));
      fulfilment.updatedAtMs = world.nowMs;
      world.own(ShopBook).record(world, order.id, 'fulfillmentTrackingInfoUpdate', input);
      sendEvent('fulfillments/update', fulfillmentBody(order, fulfilment), world);
      return done('fulfillment', fulfillmentNode(order, fulfilment, world));
    },
    webhookSubscriptionCreate(given: unknown) {
      const { topic, webhookSubscription: url } = read(CREATE_HOOK, given);
      const name = new Map(TOPICS).get(topic) ?? '';
      const isDuplicate = subscriptionsOf(world).some(
        (each) => each.url === url && each.details['topic'] === name,
      );
      if (isDuplicate || !URL_OF_HUB.test(url)) return failed(HOOK_NAME, CALLBACK, DUPLICATE);
      const made = world.subscriptions.create({
        ...app,
        id: gid('WebhookSubscription', world.own(ShopBook).nextId()),
        url,
        details: { topic: name },
      });
      return done(HOOK_NAME, subscriptionNode(made));
    },
    webhookSubscriptionDelete(given: unknown) {
      const { id } = read(DELETE_HOOK, given);
      const name = 'deletedWebhookSubscriptionId';
      const isKnown = subscriptionsOf(world).some((each) => each.id === id);
      if (!isKnown) return failed(name, ['id'], 'Webhook subscription does not exist');
      world.subscriptions.update(id, { state: 'ended' });
      return done(name, id);
    },
  };
}

const HOOK_NAME = 'webhookSubscription';
const CALLBACK = [HOOK_NAME, 'callbackUrl'];
const MISSING = 'Fulfillment does not exist.';
const DUPLICATE = 'Address for this topic is invalid or has already been taken';

function need(scopes: readonly string[], ...oneOf: readonly string[]): void {
  if (oneOf.some((scope) => scopes.includes(scope))) return;
  const requiredAccess = oneOf.join(' or ');
  throw new FieldError(`Access denied. Required access: ${requiredAccess}`, {
    code: 'ACCESS_DENIED',
    requiredAccess,
  });
}

/** Reads the arguments of a field, as Shopify would check their types. */
function read<T>(schema: z.ZodType<T>, given: unknown): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new FieldError(`Invalid value: ${z.prettifyError(result.error)}`, {
    code: 'INVALID_VARIABLE',
  });
}

function done(name: string, value: unknown) {
  return { [name]: value, userErrors: [] };
}

function failed(name: string, field: readonly string[], message: string) {
  return { [name]: null, userErrors: [{ field, message }] };
}
