import { createHmac } from 'node:crypto';
import type { Tenant } from '../../../kernel/tenant.ts';

const SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;
/** Limits of a secret by Standard Webhooks: 24 to 64 bytes. */
const BYTES_MIN = 24;
const BYTES_MAX = 64;

export function isSigningSecret(text: string): boolean {
  const bytes = Buffer.from(SECRET.exec(text)?.[1] ?? '', 'base64').length;
  return bytes >= BYTES_MIN && bytes <= BYTES_MAX;
}

/**
 * The secret that signs a tenant's messages, derived from the installation's secret. So a receiver
 * that knows its own merchant's secret does not accept messages that another merchant had sent to
 * it.
 */
export function secretOfTenant(secret: string, { merchantId, mode }: Tenant): string {
  const mac = createHmac('sha256', keyOf(secret))
    .update(`waybill webhook channel 1 ${merchantId} ${mode}`)
    .digest('base64');
  return `whsec_${mac}`;
}

/**
 * The headers of Standard Webhooks: they prove to receivers that we are the sender, and the id
 * identifies a repeat.
 */
export function signedHeaders(
  secret: string,
  { id, nowMs, body }: { readonly id: string; readonly nowMs: number; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const mac = createHmac('sha256', keyOf(secret))
    .update(`${id}.${timestamp}.${body}`, 'utf8')
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
  };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(SECRET.exec(secret)?.[1] ?? '', 'base64');
}
