import { hmacVerifier } from '../../../adapters/contract/hmac-webhook.ts';
import type { ShopPlatform } from '../../contract.ts';
import { api } from './api.ts';
import { authorization } from './authorization.ts';
import { readEvent } from './parse.ts';

const SHOP_URL = /^https:\/\/[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/;

/**
 * Shopify, by the GraphQL Admin API and an app of the merchant's own; docs/shops-research.md names
 * the sources. An existing access token replaces the app; then nothing signs webhooks, unless the
 * app's secret is entered, too.
 */
export const platform: ShopPlatform = {
  id: 'shopify',
  name: 'Shopify',
  urlForm: {
    example: 'https://your-shop.myshopify.com',
    matches: (url) => SHOP_URL.test(url),
  },
  credentials: [
    { name: 'client_id', isRequired: false },
    { name: 'client_secret', isRequired: false },
    { name: 'access_token', isRequired: true },
  ],
  secretForm: 'hex',
  signingCredential: 'client_secret',
  webhook: {
    ...hmacVerifier({ header: 'x-shopify-hmac-sha256', encoding: 'base64' }),
    // One app can be installed in several shops, which then sign with the same secret.
    isFrom: (headers, shopUrl) => headers['x-shopify-shop-domain'] === new URL(shopUrl).hostname,
  },
  readEvent,
  authorization,
  api,
};
