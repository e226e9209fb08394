/** The permissions of a merchant's key. `admin` includes all others and the keys themselves. */
export const MERCHANT_SCOPES = [
  'shipments:read',
  'shipments:write',
  'scans:write',
  'couriers:read',
  'couriers:write',
  'positions:write',
  'deliveries:read',
  'deliveries:write',
  'accounts:read',
  'accounts:write',
  'webhooks:read',
  'webhooks:write',
  'notifications:read',
  'notifications:write',
  'exceptions:read',
  'exceptions:write',
  'admin',
] as const;
export type MerchantScope = (typeof MERCHANT_SCOPES)[number];

/**
 * What an operator's key may be allowed: the whole installation, all merchants' dead letters and
 * mappings. `ops:write` includes `ops:read`. No merchant's scope includes them, not even `admin`.
 */
export const OPS_SCOPES = ['ops:read', 'ops:write'] as const;
export type OpsScope = (typeof OPS_SCOPES)[number];

const SCOPES = [...MERCHANT_SCOPES, ...OPS_SCOPES] as const;
export type Scope = (typeof SCOPES)[number];

export function isOpsScope(scope: Scope): scope is OpsScope {
  return scope === 'ops:read' || scope === 'ops:write';
}
