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

/** A change of an account from one state to another. */
export interface AccountChange {
  readonly type: CarrierAccountEvent['type'];
  readonly account: TargetGroup & { readonly id: string; readonly label: string };
  readonly state: string;
  readonly previousState: string;
  /** One sentence for people; it never contains a secret. */
  readonly reason: string;
}

/**
 * Decides on a change of an account under its shard's lock, and writes the change and its event in
 * one transaction, once however many processes see it. `decide` locks the account's row and reads
 * it again; it returns null if nothing has changed. Returns whether something has changed.
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
