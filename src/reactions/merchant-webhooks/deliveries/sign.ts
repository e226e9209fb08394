import { createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { secretBytes } from '../endpoints/secrets.ts';

/**
 * The three headers of Standard Webhooks (standardwebhooks.com, read 2026-11-20). With several
 * secrets there is a signature for each: a receiver that knows one of them accepts.
 */
export function signedHeaders(
  id: string,
  body: Uint8Array,
  secrets: readonly string[],
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body);
    return `v1,${mac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

/** Decoded once: some thousand signatures a second are made with few secrets. */
const KEYS_MAX = 10_000;
const keys = new LRUCache<string, Buffer>({ max: KEYS_MAX });

function keyOf(secret: string): Buffer {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = secretBytes(secret);
  keys.set(secret, key);
  return key;
}
