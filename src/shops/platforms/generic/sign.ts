import { createHmac } from 'node:crypto';

interface Signed {
  readonly id: string;
  readonly sentMs: number;
  readonly body: string | Uint8Array;
}

const PREFIX = 'whsec_';

/** The headers of Standard Webhooks (standardwebhooks.com). Pure. */
export function standardHeaders(secret: string, { id, sentMs, body }: Signed) {
  const timestamp = String(Math.floor(sentMs / 1_000));
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac.digest('base64')}`,
  };
}
