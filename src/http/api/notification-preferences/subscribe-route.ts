import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { type Notifications, normalizedAddress } from '../../../reactions/notifications/index.ts';
import { readJsonBody } from '../../kit/bodies/json-body.ts';
import type { RateLimiter } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import { sendJson } from '../../public/tracking/answers.ts';
import { subscribeBody } from '../notifications/schema.ts';

export interface SubscribeRouteDeps {
  readonly notifications: Pick<Notifications, 'subscribe'>;
  readonly adapters: Pick<Registry, 'list'>;
  /** Limits requests that may message somebody who did not ask for it. */
  readonly limiter: RateLimiter;
}

/**
 * `POST /notifications/subscribe`: the answer is always the same, so that nobody learns which
 * addresses are known. Only errors visible in the request itself are reported.
 */
export function subscribeRoute({ notifications, adapters, limiter }: SubscribeRouteDeps): Route {
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
