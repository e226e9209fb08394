import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Keyring } from './sealing.ts';

/** The number of digits that a person copies from a message. */
const CODE_DIGITS = 6;
const CODES = 10 ** CODE_DIGITS;

/**
 * Returns a numeric code for something that has an id. It is always the same, so it need not be
 * stored. The caller that checks it has to count the attempts, because a million codes are not
 * many.
 */
export function shortCode({ active }: Keyring, subject: string): string {
  return codeBy(active.bytes, subject);
}

/** Checks a code in constant time; codes made with a rotated key are still accepted. */
export function isShortCode({ keys }: Keyring, subject: string, given: string): boolean {
  const typed = Buffer.from(given.padEnd(CODE_DIGITS).slice(0, CODE_DIGITS + 1), 'utf8');
  return [...keys.values()]
    .map(({ bytes }) => Buffer.from(codeBy(bytes, subject)))
    .map((code) => code.length === typed.length && timingSafeEqual(code, typed))
    .includes(true);
}

function codeBy(key: Uint8Array, subject: string): string {
  const mac = createHmac('sha256', key).update(`short-code\0${subject}`).digest();
  // 48 bits are so many more than a million that no code is likelier by more than one in 10^8.
  return String(mac.readUIntBE(0, 6) % CODES).padStart(CODE_DIGITS, '0');
}
