import { constantTimeEquals, hmacSha256Hex } from '../../../kernel/wire/hmac.ts';
import type { Authorization, CallableShop } from '../../contract.ts';
import { grantedToken, jsonIn, readAs } from '../../json-answer.ts';
import { SCOPES } from './scopes.ts';

/** As Shopify's own library allows. */
const TOLERANCE_MS = 90_000;

/** The authorization code grant, whose token does not expire. */
export const authorization: Authorization = {
  needs: ['client_id', 'client_secret'],

  page({ url, credentials, secret, callbackUrl }) {
    const query = new URLSearchParams({
      client_id: credentials['client_id'] ?? '',
      scope: SCOPES.join(','),
      redirect_uri: callbackUrl,
      state: secret,
    });
    return `${url}/admin/oauth/authorize?${query.toString()}`;
  },

  secretIn: (answer) => new URLSearchParams(answer).get('state'),

  async credentialsIn(answer, shop) {
    const query = new URLSearchParams(answer);
    if (!isGenuine(query, shop)) return null;
    const { client_id, client_secret } = shop.credentials;
    const granted = await shop.send({
      method: 'POST',
      url: `${shop.url}/admin/oauth/access_token`,
      body: { client_id, client_secret, code: query.get('code') },
    });
    return readAs(grantedToken, jsonIn(granted));
  },
};

type AskingShop = Pick<CallableShop, 'url' | 'credentials' | 'nowMs'>;

/** Whether a callback is signed by the app's secret, about this shop, and from now. Pure. */
export function isGenuine(answer: URLSearchParams, shop: AskingShop): boolean {
  const query = new URLSearchParams(answer);
  const hmac = query.get('hmac') ?? '';
  query.delete('hmac');
  query.sort();
  const secret = shop.credentials['client_secret'] ?? '';
  const sentMs = Number(query.get('timestamp') || Number.NaN) * 1_000;
  return (
    new Set(query.keys()).size === query.size &&
    secret !== '' &&
    constantTimeEquals(hmac, hmacSha256Hex(query.toString(), secret)) &&
    query.get('shop') === new URL(shop.url).hostname &&
    Math.abs(shop.nowMs() - sentMs) <= TOLERANCE_MS
  );
}
