import path from 'node:path';
import { startErasureListing } from '../../platform/backups/list-erasures.ts';
import { startLogShipping } from '../../platform/backups/log/log-shipping.ts';
import { systemWait } from '../../platform/clock.ts';
import { INBOUND_MESSAGES_CHANNEL, startAnnouncer } from '../../platform/event-log/announce.ts';
import { registerDeadEntryGauge } from '../../platform/event-log/dead-entries.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import type { Machines } from '../../platform/machines.ts';
import { startPartitions } from '../../platform/partitions/keep-partitions.ts';
import { serverFiles } from '../../platform/postgres/cluster.ts';
import {
  createPipelineMetrics,
  startFacilityLearning,
  startImports,
  startInboxWorker,
  startJobWorker,
} from '../../tracking/index.ts';
import { startDropRunners } from '../drops.ts';
import type { Hub } from '../hub.ts';
import { startMaintenance } from '../maintenance.ts';
import type { Parts } from '../parts.ts';
import { startKafkaScans } from './kafka-in.ts';
import { partitionedTables } from './partitioned-tables.ts';
import { startReactions } from './reactions.ts';

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
 * Starts the role `worker` in this process. Returns whether the inbox is slow, or a file is being
 * registered.
 */
export async function startWorkerRole(
  machines: Machines,
  parts: Parts,
  load: Sheds,
): Promise<() => boolean> {
  const { log, metrics, listener, shutdown } = machines;
  const { hub } = parts;
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
  let search: { readonly isRush: boolean } | null = null;
  const standsBack = () => search?.isRush === true;
  const isBusy = () => isBehind() || imports.isRegistering();
  await startReactions(machines, hub, parts, { isBehind: isBusy, givesWay, standsBack });
  registerDeadEntryGauge(metrics, machines.database);
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
  search = (await hub.fleet?.startDispatch(parts)) ?? null;
  const maintenance = startMaintenance(
    { ...machines, givesWay },
    hub,
    parts.notifying.notifications,
  );
  shutdown.onStop('maintenance', () => maintenance.stop());
  return () => isBusy() || standsBack();
}
