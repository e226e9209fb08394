import type { Readiness } from '../../http/index.ts';
import { inboxFigures } from '../../intake/index.ts';
import { formatProblem } from '../../normalization/index.ts';
import { checkDiskSpace } from '../../platform/checkup/machine-checks.ts';
import { countDeadEntries } from '../../platform/event-log/dead-entries.ts';
import { sayLoad } from '../../platform/load/watch-load.ts';
import type { Machines } from '../../platform/machines.ts';
import { partitionProblems } from '../../platform/partitions/keep-partitions.ts';
import { within } from '../../platform/work/within.ts';
import { unreachableLinks } from '../../reactions/notifications/index.ts';
import { leftOutText } from '../installed-carriers.ts';
import type { Parts } from '../parts.ts';
import { kafkaTrouble } from './kafka.ts';
import type { LoadParts } from './load.ts';
import { partitionedTables } from './partitioned-tables.ts';
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
  degraded.push(...hub.registry.leftOut.map((each) => `carriers: ${leftOutText(each)}`));
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
  const files = hub.sharedFiles?.trouble();
  if (files) degraded.push(files);
  const busy = sayLoad(load.figures());
  if (busy !== null) degraded.push(busy);
  if (machines.shutdown.stopping) notReady.push('stopping');
  const asked = await askDatabase(machines, databaseTrouble(machines, notifying));
  return {
    notReady: [...notReady, ...asked.notReady],
    degraded: [...degraded, ...asked.degraded],
  };
}

/** Balancers wait 5 s for an answer. */
const ANSWER_MS_MAX = 4_000;

/**
 * Returns the trouble that the database reports, or that it does not answer. A process that answers
 * look-ups from a replica serves without it; one that only writes does not.
 */
export async function askDatabase(
  { config, database, log }: Pick<Machines, 'config' | 'database' | 'log'>,
  trouble: Promise<readonly string[]>,
): Promise<Readiness> {
  // Asked each time, so that the replica's state is known when the primary is away.
  const lookup =
    database.replica &&
    within(ANSWER_MS_MAX, database.publicRead.query('select'), null).catch(() => null);
  const known = await within(ANSWER_MS_MAX, trouble, null).catch((err: unknown) => {
    log.warn({ err }, 'the database did not answer the readiness check');
    return null;
  });
  if (known !== null) return { notReady: [], degraded: known };
  return (await lookup) && config.roles.includes('api')
    ? { notReady: [], degraded: ['database: no answer; only look-ups work, from the replica'] }
    : { notReady: ['database: no answer'], degraded: [] };
}

async function databaseTrouble(
  machines: Machines,
  { channels }: Pick<Parts['notifying'], 'channels'>,
): Promise<readonly string[]> {
  const { config, clock, database } = machines;
  const trouble: string[] = [];
  const { oldestWaitingMs, postponed, dead } = await inboxFigures(database.pipeline);
  if (oldestWaitingMs !== null) {
    const ageMs = clock.nowMs() - oldestWaitingMs;
    if (ageMs > INBOUND_MESSAGE_AGE_MS_MAX) {
      trouble.push(
        `pipeline: the oldest inbound message has waited ${Math.round(ageMs / 1_000)} s`,
      );
    }
  }
  if (postponed > 0) {
    trouble.push(`pipeline: ${postponed} inbound messages wait for a worker of the cluster`);
  }
  if (dead > 0)
    trouble.push(
      `inbox: ${dead} dead letters (/console/hub/dead-letters, or waybill deadletters list)`,
    );
  const tables = partitionedTables(database);
  trouble.push(...(await partitionProblems(database.pipeline, tables, clock.nowMs())));
  const late = await kafkaTrouble(machines);
  if (late !== null) trouble.push(late);
  const outside = await channels.outside();
  const unreachable = unreachableLinks(config.publicUrl, outside);
  if (unreachable !== null) {
    trouble.push(`notifications: ${unreachable} (set WAYBILL_PUBLIC_URL)`);
  }
  for (const [consumer, passed] of await countDeadEntries(database.pipeline)) {
    trouble.push(`${consumer}: ${passed} events were skipped (waybill deadletters entries)`);
  }
  return trouble;
}

/** Returns what an operator needs to know about the hub's storage, before it is full and after. */
export function storageTrouble({
  config,
  writeFailures,
}: Pick<Machines, 'writeFailures'> & {
  readonly config: Pick<Machines['config'], 'data' | 'databaseUrl' | 's3'>;
}): readonly string[] {
  const refused = writeFailures.recent();
  return [
    ...(refused === null ? [] : [`writes: failed within the last minute, because ${refused}`]),
    ...lowSpaceTrouble(config),
  ];
}

/**
 * Returns a warning if the disk of the data folder is nearly full. Empty if the folder contains
 * nothing that grows, because the database is elsewhere and files are in a bucket.
 */
function lowSpaceTrouble({
  data,
  databaseUrl,
  s3,
}: Parameters<typeof storageTrouble>[0]['config']) {
  if (databaseUrl !== null && s3 !== null) return [];
  const { verdict, found } = checkDiskSpace(data);
  return verdict === 'ok' ? [] : [`disk space: ${found}`];
}
