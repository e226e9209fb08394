import type { Registry } from '../../../adapters/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Brandings } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Notifications } from '../../../reactions/notifications/index.ts';
import { createRateLimiter, type RateLimiter } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';
import { openNoticePages } from './pages.tsx';
import { noticeRoutes } from './routes.ts';
import { subscribeRoute } from './subscribe-route.ts';

/**
 * Subscriptions one address may request: enough for a household with a few parcels, not for a list
 * of victims.
 */
const SUBSCRIBE_RATE = { burst: 10, perS: 1 / 60 };
/**
 * Pages behind links; a provider that clicks unsubscribe for its users does so from few addresses.
 */
const LINK_RATE = { burst: 200, perS: 5 };

export interface NotificationEndpointsDeps {
  readonly notifications: Notifications;
  readonly adapters: Pick<Registry, 'list' | 'get'>;
  readonly templating: { readonly brandings: Pick<Brandings, 'brandingOf'> };
  readonly clock: Clock;
  /** Shared with the page's form. */
  readonly subscribeLimiter?: RateLimiter;
}

/** Counts subscription requests per network, whichever endpoint they use. */
export function createSubscribeLimiter(clock: Clock): RateLimiter {
  return createRateLimiter({ name: 'subscriptions', ...SUBSCRIBE_RATE, clock });
}

/** SMS codes one network may try, right or wrong: enough for three people who each mistype. */
const CODE_RATE = { burst: 15, perS: 1 / 30 };

/** Counts the codes each network enters. */
export function createCodeLimiter(clock: Clock): RateLimiter {
  return createRateLimiter({ name: 'subscription codes', ...CODE_RATE, clock });
}

/** What anonymous users may do about messages: subscribe and unsubscribe. */
export function notificationEndpoints({
  notifications,
  adapters,
  templating,
  clock,
  subscribeLimiter,
}: NotificationEndpointsDeps): readonly Route[] {
  const pages = openNoticePages();
  const limiter = subscribeLimiter ?? createSubscribeLimiter(clock);
  const linkLimiter = createRateLimiter({ name: 'notification links', ...LINK_RATE, clock });
  const names = {
    merchant: async (tenant: Tenant) =>
      (await templating.brandings.brandingOf(tenant)).name || null,
    carrier: (carrier: string) => adapters.get(carrier)?.manifest.displayName ?? carrier,
  };
  return [
    subscribeRoute({ notifications, adapters, limiter }),
    ...noticeRoutes({ notifications, pages, limiter: linkLimiter, names }),
  ];
}
