import type { ShopPlatform } from '../../contract.ts';
import { api } from './api.ts';
import { readEvent } from './parse.ts';
import { webhook } from './verify.ts';

/** BigCommerce, by a store-level API account; docs/shops-research.md names the sources. */
export const platform: ShopPlatform = {
  id: 'bigcommerce',
  name: 'BigCommerce',
  urlForm: {
    example: 'https://api.bigcommerce.com/stores/abc123',
    matches: (url) => /\/stores\/[A-Za-z0-9]{1,40}$/.test(url),
  },
  credentials: [{ name: 'access_token', isRequired: true }],
  secretForm: 'hex',
  webhook,
  readEvent,
  api,
};
