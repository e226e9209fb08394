import {
  type HeaderRefusal,
  instantMs,
  matchesAnyRsaSha256Base64,
  placeTimeFromIso,
  rsaSha256Base64,
  type WebhookRequest,
  type WebhookVerifier,
} from '../../sdk.ts';

export const HEADER = 'x-shipengine-rsa-sha256-signature';
const KEY_ID = 'x-shipengine-rsa-sha256-key-id';
const TIMESTAMP = 'x-shipengine-timestamp';
/** "More than 5 minutes difference from the current time" may be refused. */
export const REPLAY_WINDOW_S = 300;
/** Base64 of a signature by a key of 1,024 to 8,192 bits. */
const SIGNATURE = /^[A-Za-z0-9+/]{168,1368}={0,2}$/;

/**
 * Verifies RSA-SHA256 over the timestamp, a full stop and the raw body, with the sender's public
 * keys (docs.shipstation.com, "Webhook Validation"; https://api.shipengine.com/jwks).
 */
export const webhook: WebhookVerifier = {
  keys: 'public',
  keyId: (headers) => headers[KEY_ID] || null,
  refusedByHeaders,
  verify({ headers, rawBody }, keys, nowMs) {
    const reason = refusedByHeaders(headers, keys);
    if (reason !== null) return { ok: false, reason };
    const timestamp = headers[TIMESTAMP] ?? '';
    const sentMs = sentAtMs(timestamp);
    if (sentMs === null) return { ok: false, reason: 'timestamp_missing' };
    if (!matchesAnyRsaSha256Base64(headers[HEADER] ?? '', signed(timestamp, rawBody), keys)) {
      return { ok: false, reason: 'signature_mismatch' };
    }
    return Math.abs(nowMs - sentMs) > REPLAY_WINDOW_S * 1_000
      ? { ok: false, reason: 'timestamp_stale' }
      : { ok: true, trust: 'signed' };
  },
  sign(body, privateKey, nowMs) {
    const timestamp = new Date(nowMs).toISOString();
    return {
      headers: {
        'content-type': 'application/json',
        [KEY_ID]: 'test',
        [TIMESTAMP]: timestamp,
        [HEADER]: rsaSha256Base64(signed(timestamp, Buffer.from(body)), privateKey),
      },
      body,
    };
  },
};

function refusedByHeaders(
  headers: WebhookRequest['headers'],
  keys: readonly string[],
): HeaderRefusal | null {
  if (!keys.some((key) => key !== '')) return 'no_secret_configured';
  const offered = headers[HEADER];
  if (offered === undefined || offered === '') return 'signature_missing';
  return SIGNATURE.test(offered) ? null : 'signature_malformed';
}

function signed(timestamp: string, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${timestamp}.`), body]);
}

/**
 * Reads a whole time with its zone; null: it is none. A fraction is separated by a full stop, too,
 * so without the zone a part of the time could be moved into the body.
 */
function sentAtMs(timestamp: string): number | null {
  const time = placeTimeFromIso(timestamp);
  return time?.precision === 'second' ? instantMs(time) : null;
}
