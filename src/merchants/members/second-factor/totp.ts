import { Secret, TOTP } from 'otpauth';
import type { RandomBytes } from '../../../platform/clock.ts';

/** As RFC 4226 wants for SHA-1. */
const SECRET_BYTES = 20;
const PERIOD_S = 30;
/** A phone's clock may be half a minute off, either way. */
const WINDOW = 1;
const CODE = /^\d{6}$/;

/** The secret from which an app computes its codes, in base32. */
export function newTotpSecret(random: RandomBytes): string {
  return new Secret({ buffer: Uint8Array.from(random(SECRET_BYTES)).buffer }).base32;
}

/** What an app reads from a picture: `otpauth://totp/…`. Pure. */
export function totpUri(
  secret: string,
  of: { readonly issuer: string; readonly account: string },
): string {
  // A colon would part the two in another place.
  const [issuer, label] = [of.issuer, of.account].map((text) => text.replaceAll(':', ' '));
  return totp(secret, { issuer: issuer ?? '', label: label ?? '' }).toString();
}

/**
 * The half minute, counted from 1970, that a code of six digits is of; null: of none that is near.
 * Pure.
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
