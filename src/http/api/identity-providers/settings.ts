import type { MembersDeps, OpenId, ProviderSettings } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { createRateLimiter } from '../../kit/rate-limit.ts';

/**
 * The limit of checks per merchant: each makes the hub read up to half a megabyte from the issuer's
 * server.
 */
const CHECKS = { burst: 10, perS: 1 / 30 };

/**
 * Setup of providers for API and desk, which share the rate limit on checks of a merchant's
 * issuers.
 */
export function createProviderSettings({
  members,
  openId,
  clock,
}: {
  readonly members: MembersDeps;
  readonly openId: OpenId;
  readonly clock: Clock;
}): ProviderSettings {
  const checks = createRateLimiter({ name: 'provider checks', ...CHECKS, clock });
  return { members, openId, waitS: (merchantId) => checks.take(merchantId) };
}
