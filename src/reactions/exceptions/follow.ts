import type { Listener } from '../../platform/database/listen.ts';
import { isQuiet, LOG_CHANNEL, type LogEntry } from '../../platform/event-log/event-log.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import { shipmentsWithTrouble } from '../../tracking/index.ts';
import { shipmentsWithOpenCases } from './cases/cases.sql.ts';
import { applyFacts } from './decide/apply-facts.ts';
import type { ExceptionsDeps } from './deps.ts';
import { eraseCases } from './erase.sql.ts';

/** Only what may change cases; what this reaction tells itself is no news to it. */
const HEARD: ReadonlySet<string> = new Set([
  'shipment.created',
  'shipment.status_changed',
  'shipment.corrected',
  'shipment.confirmed',
  'shipment.tracking_updated',
  'shipment.deleted',
]);

/** Fewer than other consumers take: each may be several transactions. */
const BATCH_MAX = 50;

/**
 * Follows the log: opens, changes and closes cases as parcels get into trouble and out of it. A
 * parcel that never was in trouble costs a share of two queries a batch.
 */
export function startFollowing(
  deps: ExceptionsDeps & { readonly listener: Pick<Listener, 'on'> },
): Consumer {
  const { tracking, log } = deps;
  const consumer = startConsumer({
    name: 'exceptions',
    db: tracking.db,
    log,
    batchMax: BATCH_MAX,
    // Trouble of years before the upgrade would make cases that nobody works on.
    beginsAt: 'newest',
    passesOver: true,
    handle: (entries) => handle(deps, entries),
  });
  const unsubscribe = deps.listener.on(LOG_CHANNEL, (shard) =>
    consumer.wake(shard === null ? null : Number(shard)),
  );
  return {
    ...consumer,
    async stop() {
      unsubscribe();
      await consumer.stop();
    },
  };
}

async function handle(deps: ExceptionsDeps, entries: readonly LogEntry[]): Promise<void> {
  const { pipeline } = deps.tracking.db;
  const deleted = entries.filter(({ type }) => type === 'shipment.deleted');
  for (const { subjectId } of deleted) await eraseCases(pipeline, subjectId);
  const heard = entries.filter((entry) => HEARD.has(entry.type) && !isQuiet(entry));
  const newest = new Map(heard.map(({ subjectId, tenant }) => [subjectId, tenant]));
  const ids = [...newest.keys()];
  const looked = new Set([
    ...(await shipmentsWithOpenCases(pipeline, ids)),
    ...(await shipmentsWithTrouble(pipeline, ids, Object.keys(deps.policy.reasons))),
    // Which reasons make a case a merchant may say too.
    ...heard.flatMap(({ subjectId, data }) => (data['sub_status'] === null ? [] : [subjectId])),
  ]);
  for (const [id, tenant] of newest) if (looked.has(id)) await applyFacts(deps, tenant, id);
}
