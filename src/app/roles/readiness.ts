import type { Readiness } from '../../http/index.ts';
import { inboxFigures } from '../../intake/index.ts';
import { formatProblem } from '../../normalization/index.ts';
import { countDeadEntries } from '../../platform/event-log/dead-entries.ts';
import { sayLoad } from '../../platform/load/say-load.ts';
import type { Machines } from '../../platform/machines.ts';
import { partitionProblems } from '../../platform/partitions/keep-partitions.ts';
import { unreachableLinks } from '../../reactions/notifications/index.ts';
import type { Parts } from '../parts.ts';
import { kafkaTrouble } from './kafka.ts';
import type { LoadParts } from './load.ts';
import { partitionedTables } from './partitioned-tables.ts';
import { storageTrouble } from './storage-trouble.ts';
import type { WorkProcess } from './work-process.ts';

/** An inbound message that waits longer than this shows that the pipeline does not keep up. */
const INBOUND_MESSAGE_AGE_MS_MAX = 60_000;

/**
 * Returns the readiness answer for load balancers and operators: whether the hub serves, and its
 * problems.
 */
export async function readiness(
  machines: Machines,
  {
    hub,
    notifying,
    predicting: { model },
    load,
  }: Pick<Parts, 'hub' | 'notifying' | 'predicting'> & Pick<LoadParts, 'load'>,
  work: WorkProcess | null,
): Promise<Readiness> {
  const notReady: string[] = [];
  const degraded = hub.mappings.problems().map((problem) => `mapping: ${formatProblem(problem)}`);
  const broken = model.problem();
  if (broken !== null) {
    degraded.push(
      `delivery dates: model ${broken.version} cannot be used: ${broken.what} (waybill edd rollback, or waybill edd learn)`,
    );
  }
  if (work?.process.state === 'starting') {
    notReady.push('work: the background process is starting');
  }
  if (work?.process.state === 'away') {
    degraded.push('work: the background process has exited and is being restarted');
  }
  degraded.push(...storageTrouble(machines));
  const busy = sayLoad(load.figures());
  if (busy !== null) degraded.push(busy);
  if (machines.shutdown.stopping) notReady.push('stopping');
  try {
    const { oldestWaitingMs, dead } = await inboxFigures(machines.database.pipeline);
    if (oldestWaitingMs !== null) {
      const ageMs = machines.clock.nowMs() - oldestWaitingMs;
      if (ageMs > INBOUND_MESSAGE_AGE_MS_MAX) {
        degraded.push(
          `pipeline: the oldest inbound message has waited ${Math.round(ageMs / 1_000)} s`,
        );
      }
    }
    if (dead > 0) degraded.push(`inbox: ${dead} dead letters (/ops, or waybill deadletters list)`);
    const tables = partitionedTables(machines.database);
    degraded.push(
      ...(await partitionProblems(machines.database.pipeline, tables, machines.clock.nowMs())),
    );
    const late = await kafkaTrouble(machines);
    if (late !== null) degraded.push(late);
    const outside = await notifying.channels.outside();
    const unreachable = unreachableLinks(machines.config.publicUrl, outside);
    if (unreachable !== null) {
      degraded.push(`notifications: ${unreachable} (set WAYBILL_PUBLIC_URL)`);
    }
    for (const [consumer, passed] of await countDeadEntries(machines.database.pipeline)) {
      degraded.push(`${consumer}: ${passed} events were skipped (waybill deadletters entries)`);
    }
  } catch (error) {
    machines.log.warn({ err: error }, 'the database did not answer the readiness check');
    notReady.push('database: no answer');
  }
  return { notReady, degraded };
}
