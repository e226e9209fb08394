import { hmacVerifier } from '../contract/hmac-webhook.ts';

export const SIGNATURE_HEADER = 'fdx-signature';

/**
 * Verifies the header `fdx-signature`, the Base64 text of HMAC-SHA256 over the body, keyed with the
 * security token entered when the webhook was created (developer.fedex.com, validation of Advanced
 * Integrated Visibility pushes). One sentence there says hex, but its code uses Base64, and so do
 * we.
 */
export const webhook = hmacVerifier({ header: SIGNATURE_HEADER, encoding: 'base64' });
