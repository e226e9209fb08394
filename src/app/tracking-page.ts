import type { PublicFaceOptions, RateLimiter } from '../http/index.ts';
import type { Milestone, Notifications } from '../reactions/notifications/index.ts';

/**
 * The milestones that a reader who did not subscribe to every step receives: those that say when to
 * be at home, and problems.
 */
const IMPORTANT_MILESTONES: readonly Milestone[] = [
  'out_for_delivery',
  'arriving',
  'available_for_pickup',
  'delivery_attempted',
  'delivered',
  'exception',
  'stalled',
  'edd_changed',
  'delay_predicted',
  'returning',
];

/**
 * Handles the page's subscription form as `notifications` does. The answer reveals no outcome.
 *
 * @param limiter the limiter of `POST /notifications/subscribe`; shared, so that the two forms
 * together do not allow twice as many messages.
 */
export function subscribeOnPage(
  { subscribe, subscribeByCode }: Pick<Notifications, 'subscribe' | 'subscribeByCode'>,
  limiter: RateLimiter,
): NonNullable<PublicFaceOptions['subscribe']> {
  return async ({ carrier, trackingNumber, channel, address, every, locale, clientIp }) => {
    const waitS = limiter.take(clientIp);
    if (waitS > 0) return { outcome: 'too_many', retryAfterS: Math.ceil(waitS) };
    const wanted = {
      numbers: [{ carrier, trackingNumber }],
      channel,
      address,
      locale,
      milestones: every ? [] : IMPORTANT_MILESTONES,
    };
    if (channel === 'sms') return { outcome: 'code', ticket: await subscribeByCode(wanted) };
    await subscribe(wanted);
    return { outcome: 'asked' };
  };
}

/**
 * Handles the code from an SMS. A code can be tried only a few times in total. The limit per client
 * IP also stops people who request many codes and try each one.
 */
export function enterCodeOnPage(
  { confirmByCode }: Pick<Notifications, 'confirmByCode'>,
  limiter: RateLimiter,
): NonNullable<PublicFaceOptions['enterCode']> {
  return async ({ ticket, code, clientIp }) => {
    const waitS = limiter.take(clientIp);
    if (waitS > 0) return { outcome: 'too_many', retryAfterS: Math.ceil(waitS) };
    return { outcome: (await confirmByCode(ticket, code)) ? 'done' : 'wrong' };
  };
}
