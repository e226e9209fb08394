import { carrierName, type Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Brandings } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Notifications, normalizedAddress } from '../../../reactions/notifications/index.ts';
import { readJsonBody } from '../../kit/bodies/json-body.ts';
import { type Operation, operation } from '../../kit/operation.ts';
import { createRateLimiter, type RateLimiter } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import { sendJson } from '../../public/tracking/answers.ts';
import { subscribeAnswer, subscribeBody } from '../notifications/schema.ts';
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

interface NotificationEndpointsDeps {
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
    carrier: (carrier: string) => carrierName(adapters, carrier),
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
      const numbers = possibleNumbers(adapters, body.tracking_number, body.carrier ?? null);
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

/** Returns the number as the given carrier stores it, or as each carrier would. */
function possibleNumbers(
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

const TOKEN =
  'Opened from a link in a message; its `t` identifies what it opens. The page is in the language of `lang` or Accept-Language.';
const PAGE = { mediaType: 'text/html' } as const;
const ENDED = {
  404: { description: 'The link is not valid.', ...PAGE },
  410: { description: 'The link has expired.', ...PAGE },
} as const;

const subscribeOperation = operation({
  id: 'subscribeToParcel',
  method: 'POST',
  path: '/notifications/subscribe',
  tag: 'Public',
  summary: 'Subscribe to notifications about a parcel',
  description:
    'The address must confirm first; nothing else is sent before. The answer is always the same. An address is asked once a day per parcel, and at most three times a day in all.',
  body: subscribeBody,
  answers: { 202: { description: 'Accepted.', schema: subscribeAnswer } },
  errors: ['rate_limited'],
  example: {
    tracking_number: '9400111202555842332607',
    channel: 'email',
    address: 'a@example.com',
    milestones: ['out_for_delivery', 'delivered'],
  },
});

/** Describes the operation of a page that a link in a message opens. */
const linkOperation = (
  id: string,
  method: 'GET' | 'POST',
  path: string,
  summary: string,
  description: string,
  more: Pick<Operation, 'form' | 'answers'> = { answers: {} },
) =>
  operation({
    id,
    method,
    path,
    summary,
    tag: 'Page' as const,
    description: `${description} ${TOKEN}`,
    pages: true,
    ...more,
    answers: { 200: { description: 'A page.', ...PAGE }, ...more.answers, ...ENDED },
    errors: ['rate_limited'],
  });

/** In the order the docs list them. */
export const recipientOperations = [
  subscribeOperation,
  linkOperation(
    'showConfirmation',
    'GET',
    '/subscriptions/confirm',
    'Page: confirm a subscription',
    'Changes nothing.',
  ),
  linkOperation(
    'confirmSubscription',
    'POST',
    '/subscriptions/confirm',
    'Confirm a subscription',
    'Confirms the subscription.',
  ),
  linkOperation('showUnsubscribe', 'GET', '/unsubscribe', 'Page: unsubscribe', 'Changes nothing.'),
  linkOperation(
    'unsubscribe',
    'POST',
    '/unsubscribe',
    'Unsubscribe',
    "Used by the page's button and by email programs' one-click unsubscribe (RFC 8058).",
  ),
  linkOperation(
    'showPreferences',
    'GET',
    '/preferences',
    'Page: notification preferences',
    'A form.',
  ),
  linkOperation(
    'savePreferences',
    'POST',
    '/preferences',
    'Set notification preferences',
    "Takes the page's form fields.",
    {
      form: {
        wanted: 'A milestone to be notified of. May be repeated.',
        nothing: '`yes`: never send a message again.',
        language: 'The language of messages.',
        from: 'Start of quiet hours, `20:00`.',
        to: 'End of quiet hours, `07:00`.',
      },
      answers: { 422: { description: 'The quiet hours are not valid.', ...PAGE } },
    },
  ),
];
