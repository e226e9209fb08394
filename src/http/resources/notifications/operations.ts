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
    'The `ETag` of your rules as they were read; when they are others by now, nothing changes and the answer is 412.',
};
const rules = { path: '/notification-rules', tag: 'Notifications' } as const;
const IN_FORCE = { 200: { description: 'In force.', schema: storedRules } } as const;

export const getRulesOperation = operation({
  ...rules,
  id: 'getNotificationRules',
  method: 'GET',
  summary: 'Whom you tell of what',
  description: "The installation's rules until you have your own, test and live apart.",
  scope: 'notifications:read',
  answers: { 200: { description: 'The rules in force.', schema: storedRules } },
});

export const putRulesOperation = operation({
  ...rules,
  id: 'putNotificationRules',
  method: 'PUT',
  summary: 'Tell by rules of your own',
  description:
    'The whole set, in place of what was. Of several rules for the same news, channel and audience the first that fits decides.',
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
  summary: "Tell by the installation's rules again",
  scope: 'notifications:write',
  headers: IF_MATCH,
  answers: IN_FORCE,
  errors: ['precondition_failed'],
});

export const switchRuleOperation = operation({
  id: 'switchNotificationRule',
  method: 'PATCH',
  path: '/notification-rules/:name',
  tag: 'Notifications',
  summary: 'Switch one rule on or off',
  description:
    'What it has decided and not yet sent is not sent any more. Where the rules were the installation’s, they become your own.',
  scope: 'notifications:write',
  params: { name: 'Of the rule.' },
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
  summary: 'What was told, and what not and why',
  description: 'Newest first, kept for 90 days. Addresses are never shown.',
  scope: 'notifications:read',
  query: notificationFilter,
  answers: { 200: { description: 'A page of them.', schema: notificationPage } },
});

export const getNotificationOperation = operation({
  id: 'getNotification',
  method: 'GET',
  path: '/notifications/:id',
  tag: 'Notifications',
  summary: 'One message, with every try to send it',
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
  summary: 'Send a dead letter again',
  description:
    'One that is `dead` or `failed`, when what was in the way has been mended. A confirmation of a subscription is never sent again (409): whoever wants to be told asks again.',
  scope: 'notifications:write',
  params: { id: 'The notification.' },
  answers: { 202: { description: 'It is due now.', schema: notificationWithAttempts } },
  errors: ['not_found', 'conflict'],
});

const TOKEN =
  'By the link of a message, whose `t` says what it opens; pages in the language of `lang` or Accept-Language.';
const PAGE = { mediaType: 'text/html' } as const;
const ENDED = {
  404: { description: 'The link opens nothing.', ...PAGE },
  410: { description: 'The link has run out.', ...PAGE },
} as const;

const subscribeOperation = operation({
  id: 'subscribe',
  method: 'POST',
  path: '/notifications/subscribe',
  tag: 'Public',
  summary: 'Be told about a parcel',
  description:
    'The address is asked first, and nothing else is sent before it agrees. The answer is the same whatever comes of it. An address is asked once a day about a parcel, and three times a day at most.',
  body: subscribeBody,
  answers: { 202: { description: 'Taken.', schema: subscribeAnswer } },
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
    tag: 'Public' as const,
    description: `${description} ${TOKEN}`,
    pages: true,
    ...more,
    answers: { 200: { description: 'A page.', ...PAGE }, ...more.answers, ...ENDED },
    errors: ['rate_limited'],
  });

/** In the order in which the docs list them. */
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
    'Asks whether to send messages',
    'Changes nothing.',
  ),
  byLink(
    'confirmSubscription',
    'POST',
    '/subscriptions/confirm',
    'Messages may be sent',
    'Agrees to be told.',
  ),
  byLink(
    'showUnsubscribe',
    'GET',
    '/unsubscribe',
    'Asks whether to end messages',
    'Changes nothing.',
  ),
  byLink(
    'unsubscribe',
    'POST',
    '/unsubscribe',
    'No more messages',
    'The button of the page, and the one click of mail programs (RFC 8058).',
  ),
  byLink('showPreferences', 'GET', '/preferences', 'What an address wants to be told', 'A form.'),
  byLink(
    'savePreferences',
    'POST',
    '/preferences',
    'Choose what to be told',
    'Takes the form of the page.',
    {
      form: {
        wanted: 'A milestone to be told; several times for several.',
        nothing: '`yes`: never a message again.',
        language: 'Of messages.',
        from: 'Quiet from, `20:00`.',
        to: 'Quiet until, `07:00`.',
      },
      answers: { 422: { description: 'Those are no quiet hours.', ...PAGE } },
    },
  ),
];
