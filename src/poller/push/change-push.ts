import { type Database, withTransaction } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type AccountChange, type AccountEventDeps, changeAccount } from '../accounts/events.ts';
import { lockPushHealth, savePushHealth } from './push-health.sql.ts';
import type { PushHealth, PushState } from './push-health.ts';

export interface ChangePushDeps extends AccountEventDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly log: Logger;
}

export interface PushDecision {
  readonly decide: (before: PushHealth) => PushHealth;
  /** Returns one sentence about a change to that state. */
  readonly reasonOf: (after: PushState) => string;
}

/**
 * Stores the state of an account's pushes, and reports a change of it in the event log and our own
 * log. Without a change it costs one short transaction. Returns whether the state changed.
 */
export async function changePush(
  deps: ChangePushDeps,
  account: AccountChange['account'],
  { decide, reasonOf }: PushDecision,
): Promise<boolean> {
  const { id, carrier } = account;
  const isChange = await withTransaction(deps.db.pipeline, async (tx) => {
    const before = await lockPushHealth(tx, id);
    if (before === null) return false;
    const after = decide(before);
    if (after.state !== before.state) return true;
    if (after !== before) await savePushHealth(tx, id, after);
    return false;
  });
  if (!isChange) return false;
  return changeAccount(deps, id, async (tx) => {
    const before = await lockPushHealth(tx, id);
    if (before === null) return null;
    const after = decide(before);
    await savePushHealth(tx, id, after);
    if (after.state === before.state) return null;
    const reason = reasonOf(after.state);
    const fields = { account: id, carrier, push: after.state, reason };
    if (after.state === 'silent' || after.state === 'suspended') {
      deps.log.warn(fields, 'webhooks no longer arrive; their parcels are polled');
    } else deps.log.info(fields, 'webhooks arrive again');
    const type = 'carrier_account.push_changed';
    return { type, account, state: after.state, previousState: before.state, reason };
  });
}
