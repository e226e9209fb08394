import type { ShopPlatform } from '../../contract.ts';
import { api } from './api.ts';

/**
 * Shopware 6, by an integration of the Admin API, which is polled: only an app could receive
 * webhooks, and none of them names a new tracking number. docs/shops-research.md names the sources.
 */
export const platform: ShopPlatform = {
  id: 'shopware',
  name: 'Shopware 6',
  credentials: [
    { name: 'client_id', isRequired: true },
    { name: 'client_secret', isRequired: true },
  ],
  secretForm: 'hex',
  readEvent: () => ({ kind: 'ignored', reason: 'Shopware is polled' }),
  api,
};
