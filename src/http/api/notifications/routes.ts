import { Problem } from '../../../kernel/errors.ts';
import type {
  Attempt,
  Notification,
  Notifications,
  RulesChange,
  RulesNow,
} from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { changed, etagOf, expectedGeneration } from '../../kit/if-match.ts';
import { readPageById } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import {
  notificationFilter,
  notificationPage,
  notificationRules,
  notificationWithAttempts,
  ruleSwitch,
  storedRules,
} from './schema.ts';

const IF_MATCH = {
  'If-Match':
    'The `ETag` of the rules you read. If they have changed since, nothing is stored and the answer is 412.',
};

const CHANGED_RULES = { 200: { description: 'Active.', schema: storedRules } } as const;

/** A merchant's notification rules, and the notifications sent. */
export const notifications = resource(
  { noun: 'notification', tag: 'Notifications' },
  {
    rules: {
      path: '/notification-rules',
      id: 'getNotificationRules',
      method: 'GET',
      summary: 'Get the notification rules',
      description: "The installation's rules until you set your own, separately for test and live.",
      scope: 'notifications:read',
      answers: { 200: { description: 'The active rules.', schema: storedRules } },
    },
    setRules: {
      path: '/notification-rules',
      id: 'setNotificationRules',
      method: 'PUT',
      summary: 'Replace your notification rules',
      description:
        'Replaces the whole set. If several rules match the same event, channel and audience, the first one decides.',
      scope: 'notifications:write',
      body: notificationRules,
      headers: IF_MATCH,
      answers: CHANGED_RULES,
      errors: ['precondition_failed'],
    },
    removeRules: {
      path: '/notification-rules',
      id: 'deleteNotificationRules',
      method: 'DELETE',
      summary: "Return to the installation's notification rules",
      scope: 'notifications:write',
      headers: IF_MATCH,
      answers: CHANGED_RULES,
      errors: ['precondition_failed'],
    },
    switchRule: {
      id: 'updateNotificationRule',
      method: 'PATCH',
      path: '/notification-rules/:name',
      summary: 'Enable or disable a notification rule',
      description:
        "Messages that it decided but has not sent are not sent. If you had the installation's rules, they become your own.",
      scope: 'notifications:write',
      params: { name: "The rule's name." },
      body: ruleSwitch,
      headers: IF_MATCH,
      answers: CHANGED_RULES,
      errors: ['not_found', 'precondition_failed'],
      example: { enabled: false },
    },
    list: {
      id: 'listNotifications',
      method: 'GET',
      path: '/notifications',
      summary: 'List notifications',
      description:
        'Sent or not, and why not. Newest first, kept for 90 days. Addresses are never shown.',
      scope: 'notifications:read',
      query: notificationFilter,
      shed: {},
      answers: { 200: { description: 'One page.', schema: notificationPage } },
    },
    get: {
      id: 'getNotification',
      method: 'GET',
      path: '/notifications/:id',
      summary: 'Get a notification and its attempts',
      scope: 'notifications:read',
      answers: { 200: { description: 'The notification.', schema: notificationWithAttempts } },
    },
    retry: {
      id: 'retryNotification',
      method: 'POST',
      path: '/notifications/:id/retry',
      summary: 'Send a failed notification again',
      description:
        'For a notification that is `dead` or `failed`, once the cause is fixed. A request to confirm a subscription is never sent again (409): the subscriber asks again.',
      scope: 'notifications:write',
      answers: { 202: { description: 'It will be sent now.', schema: notificationWithAttempts } },
      errors: ['conflict'],
    },
  },
  (notifications: Notifications) => {
    const { rules } = notifications;
    return {
      rules: async ({ tenant }) => rulesAnswer(await rules.now(tenant)),
      setRules: async ({ tenant, body, request }) => {
        const { generation } = await rules.now(tenant);
        const expected = expectedGeneration(request, generation);
        return changedAnswer(await rules.replace(tenant, body, expected));
      },
      removeRules: async ({ tenant, request }) => {
        const { generation } = await rules.now(tenant);
        return changedAnswer(await rules.remove(tenant, expectedGeneration(request, generation)));
      },
      switchRule: async ({ tenant, body, request, param }) => {
        const { generation } = await rules.now(tenant);
        const expected = expectedGeneration(request, generation);
        return changedAnswer(await rules.enable(tenant, param('name'), body.enabled, expected));
      },
      list: async ({ tenant, query }) => {
        const filter = {
          shipmentId: query.shipment_id ?? null,
          state: query.state ?? null,
          reason: query.reason ?? null,
          milestone: query.milestone ?? null,
          channel: query.channel ?? null,
          audience: query.audience ?? null,
        };
        const body = await readPageById(
          'notifications',
          tenant,
          query,
          (before, limit) => notifications.list(tenant, filter, { before, limit }),
          notificationJson,
        );
        return { status: 200, body };
      },
      get: async ({ tenant, id, missing }) => {
        const found = await notifications.find(tenant, id);
        if (found === null) throw missing();
        return { status: 200, body: withTries(found) };
      },
      retry: async ({ tenant, id, missing }) => {
        const done = await notifications.revive(tenant, id);
        const found = await notifications.find(tenant, id);
        if (done === 'absent' || found === null) throw missing();
        if (done === 'confirmation') {
          const detail = 'notifications.confirmationNotRepeatable';
          throw new Problem('conflict', detail);
        }
        if (done === 'not_dead') {
          const { state } = found.notification;
          throw new Problem('conflict', { 'notifications.notDeadOrFailed': { state } });
        }
        return { status: 202, body: withTries(found) };
      },
    };
  },
);

/**
 * The installation's rules have no tag: they change with a file, and a merchant's own write
 * overrides them.
 */
function rulesAnswer({ source, generation, rules }: RulesNow): Answer {
  const headers = generation === 0 ? {} : { etag: etagOf(generation) };
  return { status: 200, headers, body: { source, ...rules } };
}

/** Answers with the changed rules; throws if nothing was changed. */
function changedAnswer(change: RulesChange): Answer {
  switch (change.kind) {
    case 'changed':
      return rulesAnswer(change.now);
    case 'other':
      throw changed(change.generation);
    case 'no_such_rule':
      throw new Problem('not_found', 'notifications.noSuchRule');
  }
}

function _noSuchNotification(): Problem {
  return new Problem('not_found', 'notifications.noSuchNotification');
}

function withTries({
  notification,
  attempts,
}: {
  readonly notification: Notification;
  readonly attempts: readonly Attempt[];
}) {
  const tries = attempts.map(({ nr, provider, startedAtMs, endedAtMs, outcome, reason }) => ({
    nr,
    provider,
    outcome,
    reason,
    started_at: iso(startedAtMs),
    ended_at: iso(endedAtMs),
  }));
  return { ...notificationJson(notification), tries };
}

function notificationJson(from: Notification) {
  return {
    id: from.id,
    shipment_id: from.shipmentId,
    event_id: from.eventId,
    rule: from.rule,
    milestone: from.milestone,
    template: from.template,
    channel: from.channel,
    audience: from.audience,
    subscription_id: from.subscriptionId,
    locale: from.locale,
    state: from.state,
    reason: from.reason,
    occurred_at: iso(from.occurredAtMs),
    created_at: iso(from.createdAtMs),
    send_at: iso(from.sendAtMs),
    sent_at: iso(from.sentAtMs),
    ended_at: iso(from.endedAtMs),
    attempts: from.attempts,
    provider: from.provider,
  };
}
