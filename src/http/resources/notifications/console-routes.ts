import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  everybodysNotifications,
  NOTIFICATION_STATES,
  tenantOfNotification,
} from '../../../reactions/notifications/index.ts';
import { consoleForm, consolePage } from '../../console/console-route.ts';
import { noticeOf } from '../../console/notices.ts';
import type { ConsoleDeps } from '../../console/visit.ts';
import type { Route } from '../../kit/route.ts';
import { NotificationsPage } from './console-pages.tsx';

const MESSAGES_SHOWN = 50;

/** What people of all merchants were told, what not and why, and sending again what was given up. */
export function notificationConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { db, notifications, log } = deps.parts;
  const stateOf = (text: string | null) =>
    NOTIFICATION_STATES.find((each) => each === text) ?? null;
  return [
    consolePage(deps, '/ops/notifications', async (call) => {
      const state = stateOf(call.query.get('state'));
      const cursor = call.query.get('cursor');
      const before = cursor !== null && isUuid(cursor) ? cursor : null;
      const page = { state, before, limit: MESSAGES_SHOWN + 1 };
      const found = await everybodysNotifications(db.pipeline, page);
      const messages = found.slice(0, MESSAGES_SHOWN);
      const nextCursor = found.length > messages.length ? (messages.at(-1)?.id ?? null) : null;
      const notice = noticeOf(call.query);
      return NotificationsPage({ deps, call, notice, messages, state, nextCursor });
    }),
    consoleForm(deps, '/ops/notifications/:id/retry', async ({ param, form, visitor }) => {
      const id = param('id');
      const tenant = isUuid(id) ? await tenantOfNotification(db.pipeline, id) : null;
      if (tenant === null) throw new Problem('not_found', 'There is no such message any more.');
      log.info(
        { notification_id: id, key_id: visitor.key.id },
        'an operator sends a message again',
      );
      const done = await notifications.revive(tenant, id);
      if (done === 'confirmation') {
        throw new Problem('conflict', 'Whoever wants to be told of the parcel asks for it again.');
      }
      if (done !== 'queued') {
        throw new Problem('conflict', 'It is not given up (any more): nothing was changed.');
      }
      const state = stateOf(form.get('state'));
      const back = state === null ? '' : `state=${state}&`;
      return { seeOther: `/ops/notifications?${back}done=message_resent` };
    }),
  ];
}
