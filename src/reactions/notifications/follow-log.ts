import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database.ts';
import { isQuiet, type LogEntry } from '../../platform/event-log.ts';
import { findShipment, type TrackingDeps } from '../../tracking/index.ts';
import { decide, isToldAtAll } from './decide.ts';
import { forgetShipment, insertDecisions, toldOf } from './decisions.sql.ts';
import { type Foresight, milestonesOf, type News, wantsForesight } from './milestones-of.ts';
import { peopleOf, recipientOf } from './people.ts';
import type { RulesInForce } from './rules/rules-in-force.ts';
import { deleteSubscriptions } from './subscribing/subscriptions.sql.ts';

export interface FollowDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly tracking: TrackingDeps;
  readonly rules: RulesInForce;
  readonly addressKey: () => Promise<Uint8Array>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** What is about to become of a parcel in trouble; absent: nobody works on that. */
  readonly foresee?: (tenant: Tenant, shipmentId: string) => Promise<Foresight>;
  /** Destroys what channels keep themselves of a shipment's messages. */
  readonly eraseKept: (entry: Pick<LogEntry, 'tenant' | 'subjectId'>) => Promise<void>;
}

/**
 * What the consumer does with entries of the log: decides and writes the decisions down, with the
 * windows they take, in one transaction an entry. Sending is another's work. Entries may come again.
 *
 * @returns how many messages are now to be sent.
 */
export async function tellOf(deps: FollowDeps, entries: readonly LogEntry[]): Promise<number> {
  let toSend = 0;
  for (const entry of entries) {
    if (entry.type === 'shipment.deleted') await forget(deps, entry);
    else if (!isQuiet(entry) && milestonesOf(entry).length > 0) toSend += await tell(deps, entry);
  }
  return toSend;
}

async function tell(deps: FollowDeps, entry: LogEntry): Promise<number> {
  const { tracking, rules, clock, randomBytes } = deps;
  const { tenant, subjectId: shipmentId } = entry;
  if (!isToldAtAll(entry, await rules.read(deps.db.pipeline, tenant))) return 0;
  const shipment = await findShipment(tracking, tenant, shipmentId);
  // Deleted since: the entry that says so comes later in the log.
  if (shipment === null) return 0;
  const foresight = wantsForesight(entry) ? await deps.foresee?.(tenant, shipmentId) : undefined;
  const news: News = foresight === undefined ? entry : { ...entry, foresight };
  const key = await deps.addressKey();
  const recipient = recipientOf(shipment, tracking.sealer);
  return withTransaction(deps.db.pipeline, async (tx) => {
    const nowMs = clock.nowMs();
    const decisions = decide({
      news,
      rules: await rules.read(tx, tenant),
      people: await peopleOf(tx, tenant, shipment, recipient, key),
      told: await toldOf(tx, shipmentId),
      nowMs,
    });
    const about = { ...entry, shipmentId, eventId: entry.id };
    const withIds = decisions.map((decision) => ({
      ...decision,
      id: uuidV7(nowMs, randomBytes(10)),
    }));
    return insertDecisions(tx, about, withIds, nowMs);
  });
}

async function forget(deps: FollowDeps, entry: LogEntry): Promise<void> {
  await withTransaction(deps.db.pipeline, async (tx) => {
    await forgetShipment(tx, entry.subjectId, deps.clock.nowMs());
    await deleteSubscriptions(tx, entry.subjectId);
  });
  await deps.eraseKept(entry);
}
