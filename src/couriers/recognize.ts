import { createHmac } from 'node:crypto';
import type { Tenant } from '../kernel/tenant.ts';

const HASH_BYTES = 16;

/** What a text is found again by, within its tenant and among those of its kind. */
export function keyedHash(
  key: Uint8Array,
  { merchantId, mode }: Tenant,
  kind: 'courier' | 'address',
  text: string,
): Buffer {
  const digest = createHmac('sha256', key).update(JSON.stringify([merchantId, mode, kind, text]));
  return digest.digest().subarray(0, HASH_BYTES);
}
