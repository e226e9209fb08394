import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  everybodysNotifications,
  NOTIFICATION_STATES,
  tenantOfNotification,
} from '../../../reactions/notifications/index.ts';
import { deskForm, deskPage } from '../../console/kit/desk-route.ts';
import type { DeskDeps } from '../../console/kit/visit.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { NotificationsPage } from './console-pages.tsx';

const MESSAGES_SHOWN = 50;

/**
 * Notifications of all merchants' customers, those not sent and why, and resending the ones given
 * up.
 */
export function notificationConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { db, notifications, log } = deps.parts;
  const stateOf = (text: string | null) =>
    NOTIFICATION_STATES.find((each) => each === text) ?? null;
  return [
    deskPage(deps, 'readMessages', async (call) => {
      const state = stateOf(call.query.get('state'));
      const messages = await readPage(
        { name: 'notifications', position: BY_ID },
        null,
        { state, cursor: call.query.get('cursor') ?? undefined, limit: MESSAGES_SHOWN },
        (after, limit) =>
          everybodysNotifications(db.pipeline, { state, before: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: (message) => message },
      );
      return h(NotificationsPage, {
        deps,
        call,
        state,
        messages: messages.data,
        nextCursor: messages.next_cursor,
      });
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
      const state = stateOf(form.get('state'));
      const back = state === null ? '' : `state=${state}&`;
      return { seeOther: `/console/hub/notifications?${back}done=message_resent` };
    }),
  ];
}
