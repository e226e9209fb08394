import type { Clock } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database.ts';
import type { Logger } from '../../platform/log.ts';
import type { TargetGroup } from '../due/target.ts';
import { lockPushHealth, savePushHealth } from './push-health.sql.ts';
import { evidenceOf, type PulledFacts, withEvidence } from './push-health.ts';

export interface WatchPushDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Learns from what one call brought whether the account's pushes come. Answers whether that has
 * changed, so that what push covers can be told to the targets.
 */
export async function watchPush(
  { db, clock, log }: WatchPushDeps,
  account: TargetGroup & { readonly id: string },
  pulled: readonly PulledFacts[],
): Promise<boolean> {
  const nowMs = clock.nowMs();
  const evidence = pulled.map((each) => evidenceOf(each, nowMs));
  if (evidence.every((each) => each === 'nothing')) return false;
  const change = await withTransaction(db.pipeline, async (tx) => {
    const before = await lockPushHealth(tx, account.id);
    if (before === null) return null;
    const after = withEvidence(before, evidence, nowMs);
    await savePushHealth(tx, account.id, after);
    return before.state === after.state ? null : after.state;
  });
  if (change === null) return false;
  const { id, carrier } = account;
  if (change === 'silent') {
    log.warn({ account: id, carrier }, 'pushes do not come any more; their parcels are polled');
  } else {
    log.info({ account: id, carrier, push: change }, 'pushes come');
  }
  return true;
}
