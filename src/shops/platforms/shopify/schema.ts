import { z } from 'zod';
import {
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
  looseWritten,
} from '../../../kernel/wire/loose.ts';
import { shopId, shopItem } from '../../order-parts.ts';

const ITEMS_MAX = 500;
const ERRORS_MAX = 20;

/** An answer of the GraphQL Admin API. */
export const graphqlAnswer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: looseList(
    z.object({ message: looseText, extensions: looseObject({ code: looseCode }) }),
    ERRORS_MAX,
  ),
  extensions: looseObject({
    cost: looseObject({
      requestedQueryCost: looseNumber,
      throttleStatus: looseObject({ currentlyAvailable: looseNumber, restoreRate: looseNumber }),
    }),
  }),
});
export type GraphqlAnswer = z.output<typeof graphqlAnswer>;

/** What every mutation returns beside its object. */
export const mutationResult = z.object({
  userErrors: looseList(z.object({ message: looseText }), ERRORS_MAX),
});

const trackingInfo = looseList(
  z.object({ company: looseText, number: looseWritten, url: z.string().nullish().catch(null) }),
  ITEMS_MAX,
);

const fulfillment = z.object({
  id: z.string(),
  status: looseCode,
  createdAt: looseCode,
  trackingInfo,
  events: looseObject({
    nodes: looseList(
      z.object({ status: looseCode, happenedAt: looseCode, estimatedDeliveryAt: looseCode }),
      ITEMS_MAX,
    ),
  }),
});
export type ShopifyFulfillment = z.output<typeof fulfillment>;

export const fulfillmentsOfOrder = z.object({ fulfillments: looseList(fulfillment, ITEMS_MAX) });

/** What is read of an order. People and addresses are null without access to protected data. */
export const shopifyOrder = fulfillmentsOfOrder.extend({
  legacyResourceId: shopId,
  name: looseCode,
  email: looseText,
  phone: looseText,
  customerLocale: looseCode,
  createdAt: looseCode,
  updatedAt: looseCode,
  cancelledAt: looseCode,
  shippingAddress: looseObject({
    name: looseText,
    company: looseText,
    phone: looseText,
    address1: looseText,
    address2: looseText,
    city: looseText,
    provinceCode: looseText,
    zip: looseText,
    countryCodeV2: looseText,
  }),
  lineItems: looseObject({
    nodes: looseList(shopItem, ITEMS_MAX),
  }),
});

export const orderPage = z.object({
  nodes: looseList(z.unknown(), ITEMS_MAX),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
});

export const appScopes = z.object({
  shop: z.object({ myshopifyDomain: z.string() }),
  currentAppInstallation: z.object({
    accessScopes: looseList(z.object({ handle: z.string() }), ITEMS_MAX),
  }),
});

export const webhookSubscriptions = z.object({
  webhookSubscriptions: z.object({
    nodes: looseList(
      z.object({ id: z.string(), topic: looseCode, uri: z.string().nullish().catch(null) }),
      ITEMS_MAX,
    ),
  }),
});
