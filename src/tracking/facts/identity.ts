import { hash } from 'node:crypto';

/**
 * Length of an identity, 128 bits: among a billion facts of one shipment the chance of a collision
 * is about 1 in 10^20.
 */
const HEX_CHARS = 32;

/**
 * Returns the identity of a fact within its shipment: 32 hex characters of SHA-256 over the parts
 * that an adapter lists. The parts are written as a JSON array, so `['a','b']` and `['ab']` differ,
 * and broken surrogates stay distinct (JSON escapes them; UTF-8 alone would turn them all into
 * U+FFFD).
 */
export function hashIdentity(parts: readonly string[]): string {
  const known = hashed.get(parts);
  if (known !== undefined) return known;
  const name = hash('sha256', JSON.stringify(parts), 'hex').slice(0, HEX_CHARS);
  hashed.set(parts, name);
  return name;
}

/**
 * A cache, because a report's facts are hashed when they are routed and again when they are
 * ingested.
 */
const hashed = new WeakMap<readonly string[], string>();
