import { hmacVerifier } from '../../../adapters/contract/hmac-webhook.ts';
import { parseJsonOrNull } from '../../../kernel/wire/loose.ts';
import type { ShopPlatform } from '../../contract.ts';
import { api } from './api.ts';
import { readEvent } from './parse.ts';
import { wooKeys } from './schema.ts';

/** WooCommerce, by its REST API v3; docs/shops-research.md names the sources. */
export const platform: ShopPlatform = {
  id: 'woocommerce',
  name: 'WooCommerce',
  credentials: [
    { name: 'consumer_key', isRequired: true },
    { name: 'consumer_secret', isRequired: true },
  ],
  settings: ['order_notes', 'delivered_status'],
  secretForm: 'hex',
  webhook: {
    ...hmacVerifier({ header: 'x-wc-webhook-signature', encoding: 'base64' }),
    // When a webhook is saved, the shop sends its id as an unsigned form, and only 200 ends that.
    isPing: (headers) =>
      headers['x-wc-webhook-signature'] === undefined &&
      headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true,
  },
  readEvent,
  authorization: {
    needs: [],
    page({ url, secret, callbackUrl, returnUrl }) {
      const query = new URLSearchParams({
        app_name: 'Waybill',
        scope: 'read_write',
        // Nothing signs the answer, so that this one-time secret proves it.
        user_id: secret,
        return_url: returnUrl,
        callback_url: callbackUrl,
      });
      return `${url}/wc-auth/v1/authorize?${query.toString()}`;
    },
    secretIn: (answer) => keysIn(answer)?.user_id ?? null,
    async credentialsIn(answer) {
      const { user_id: _secret, ...credentials } = keysIn(answer) ?? {};
      return credentials;
    },
  },
  api,
};

function keysIn(answer: string) {
  return wooKeys.safeParse(parseJsonOrNull(answer)?.value).data;
}
