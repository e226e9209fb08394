import type { Queryable } from '../database/database.ts';
import type { Logger } from '../observability/log.ts';
import { type Loop, startLoop } from '../work/loop.ts';

/** Channel on which stored receipts are announced; there is no payload. */
export const RECEIPTS_CHANNEL = 'waybill_receipts';

/**
 * Announces on a channel when it is woken, to be done for later (`wake(ms)`): under load a NOTIFY for
 * each commit would cost more than it tells. Losing one is harmless, because whoever listens also
 * looks by itself.
 */
export function startAnnouncer(db: Queryable, channel: string, log: Logger): Loop {
  return startLoop({
    run: () => db.query('select pg_notify($1, $2)', [channel, '']),
    everyMs: null,
    onFailure: (err) => log.debug({ err, channel }, 'an announcement could not be sent'),
  });
}
