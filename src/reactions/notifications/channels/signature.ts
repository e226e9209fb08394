import { createHmac } from 'node:crypto';
import type { Tenant } from '../../../kernel/tenant.ts';
import { standardKey, standardSecret } from '../../../kernel/wire/standard-webhooks.ts';

/**
 * The secret that signs a tenant's messages, derived from the installation's secret. So a receiver
 * that knows its own merchant's secret does not accept messages that another merchant had sent to
 * it.
 */
export function secretOfTenant(secret: string, { merchantId, mode }: Tenant): string {
  const mac = createHmac('sha256', standardKey(secret));
  mac.update(`waybill webhook channel 1 ${merchantId} ${mode}`);
  return standardSecret(mac.digest());
}
