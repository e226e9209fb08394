import type { Database } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { bringForward, notifyWake } from './wakes.sql.ts';

/** The channel on which accounts are woken; the payload is the account's id. */
export const WAKE_CHANNEL = 'waybill_poller';

/**
 * Creates what schedules a run of an account no later than `atMs` in any process that polls, from
 * one that does not. If the wake-up is lost, a poller finds the change in the table within seconds.
 */
export function createWaker(
  db: Pick<Database, 'pipeline'>,
  log: Logger,
): (accountId: string, atMs: number) => void {
  return (accountId, atMs) => {
    const requested = bringForward(db.pipeline, [{ accountId, atMs }]).then((earlier) =>
      earlier.length === 0 ? null : notifyWake(db.pipeline, WAKE_CHANNEL, accountId),
    );
    requested.catch((err: unknown) => log.warn({ err, account: accountId }, 'a wake-up was lost'));
  };
}
