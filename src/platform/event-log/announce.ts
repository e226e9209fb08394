import type { Queryable } from '../database/database.ts';
import type { Logger } from '../observability/log.ts';

/** Channel on which stored receipts are announced; there is no payload. */
export const RECEIPTS_CHANNEL = 'waybill_receipts';

/**
 * Announces on a channel, at most once per `everyMs` however often it is asked to: under load a
 * NOTIFY for each commit would cost more than it tells. Losing one is harmless, because whoever
 * listens also looks by itself.
 */
export function createAnnouncer(
  db: Queryable,
  channel: string,
  everyMs: number,
  log: Logger,
): { announce(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  const send = () => {
    timer = null;
    db.query('select pg_notify($1, $2)', [channel, '']).catch((error: unknown) => {
      log.debug({ err: error, channel }, 'an announcement was lost');
    });
  };
  return {
    announce() {
      timer ??= setTimeout(send, everyMs);
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
