import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Keyring } from './sealing.ts';

/** The number of digits a person copies from a message. */
const CODE_DIGITS = 6;
const CODES = 10 ** CODE_DIGITS;

/**
 * A numeric code for something that has an id: the same each time, so that it is stored nowhere.
 * The code that checks it has to count the tries, because a million is not many.
 */
export function shortCode({ active }: Keyring, subject: string): string {
  return codeBy(active.bytes, subject);
}

/** In constant time; a rotated key still recognises its codes. */
export function isShortCode({ keys }: Keyring, subject: string, given: string): boolean {
  const typed = Buffer.from(given.padEnd(CODE_DIGITS).slice(0, CODE_DIGITS + 1), 'utf8');
  return [...keys.values()]
    .map(({ bytes }) => Buffer.from(codeBy(bytes, subject)))
    .map((code) => code.length === typed.length && timingSafeEqual(code, typed))
    .includes(true);
}

function codeBy(key: Uint8Array, subject: string): string {
  const mac = createHmac('sha256', key).update(`short-code\0${subject}`).digest();
  // 48 bits: that a million does not divide them leaves no code likelier by more than one in 10^8.
  return String(mac.readUIntBE(0, 6) % CODES).padStart(CODE_DIGITS, '0');
}
