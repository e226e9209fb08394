import { Problem } from '../../../kernel/errors.ts';
import type {
  Attempt,
  Notification,
  Notifications,
  RulesChange,
  RulesNow,
} from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { changed, etagOf, expectedGeneration } from '../../kit/if-match.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import {
  deleteRulesOperation,
  getNotificationOperation,
  getRulesOperation,
  listNotificationsOperation,
  putRulesOperation,
  retryNotificationOperation,
  switchRuleOperation,
} from './operations.ts';

const NOTIFICATIONS = { name: 'notifications', position: BY_ID };

/** A merchant's notification rules, and the notifications sent. */
export function notificationRoutes(
  api: MerchantApi,
  notifications: Notifications,
): readonly Route[] {
  const { rules } = notifications;
  return [
    merchantRoute(api, getRulesOperation, async ({ tenant }) =>
      rulesAnswer(await rules.now(tenant)),
    ),
    merchantRoute(api, putRulesOperation, async ({ tenant, body, request }) => {
      const { generation } = await rules.now(tenant);
      const expected = expectedGeneration(request, generation);
      return changedAnswer(await rules.replace(tenant, body, expected));
    }),
    merchantRoute(api, deleteRulesOperation, async ({ tenant, request }) => {
      const { generation } = await rules.now(tenant);
      return changedAnswer(await rules.remove(tenant, expectedGeneration(request, generation)));
    }),
    merchantRoute(api, switchRuleOperation, async ({ tenant, body, request, param }) => {
      const { generation } = await rules.now(tenant);
      const expected = expectedGeneration(request, generation);
      return changedAnswer(await rules.enable(tenant, param('name'), body.enabled, expected));
    }),
    merchantRoute(api, listNotificationsOperation, async ({ tenant, query }) => {
      const filter = {
        shipmentId: query.shipment_id ?? null,
        state: query.state ?? null,
        reason: query.reason ?? null,
        milestone: query.milestone ?? null,
        channel: query.channel ?? null,
        audience: query.audience ?? null,
      };
      const body = await readPage(
        NOTIFICATIONS,
        tenant,
        query,
        (after, limit) => notifications.list(tenant, filter, { before: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: notificationJson },
      );
      return { status: 200, body };
    }),
    merchantRoute(api, getNotificationOperation, async ({ tenant, param }) => {
      const found = await notifications.find(tenant, param('id'));
      if (found === null) throw noSuchNotification();
      return { status: 200, body: withTries(found) };
    }),
    merchantRoute(api, retryNotificationOperation, async ({ tenant, param }) => {
      const done = await notifications.revive(tenant, param('id'));
      const found = await notifications.find(tenant, param('id'));
      if (done === 'absent' || found === null) throw noSuchNotification();
      if (done === 'confirmation') {
        const detail =
          'A confirmation request is not sent again, because an address is asked at most three times a day; the subscriber must subscribe again.';
        throw new Problem('conflict', detail);
      }
      if (done === 'not_dead') {
        const { state } = found.notification;
        throw new Problem(
          'conflict',
          `It is ${state}; only dead or failed messages can be sent again.`,
        );
      }
      return { status: 202, body: withTries(found) };
    }),
  ];
}

/**
 * The installation's rules have no tag: they change with a file, and a merchant's own write
 * overrides them.
 */
function rulesAnswer({ source, generation, rules }: RulesNow): Answer {
  const headers = generation === 0 ? {} : { etag: etagOf(generation) };
  return { status: 200, headers, body: { source, ...rules } };
}

function changedAnswer(change: RulesChange): Answer {
  switch (change.kind) {
    case 'changed':
      return rulesAnswer(change.now);
    case 'other':
      throw changed(change.generation);
    case 'no_such_rule':
      throw new Problem('not_found', 'There is no such rule; GET /notification-rules lists them.');
  }
}

function noSuchNotification(): Problem {
  return new Problem('not_found', 'There is no notification with this id.');
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
