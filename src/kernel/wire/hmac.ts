import { createHmac, timingSafeEqual } from 'node:crypto';

/** No verdict looks at more live secrets than this: rotation needs two or three. */
const SECRETS_MAX = 8;

/** Equal text, in time that depends on neither content; unequal lengths are unequal at once. */
export function constantTimeEquals(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8');
  const right = Buffer.from(b, 'utf8');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** `offered` equals one of the live secrets; every secret is compared, so that timing reveals nothing. */
export function matchesAnySecret(offered: string, secrets: readonly string[]): boolean {
  let found = false;
  for (const secret of secrets.slice(0, SECRETS_MAX)) {
    if (secret !== '' && constantTimeEquals(offered, secret)) found = true;
  }
  return found;
}

export function hmacSha256Base64(message: Uint8Array | string, secret: string): string {
  return createHmac('sha256', secret).update(message).digest('base64');
}

/** In lower case. */
export function hmacSha256Hex(message: Uint8Array | string, secret: string): string {
  return createHmac('sha256', secret).update(message).digest('hex');
}

/**
 * `offered` is the canonical Base64 text of HMAC-SHA256(secret, message) under a live secret.
 * The text is compared, not the decoded bytes: Base64 has several spellings for one value, and
 * only the canonical one is accepted.
 */
export function matchesAnyHmacSha256Base64(
  offered: string,
  message: Uint8Array | string,
  secrets: readonly string[],
): boolean {
  return matchesAnyMac(offered, secrets, (secret) => hmacSha256Base64(message, secret));
}

/**
 * Whether a signature in lower-case hex is the message's HMAC with any of these secrets. For a
 * carrier that signs in upper case, pass `offered.toLowerCase()`.
 */
export function matchesAnyHmacSha256Hex(
  offered: string,
  message: Uint8Array | string,
  secrets: readonly string[],
): boolean {
  return matchesAnyMac(offered, secrets, (secret) => hmacSha256Hex(message, secret));
}

function matchesAnyMac(
  offered: string,
  secrets: readonly string[],
  macWith: (secret: string) => string,
): boolean {
  let found = false;
  for (const secret of secrets.slice(0, SECRETS_MAX)) {
    if (secret !== '' && constantTimeEquals(offered, macWith(secret))) found = true;
  }
  return found;
}
