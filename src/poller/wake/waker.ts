import type { Database } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { bringForward, notifyWake } from './wakes.sql.ts';

/** Channel on which an account is called to be looked at; the payload is its id. */
export const WAKE_CHANNEL = 'waybill_poller';

/**
 * Has an account looked at no later than `atMs` by whichever process polls, from one that may not.
 * Should the call be lost, a poller finds within seconds what stands in the table.
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
