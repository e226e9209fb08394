import type { Queryable } from '../database/database.ts';
import type { Logger } from '../observability/log.ts';
import { type Loop, startLoop } from '../work/loop.ts';

/** The channel on which stored inbound messages are announced, without payload. */
export const INBOUND_MESSAGES_CHANNEL = 'waybill_inbound_messages';

/**
 * Sends notifications on a channel when woken, possibly delayed (`wake(ms)`): under load a NOTIFY
 * per commit would cost more than it is worth. Losing one is harmless, because listeners also poll.
 */
export function startAnnouncer(db: Queryable, channel: string, log: Logger): Loop {
  return startLoop({
    run: () => db.query('select pg_notify($1, $2)', [channel, '']),
    everyMs: null,
    onFailure: (err) => log.debug({ err, channel }, 'an announcement could not be sent'),
  });
}
