import { createHmac } from 'node:crypto';

/** Signatures by Standard Webhooks (standardwebhooks.com, read 2026-11-20). */

const PREFIX = 'whsec_';
const SECRET = /^whsec_[A-Za-z0-9+/]+={0,2}$/;
/** Lengths of keys: the usual one, and the limits that Standard Webhooks recommends. */
export const KEY_BYTES = { usual: 32, min: 24, max: 64 } as const;

/** Returns a key as people copy it. */
export function standardSecret(key: Uint8Array): string {
  return `${PREFIX}${Buffer.from(key).toString('base64')}`;
}

/** Returns the key in a secret. */
export function standardKey(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

export function isStandardSecret(text: string): boolean {
  const { length } = SECRET.test(text) ? standardKey(text) : '';
  return length >= KEY_BYTES.min && length <= KEY_BYTES.max;
}

interface SignedMessage {
  /** The same each time it is sent. */
  readonly id: string;
  readonly sentMs: number;
  readonly body: string | Uint8Array;
}

/**
 * Returns the headers of a message. With several keys there is a signature for each: a receiver that
 * knows one of them accepts. Pure.
 */
export function standardHeaders({ id, sentMs, body }: SignedMessage, keys: readonly Uint8Array[]) {
  const timestamp = String(Math.floor(sentMs / 1_000));
  const signatures = keys.map((key) => {
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
    return `v1,${mac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
