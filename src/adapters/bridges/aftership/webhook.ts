import { hmacVerifier } from '../../sdk.ts';

/**
 * Verifies the header `aftership-hmac-sha256`: HMAC-SHA256 in Base64 over the raw body, keyed with
 * the webhook secret of the account (aftership.com/docs/tracking/webhook/webhook-signature).
 */
export const webhook = hmacVerifier({ header: 'aftership-hmac-sha256', encoding: 'base64' });
