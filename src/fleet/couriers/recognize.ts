import { createHmac } from 'node:crypto';
import type { Tenant } from '../../kernel/tenant.ts';

const HASH_BYTES = 16;

/** The lookup hash of a text, within its tenant and kind. */
export function keyedHash(
  key: Uint8Array,
  { merchantId, mode }: Tenant,
  kind: 'courier' | 'address',
  text: string,
): Buffer {
  const digest = createHmac('sha256', key).update(JSON.stringify([merchantId, mode, kind, text]));
  return digest.digest().subarray(0, HASH_BYTES);
}
