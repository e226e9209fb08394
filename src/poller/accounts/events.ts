import { createHash } from 'node:crypto';
import type { CarrierAccountEvent } from '../../events/event.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { appendToLog, SHARDS, withShard } from '../../platform/event-log/event-log.ts';
import type { TargetGroup } from '../due/target.ts';
import { nextEventSequence } from './state.sql.ts';

export interface AccountEventDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** Something about an account that has changed from one state to another. */
export interface AccountChange {
  readonly type: CarrierAccountEvent['type'];
  readonly account: TargetGroup & { readonly id: string; readonly label: string };
  readonly state: string;
  readonly previousState: string;
  /** One sentence; never a secret. */
  readonly reason: string;
}

/**
 * Decides and writes a change of an account under its shard's lock, and appends it to the event
 * log: both or neither, and once however many processes see it. `decide` locks the account's row
 * and looks again; null: nothing has changed. Answers whether something has.
 */
export async function changeAccount(
  deps: AccountEventDeps,
  accountId: string,
  decide: (tx: Transaction, nowMs: number) => Promise<AccountChange | null>,
): Promise<boolean> {
  const shard = createHash('sha256').update(accountId).digest().readUInt8(0) % SHARDS;
  return withShard(deps.db.pipeline, shard, async (tx) => {
    const nowMs = deps.clock.nowMs();
    const change = await decide(tx, nowMs);
    if (change === null) return false;
    const { account, state, previousState, reason } = change;
    const { id, label, carrier, merchantId, mode } = account;
    const payload = { id, carrier, label, state, previous_state: previousState, reason };
    const entry = {
      id: uuidV7(nowMs, deps.randomBytes(10)),
      tenant: { merchantId, mode },
      subjectId: id,
      sequence: await nextEventSequence(tx, id),
      type: change.type,
      occurredAtMs: nowMs,
      data: payload satisfies CarrierAccountEvent['data'],
      previousAttributes: { state: previousState },
    };
    await appendToLog(tx, shard, [entry], nowMs);
    return true;
  });
}
