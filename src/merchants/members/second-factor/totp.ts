import { Secret, TOTP } from 'otpauth';
import type { RandomBytes } from '../../../platform/clock.ts';

/** The length that RFC 4226 recommends for SHA-1. */
const SECRET_BYTES = 20;
const PERIOD_S = 30;
/** How many half minutes a phone's clock may be off, in either direction. */
const WINDOW = 1;
const CODE = /^\d{6}$/;

/** Returns a secret from which an app computes its codes, in base32. */
export function newTotpSecret(random: RandomBytes): string {
  return new Secret({ buffer: Uint8Array.from(random(SECRET_BYTES)).buffer }).base32;
}

/** Returns the URI that an app reads from a QR code: `otpauth://totp/…`. Pure. */
export function totpUri(
  secret: string,
  of: { readonly issuer: string; readonly account: string },
): string {
  // A colon in a name would move the border between the two.
  const [issuer, label] = [of.issuer, of.account].map((text) => text.replaceAll(':', ' '));
  return totp(secret, { issuer: issuer ?? '', label: label ?? '' }).toString();
}

/**
 * Returns the half minute, counted from 1970, to which a six-digit code belongs; null if to none
 * nearby. Pure.
 */
export function totpStep(secret: string, code: string, nowMs: number): number | null {
  if (!CODE.test(code)) return null;
  const delta = totp(secret).validate({ token: code, timestamp: nowMs, window: WINDOW });
  return delta === null ? null : Math.floor(nowMs / (PERIOD_S * 1_000)) + delta;
}

function totp(secret: string, named: { readonly issuer?: string; readonly label?: string } = {}) {
  const shape = { algorithm: 'SHA1', digits: 6, period: PERIOD_S };
  return new TOTP({ ...shape, ...named, secret: Secret.fromBase32(secret) });
}
