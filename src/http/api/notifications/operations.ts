import { type Operation, operation } from '../../kit/operation.ts';
import {
  notificationFilter,
  notificationPage,
  notificationRules,
  notificationWithAttempts,
  ruleSwitch,
  storedRules,
  subscribeAnswer,
  subscribeBody,
} from './schema.ts';

const IF_MATCH = {
  'If-Match':
    'The `ETag` of the rules you read. If they have changed since, nothing is stored and the answer is 412.',
};
const rules = { path: '/notification-rules', tag: 'Notifications' } as const;
const IN_FORCE = { 200: { description: 'Active.', schema: storedRules } } as const;

export const getRulesOperation = operation({
  ...rules,
  id: 'getNotificationRules',
  method: 'GET',
  summary: 'Get the notification rules',
  description: "The installation's rules until you set your own, separately for test and live.",
  scope: 'notifications:read',
  answers: { 200: { description: 'The active rules.', schema: storedRules } },
});

export const putRulesOperation = operation({
  ...rules,
  id: 'setNotificationRules',
  method: 'PUT',
  summary: 'Replace your notification rules',
  description:
    'Replaces the whole set. If several rules match the same event, channel and audience, the first one decides.',
  scope: 'notifications:write',
  body: notificationRules,
  headers: IF_MATCH,
  answers: IN_FORCE,
  errors: ['precondition_failed'],
  example: {
    time_zone: 'Europe/Berlin',
    rules: [
      {
        name: 'today',
        milestones: ['out_for_delivery'],
        channels: ['email', 'sms'],
        audience: ['recipient'],
        quiet_hours: { from: '20:00', to: '07:00' },
      },
    ],
  },
});

export const deleteRulesOperation = operation({
  ...rules,
  id: 'deleteNotificationRules',
  method: 'DELETE',
  summary: "Return to the installation's notification rules",
  scope: 'notifications:write',
  headers: IF_MATCH,
  answers: IN_FORCE,
  errors: ['precondition_failed'],
});

export const switchRuleOperation = operation({
  id: 'updateNotificationRule',
  method: 'PATCH',
  path: '/notification-rules/:name',
  tag: 'Notifications',
  summary: 'Enable or disable a notification rule',
  description:
    "Messages that it decided but has not sent are not sent. If you had the installation's rules, they become your own.",
  scope: 'notifications:write',
  params: { name: "The rule's name." },
  body: ruleSwitch,
  headers: IF_MATCH,
  answers: IN_FORCE,
  errors: ['not_found', 'precondition_failed'],
  example: { enabled: false },
});

export const listNotificationsOperation = operation({
  id: 'listNotifications',
  method: 'GET',
  path: '/notifications',
  tag: 'Notifications',
  summary: 'List notifications',
  description:
    'Sent or not, and why not. Newest first, kept for 90 days. Addresses are never shown.',
  scope: 'notifications:read',
  query: notificationFilter,
  shed: {},
  answers: { 200: { description: 'One page.', schema: notificationPage } },
});

export const getNotificationOperation = operation({
  id: 'getNotification',
  method: 'GET',
  path: '/notifications/:id',
  tag: 'Notifications',
  summary: 'Get a notification and its attempts',
  scope: 'notifications:read',
  params: { id: 'The notification.' },
  answers: { 200: { description: 'The notification.', schema: notificationWithAttempts } },
  errors: ['not_found'],
});

export const retryNotificationOperation = operation({
  id: 'retryNotification',
  method: 'POST',
  path: '/notifications/:id/retry',
  tag: 'Notifications',
  summary: 'Send a failed notification again',
  description:
    'For a notification that is `dead` or `failed`, once the cause is fixed. A request to confirm a subscription is never sent again (409): the subscriber asks again.',
  scope: 'notifications:write',
  params: { id: 'The notification.' },
  answers: { 202: { description: 'It will be sent now.', schema: notificationWithAttempts } },
  errors: ['not_found', 'conflict'],
});

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
export const notificationOperations = [
  getRulesOperation,
  putRulesOperation,
  deleteRulesOperation,
  switchRuleOperation,
  listNotificationsOperation,
  getNotificationOperation,
  retryNotificationOperation,
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
