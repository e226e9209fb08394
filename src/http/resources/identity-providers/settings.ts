import type { MembersDeps, OpenId, ProviderSettings } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { createRateLimiter } from '../../kit/rate-limit.ts';

/** By merchant: each makes the hub read up to half a megabyte of whoever answers there. */
const CHECKS = { burst: 10, perS: 1 / 30 };

/** What API and desk set providers up with: they count together how often a merchant's issuers are asked. */
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
