import type { OrderPage, ShopApi } from '../../contract.ts';
import { readAs } from '../../json-answer.ts';
import { ShopFailure, unreadableAnswer } from '../../shop-failure.ts';
import { mutate, query } from './graphql.ts';
import { parseOrder } from './parse.ts';
import { appScopes, orderPage, shopifyOrder, webhookSubscriptions } from './schema.ts';
import { SCOPES } from './scopes.ts';
import { writeStatus } from './write.ts';

/** Each field costs points, of which a shop has a hundred each second. */
const ORDERS_PER_PAGE = 10;
const ORDER = `fragment parts on Order {
  legacyResourceId name email phone customerLocale createdAt updatedAt cancelledAt
  shippingAddress { name company phone address1 address2 city provinceCode zip countryCodeV2 }
  lineItems(first: 20) { nodes { id name quantity } }
  fulfillments { id status createdAt trackingInfo { company number } }
}`;

export const api: ShopApi = {
  canRead: true,

  async check(shop) {
    const data = await query(
      shop,
      '{ shop { myshopifyDomain } currentAppInstallation { accessScopes { handle } } }',
    );
    const { shop: found, currentAppInstallation } = readAs(appScopes, data);
    const { myshopifyDomain: domain } = found;
    if (domain !== new URL(shop.url).hostname) {
      throw new ShopFailure('credentials', { 'shops.otherShop': { shop: domain } });
    }
    const has = currentAppInstallation.accessScopes.map((scope) => scope?.handle);
    const missing = SCOPES.filter((scope) => !has.includes(scope));
    if (missing.length > 0) {
      throw new ShopFailure('credentials', {
        'shops.scopesMissing': { names: missing.join(', ') },
      });
    }
  },

  webhooks: {
    topics: [
      ...['ORDERS_CREATE', 'ORDERS_UPDATED', 'ORDERS_CANCELLED', 'ORDERS_DELETE'],
      ...['FULFILLMENTS_CREATE', 'FULFILLMENTS_UPDATE'],
    ],
    async list(shop) {
      const data = await query(
        shop,
        '{ webhookSubscriptions(first: 100) { nodes { id topic uri } } }',
      );
      return readAs(webhookSubscriptions, data).webhookSubscriptions.nodes.flatMap((each) =>
        each === null
          ? []
          : [{ id: each.id, topic: each.topic, url: each.uri ?? null, isActive: true }],
      );
    },
    async create(shop, topic, { url: uri }) {
      await mutate(
        shop,
        `mutation ($topic: WebhookSubscriptionTopic!, $hook: WebhookSubscriptionInput!) {
          webhookSubscriptionCreate(topic: $topic, webhookSubscription: $hook) {
            userErrors { message }
          }
        }`,
        { topic, hook: { uri, format: 'JSON' } },
      );
    },
    async remove(shop, id) {
      await mutate(
        shop,
        'mutation ($id: ID!) { webhookSubscriptionDelete(id: $id) { userErrors { message } } }',
        { id },
      );
    },
  },

  async changed(shop, sinceMs, cursor): Promise<OrderPage> {
    const data = await query(
      shop,
      `query ($first: Int!, $after: String, $query: String) {
        orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
          nodes { ...parts } pageInfo { hasNextPage endCursor }
        }
      }
      ${ORDER}`,
      {
        first: ORDERS_PER_PAGE,
        after: cursor,
        query: `updated_at:>='${new Date(sinceMs).toISOString()}'`,
      },
    );
    const { nodes, pageInfo } = readAs(orderPage, data['orders']);
    const updatedAt = shopifyOrder.safeParse(nodes.at(-1)).data?.updatedAt;
    return {
      orders: nodes.flatMap((node) => parseOrder(node) ?? []),
      next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      untilMs: Date.parse(updatedAt ?? '') || sinceMs,
    };
  },

  async read(shop, orderId) {
    const data = await query(shop, `query ($id: ID!) { order(id: $id) { ...parts } } ${ORDER}`, {
      id: `gid://shopify/Order/${orderId}`,
    });
    if (data['order'] == null) return null;
    const order = parseOrder(data['order']);
    if (order === null) throw unreadableAnswer();
    return order;
  },

  write: writeStatus,
};
