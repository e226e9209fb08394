import { type Operation, operation } from '../../kit/operation.ts';
import { subscribeAnswer, subscribeBody } from './schema.ts';

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

const byLink = (
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
  byLink(
    'showConfirmation',
    'GET',
    '/subscriptions/confirm',
    'Page: confirm a subscription',
    'Changes nothing.',
  ),
  byLink(
    'confirmSubscription',
    'POST',
    '/subscriptions/confirm',
    'Confirm a subscription',
    'Confirms the subscription.',
  ),
  byLink('showUnsubscribe', 'GET', '/unsubscribe', 'Page: unsubscribe', 'Changes nothing.'),
  byLink(
    'unsubscribe',
    'POST',
    '/unsubscribe',
    'Unsubscribe',
    "Used by the page's button and by email programs' one-click unsubscribe (RFC 8058).",
  ),
  byLink('showPreferences', 'GET', '/preferences', 'Page: notification preferences', 'A form.'),
  byLink(
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
