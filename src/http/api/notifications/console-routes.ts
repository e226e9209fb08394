import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  everybodysNotifications,
  tenantOfNotification,
  unsettledNotifications,
} from '../../../reactions/notifications/index.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { deskForm, deskPage } from '../../console/kit/desk-route.ts';
import type { DeskDeps } from '../../console/kit/visit.ts';
import { readPageById } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { messagesPath, messagesWanted, NotificationsPage, statesOf } from './console-pages.tsx';

const MESSAGES_SHOWN = 50;

/**
 * Notifications of all merchants' customers, those not sent and why, and resending the ones given
 * up.
 */
export function notificationConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { db, notifications, log } = deps.parts;
  return [
    deskPage(deps, 'readMessages', async (call) => {
      const wanted = messagesWanted(call.query);
      const states = statesOf(wanted);
      const { data: messages, next_cursor: nextCursor } = await readPageById(
        'notifications',
        null,
        { states, cursor: call.query.get('cursor') ?? undefined, limit: MESSAGES_SHOWN },
        (before, limit) => everybodysNotifications(db.pipeline, { states, before, limit }),
        (message) => message,
      );
      const ids = new Set(messages.map(({ shipmentId }) => shipmentId));
      const [shipments, counts] = await Promise.all([
        shipmentsByIds(db.pipeline, [...ids]),
        unsettledNotifications(db.pipeline),
      ]);
      const numbers = new Map(shipments.map(({ id, trackingNumber }) => [id, trackingNumber]));
      return h(NotificationsPage, { deps, call, wanted, messages, numbers, nextCursor, counts });
    }),
    deskForm(deps, 'resendMessage', async ({ param, form, visitor }) => {
      const id = param('id');
      const tenant = isUuid(id) ? await tenantOfNotification(db.pipeline, id) : null;
      if (tenant === null) throw new Problem('not_found', 'notifications.messageDeleted');
      log.info(
        { notification_id: id, actor_id: visitor.actor.id },
        'an operator sent a message again',
      );
      const done = await notifications.revive(tenant, id);
      if (done === 'confirmation') {
        throw new Problem('conflict', 'notifications.confirmationNotResendable');
      }
      if (done !== 'queued') {
        throw new Problem('conflict', 'notifications.messageNotRetryable');
      }
      return { seeOther: messagesPath(messagesWanted(form), { done: 'message_resent' }) };
    }),
  ];
}
