/**
 * UUIDv7 from a wall clock and 10 random bytes, both given by the caller so that tests can fix
 * them: 48 bits of milliseconds, then version, variant and randomness.
 */
export function uuidV7(nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  bytes.set(random.subarray(0, 10), 6);
  let ms = nowMs;
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  return uuid(bytes, 7);
}

/** A UUID that reveals nothing and cannot be guessed, from 16 random bytes. */
export function uuidV4(random: Uint8Array): string {
  return uuid(Uint8Array.from(random.subarray(0, 16)), 4);
}

function uuid(bytes: Uint8Array, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let at = 0;
  for (let i = 0; i < 16; i += 1) {
    const byte = bytes[i] ?? 0;
    if (i === 4 || i === 6 || i === 8 || i === 10) at += 1;
    UUID_TEXT[at] = HEX[byte >> 4] ?? 0;
    UUID_TEXT[at + 1] = HEX[byte & 15] ?? 0;
    at += 2;
  }
  return UUID_TEXT.toString('latin1');
}

/**
 * Reused for every id, because every request creates ids: only the hex digits are overwritten, the
 * dashes stay.
 */
const UUID_TEXT = Buffer.from('-'.repeat(36));
const HEX = Buffer.from('0123456789abcdef');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: string): boolean {
  return UUID.test(value);
}

/** Sorts before and after every id. */
export const LOWEST_UUID = '00000000-0000-0000-0000-000000000000';
export const HIGHEST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Returns the lowest UUIDv7 of that millisecond. */
export function lowestIdAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
