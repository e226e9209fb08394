import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Brandings } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Notifications, normalizedAddress } from '../../../reactions/notifications/index.ts';
import { readJsonBody } from '../../kit/bodies/json-body.ts';
import { createRateLimiter, type RateLimiter } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import { sendJson } from '../../public/tracking/answers.ts';
import { subscribeBody } from '../notifications/schema.ts';
import { openNoticePages } from './pages.tsx';
import { noticeRoutes } from './routes.ts';

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

interface SubscribeRouteDeps {
  readonly notifications: Pick<Notifications, 'subscribe'>;
  readonly adapters: Pick<Registry, 'list'>;
  /** Limits requests that may message somebody who did not ask for it. */
  readonly limiter: RateLimiter;
}

/**
 * `POST /notifications/subscribe`: the answer is always the same, so that nobody learns which
 * addresses are known. Only errors visible in the request itself are reported.
 */
function subscribeRoute({ notifications, adapters, limiter }: SubscribeRouteDeps): Route {
  return {
    method: 'POST',
    path: '/notifications/subscribe',
    hot: false,
    async handler(request, response, context) {
      const waitS = limiter.take(context.clientIp);
      if (waitS > 0) {
        throw new Problem('rate_limited', 'notifications.tooManySubscriptions', {
          retryAfterS: Math.ceil(waitS),
        });
      }
      const { value } = await readJsonBody(request);
      const body = parseBody(subscribeBody, value);
      if (normalizedAddress(body.channel, body.address) === null) {
        throw invalidMember(
          '/address',
          { 'notifications.notChannelAddress': { channel: body.channel } },
          FIXES[body.channel],
        );
      }
      const numbers = numbersOf(adapters, body.tracking_number, body.carrier ?? null);
      await notifications.subscribe({
        numbers,
        channel: body.channel,
        address: body.address,
        milestones: body.milestones ?? [],
        locale: body.locale ?? null,
      });
      sendJson({ response, context }, 202, ANSWER);
    },
  };
}

const ANSWER = JSON.stringify({
  state: 'asked',
  detail:
    'If the parcel is tracked here and the address may be asked, a message with a confirmation link is on its way.',
});

const FIXES = {
  email: 'notifications.useEmailAddress',
  sms: 'notifications.useInternationalNumber',
  push: 'notifications.sendPushToken',
} as const;

/** The number as the given carrier, or each possible one, stores it. */
function numbersOf(
  adapters: Pick<Registry, 'list'>,
  number: string,
  carrier: string | null,
): { carrier: string; trackingNumber: string }[] {
  return adapters
    .list()
    .filter(({ manifest }) => carrier === null || manifest.name === carrier)
    .map(({ manifest, numbers }) => ({
      carrier: manifest.name,
      trackingNumber: numbers.normalize(number),
    }))
    .filter(({ trackingNumber }) => trackingNumber !== '');
}
