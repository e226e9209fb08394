import { hmacVerifier } from '../../sdk.ts';

/**
 * Verifies the header `X-Hmac-Signature`: HMAC-SHA256 in hex over the raw body, keyed with the
 * webhook's secret in Unicode's form NFKD (`validateWebhook` of @easypost/api 8.9,
 * src/utils/util.js).
 */
export const webhook = hmacVerifier({
  header: 'x-hmac-signature',
  encoding: 'hex',
  prefix: 'hmac-sha256-hex=',
  keyOf: (secret) => secret.normalize('NFKD'),
});
