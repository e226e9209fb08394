import { createHash } from 'node:crypto';
import type { EventType } from '../../kernel/event-types.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { appendToLog, SHARDS, withShard } from '../../platform/event-log.ts';
import { lockState, saveHealth } from '../account-state.sql.ts';
import type { AccountState } from '../account-state.ts';
import type { Health } from './health.ts';

const CHANGED: EventType = 'carrier_account.health_changed';

export interface TellHealthDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/**
 * Keeps the account's health and appends a change of it to the event log, once, however many
 * processes see it.
 */
export async function tellHealth(
  deps: TellHealthDeps,
  known: Pick<AccountState, 'accountId' | 'health' | 'healthReason'>,
  label: string,
  health: Health,
): Promise<void> {
  if (known.health === health.state) return;
  const shard = createHash('sha256').update(known.accountId).digest().readUInt8(0) % SHARDS;
  await withShard(deps.db.pipeline, shard, async (tx) => {
    const state = await lockState(tx, known.accountId);
    if (state === null || state.health === health.state) return;
    const nowMs = deps.clock.nowMs();
    const sequence = state.healthSequence + 1;
    await saveHealth(tx, state.accountId, { ...health, sinceMs: nowMs, sequence });
    await appendToLog(
      tx,
      shard,
      [
        {
          id: uuidV7(nowMs, deps.randomBytes(10)),
          tenant: { merchantId: state.merchantId, mode: state.mode },
          subjectId: state.accountId,
          sequence,
          type: CHANGED,
          occurredAtMs: nowMs,
          data: {
            id: state.accountId,
            carrier: state.carrier,
            label,
            state: health.state,
            previous_state: state.health,
            reason: health.reason,
          },
          previousAttributes: { state: state.health },
        },
      ],
      nowMs,
    );
  });
}
