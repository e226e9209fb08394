import path from 'node:path';
import { startErasureListing } from '../../platform/backups/list-erasures.ts';
import { startLogShipping } from '../../platform/backups/log/log-shipping.ts';
import { systemWait } from '../../platform/clock.ts';
import { INBOUND_MESSAGES_CHANNEL, startAnnouncer } from '../../platform/event-log/announce.ts';
import { registerDeadEntryGauge } from '../../platform/event-log/dead-entries.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { startPartitions } from '../../platform/partitions/keep-partitions.ts';
import { serverFiles } from '../../platform/postgres/cluster.ts';
import { startCounting } from '../../reactions/analytics/index.ts';
import { predictCaseOutcome, startExceptions } from '../../reactions/exceptions/index.ts';
import { startFigures } from '../../reactions/figures/figures.ts';
import { startLinks } from '../../reactions/links/links.ts';
import { startMerchantWebhooks } from '../../reactions/merchant-webhooks/index.ts';
import {
  learnInChildProcess,
  startComparing,
  startLearning,
  startPredicting,
} from '../../reactions/predictions/index.ts';
import {
  CALL_MS_MAX,
  openPurgers,
  type PurgerConfig,
  startPurges,
} from '../../reactions/purges/index.ts';
import {
  createPipelineMetrics,
  startBulkJobs,
  startFacilityLearning,
  startImports,
  startInboxWorker,
  startJobWorker,
} from '../../tracking/ports/running.ts';
import { watchClock } from '../clock/watch-clock.ts';
import { historyParts } from '../demo/history-parts.ts';
import { planHistory } from '../demo/plan-history.ts';
import { startDemo } from '../demo/start-demo.ts';
import { startDropRunners } from '../drops.ts';
import type { Hub } from '../hub.ts';
import { startMaintenance } from '../maintenance.ts';
import { startNotifying } from '../notifying.ts';
import type { Parts } from '../parts.ts';
import { startShopWork } from '../shop-work.ts';
import { startKafka } from './kafka.ts';
import { startKafkaScans } from './kafka-in.ts';
import { partitionedTables } from './partitioned-tables.ts';
import { registerReactionGauges } from './reaction-gauges.ts';

/** Announcing more often than this adds nothing. */
const ANNOUNCE_EVERY_MS = 20;

/**
 * Announces inbound messages stored by this process to the workers of all processes, ours included.
 */
export function startInboxAnnouncements(
  { database, log, shutdown }: Machines,
  { inbox }: Pick<Hub, 'inbox'>,
): void {
  const announcer = startAnnouncer(database.pipeline, INBOUND_MESSAGES_CHANNEL, log);
  inbox.onStored(() => announcer.wake(ANNOUNCE_EVERY_MS));
  shutdown.onStop('inbox', async () => {
    await inbox.drained();
    await announcer.stop();
  });
}

/**
 * Starts the role `worker` in this process. The returned function says whether polls should wait:
 * the inbox is slow, a file is being registered, or somebody is waiting for a courier.
 */
export async function startWorkerRole(
  machines: Machines,
  parts: Parts,
  load: Sheds,
): Promise<() => boolean> {
  const { log, metrics, listener, shutdown } = machines;
  const { hub } = parts;
  watchClock(machines);
  // All rows of a file must be on disk before its scans are processed.
  const isReading = startDropRunners(machines, hub);
  await startKafkaScans(machines, hub);
  const worker = startInboxWorker({
    mayTakeBulk: () => !isReading(),
    pipeline: { ...hub.tracking, log, metrics: createPipelineMetrics(metrics) },
  });
  listener.on(INBOUND_MESSAGES_CHANNEL, () => worker.wake());
  shutdown.onStop('inbox worker', () => worker.stop());
  const isBehind = () => worker.isBehind;
  const givesWay = () => load.sheds('learning');
  const imports = startImports({
    tracking: hub.tracking,
    keyring: machines.keyring,
    // Loaded with the first file, because few processes need the whole HTTP stage.
    rowReader: async () => (await import('../../http/index.ts')).shipmentRowReader(hub.registry),
    listener,
    log,
  });
  shutdown.onStop('files of shipments', () => imports.stop());
  const bulk = startBulkJobs({
    tracking: hub.tracking,
    refresh: parts.polling.polling.refresh,
    listener,
    log,
  });
  shutdown.onStop('actions on many parcels', () => bulk.stop());
  let dispatch: { readonly isRush: boolean } | null = null;
  const standsBack = () => dispatch?.isRush === true;
  const isBusy = () => isBehind() || imports.isRegistering();
  await startReactions(machines, hub, parts, { isBehind: isBusy, givesWay, standsBack });
  const jobs = startJobWorker({
    db: machines.database,
    mappings: hub.mappings,
    context: hub.tracking.context,
    clock: machines.clock,
    wait: systemWait,
    listener,
    log,
  });
  shutdown.onStop('mapping jobs', () => jobs.stop());
  const learning = startFacilityLearning({
    db: machines.database,
    clock: machines.clock,
    randomBytes: machines.random,
    log,
    givesWay,
  });
  shutdown.onStop('facility learning', () => learning.stop());
  const erasures = startErasureListing({
    db: machines.database,
    config: machines.config,
    clock: machines.clock,
    randomBytes: machines.random,
    log,
  });
  shutdown.onStop('erasures with the backups', () => erasures.stop());
  if (machines.config.databaseUrl === null) {
    const shipping = startLogShipping({
      db: machines.database,
      cluster: serverFiles(path.resolve(machines.config.data)),
      config: machines.config,
      clock: machines.clock,
      log,
    });
    shutdown.onStop('the log with the backups', () => shipping.stop());
  }
  const partitions = startPartitions({
    owner: machines.database.owner,
    tables: partitionedTables(machines.database),
    clock: machines.clock,
    log,
  });
  shutdown.onStop('partitions', () => partitions.stop());
  dispatch = (await hub.fleet?.startDispatch(parts)) ?? null;
  const maintenance = startMaintenance(
    { ...machines, givesWay },
    hub,
    parts.notifying.notifications,
  );
  shutdown.onStop('maintenance', () => maintenance.stop());
  const demo = startDemo({
    ...machines,
    db: machines.database,
    exceptions: parts.exceptions,
    plan: (nowMs) => planHistory(historyParts(hub.registry, hub.tracking), nowMs),
    wait: systemWait,
    isRealWorkWaiting: () => givesWay() || isBusy() || standsBack(),
  });
  shutdown.onStop('demo history', () => demo.stop());
  return () => isBusy() || standsBack();
}

/**
 * Starts the consumers of the log, each with a cursor of its own.
 *
 * @param isBehind whether the inbox is slow, so that dates and figures can wait.
 * @param givesWay whether learning and statistics should wait.
 * @param standsBack whether somebody is waiting for a courier, so that everything here runs in
 * larger batches.
 */
async function startReactions(
  machines: Machines,
  hub: Hub,
  parts: Parts,
  {
    isBehind: isInboxBehind,
    givesWay,
    standsBack,
  }: Record<'isBehind' | 'givesWay' | 'standsBack', () => boolean>,
): Promise<void> {
  const isBehind = () => isInboxBehind() || standsBack();
  const shouldWait = () => isBehind() || givesWay();
  const { log, metrics, listener, shutdown, clock, database: db } = machines;
  registerReactionGauges(machines);
  registerDeadEntryGauge(metrics, db);
  const figures = startFigures({ db, listener, log, metrics, givesWay: shouldWait });
  shutdown.onStop('figures', () => figures.stop());
  const counting = startCounting({ tracking: hub.tracking, listener, log, givesWay: shouldWait });
  shutdown.onStop('analytics', () => counting.stop());
  const links = startLinks({ tracking: hub.tracking, registry: hub.registry, listener, log });
  shutdown.onStop('links', () => links.stop());
  const webhooks = startMerchantWebhooks({
    ...hub.webhooks,
    listener,
    log,
    metrics,
    givesWay: standsBack,
  });
  shutdown.onStop('merchant webhooks', () => webhooks.stop());
  const exceptions = startExceptions({
    ...parts.exceptions,
    listener,
    givesWay: standsBack,
  });
  shutdown.onStop('exceptions', () => exceptions.stop());
  startNotifying(machines, hub, parts.notifying, parts.publicUrl, {
    predictCaseOutcome: (tenant, shipmentId) =>
      predictCaseOutcome(parts.exceptions, tenant, shipmentId),
    givesWay: standsBack,
  });
  const predicting = startPredicting({
    ...parts.predicting,
    listener,
    log,
    givesWay: isBehind,
  });
  shutdown.onStop('predictions', () => predicting.stop());
  const comparing = startComparing({ db, log, givesWay: isBehind });
  shutdown.onStop('compared dates', () => comparing.stop());
  startShopWork(machines, parts, standsBack);
  await hub.fleet?.startReactions(parts, standsBack);
  const learning = startLearning({
    db,
    databaseUrl: machines.databaseUrl,
    clock,
    log,
    listener,
    terms: parts.predicting.learning,
    learn: learnInChildProcess({ givesWay: true }),
    givesWay,
  });
  shutdown.onStop('learning', () => learning.stop());
  await startKafka(machines);
  if (parts.purgers.length > 0) startPurging(machines, parts.purgers);
}

function startPurging(
  { log, metrics, listener, shutdown, clock, database: db }: Machines,
  configs: readonly PurgerConfig[],
): void {
  const http = createHttpClient({ timeoutMs: CALL_MS_MAX });
  const purgers = openPurgers(configs, http, () => clock.nowMs());
  const purges = startPurges({ db, purgers, listener, clock, log, metrics });
  shutdown.onStop('cache purges', async () => {
    await purges.stop();
    http.close();
  });
  log.info({ caches: purgers.map(({ name }) => name) }, 'announcing changes to caches');
}
