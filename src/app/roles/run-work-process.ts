import { getPriority } from 'node:os';
import { type Machines, shareMachines } from '../../platform/machines.ts';
import { recordActivity } from '../../platform/observability/activity/record-activity.ts';
import { createLog } from '../../platform/observability/log.ts';
import { giveWay, giveWayAsSession, LOWEST } from '../../platform/process/child-process.ts';
import { collectAtRest } from '../../platform/process/heap.ts';
import { endAtOnce, serveParent } from '../../platform/process/serve-parent.ts';
import { createShutdown } from '../../platform/process/shutdown.ts';
import { type Role, readConfig } from '../../platform/settings/config.ts';
import { composeParts, type Parts } from '../parts.ts';
import { startLoad } from './load.ts';
import { startPollerRole } from './poller.ts';
import { WORK_VERB, type WorkDetails, type WorkTask } from './work-process.ts';
import { startInboxAnnouncements, startWorkerRole } from './worker.ts';

/**
 * A slightly lower priority than that of the answering process: under full load everything competes
 * for both cores.
 */
const NICE = 5;
/**
 * By how much its session yields, where the kernel shares the processor among sessions. Next to
 * four busy loops and three times as many pushes as the hub can process, 1 and 2 answered equally
 * fast; with 2, facts became visible up to twice as late under full load.
 */
const SESSION_NICE = 1;

/** Runs `waybill work`, which `startWorkProcess` starts. Resolves when it has stopped. */
export async function runWorkProcess(env: NodeJS.ProcessEnv): Promise<void> {
  giveWay(Math.min(LOWEST, getPriority() + NICE));
  giveWayAsSession(SESSION_NICE);
  const config = readConfig(env);
  const log = createLog({ level: config.logLevel, format: config.logFormat }).child({
    process: WORK_VERB,
  });
  const onBug = (err: unknown): void => {
    log.fatal({ err }, 'a bug: exiting, because the state is unknown');
    endAtOnce();
  };
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
  await serveParent(async (given, proceed) => {
    const task = given as WorkTask;
    let details: WorkDetails | null = null;
    const shutdown = createShutdown(log);
    const machines = await shareMachines({ config, log, shutdown }, task);
    const parts = await composeParts(machines, {
      publicUrl: () => details?.publicUrl ?? config.publicUrl ?? '',
      sandboxOrigin: (carrier) => details?.sandboxOrigins[carrier] ?? null,
      demos: () => details?.demos ?? {},
    });
    details = (await proceed) as WorkDetails;
    startInboxAnnouncements(machines, parts.hub);
    // Registered before the work, so that it stops after it.
    recordActivity(machines);
    await startWork(machines, parts, task.roles);
    collectAtRest();
    return {
      answer: () => machines.metrics.metrics(),
      receive: () => parts.polling.polling.accountsChanged(),
      async stop() {
        await shutdown.stop('requested by its parent');
      },
    };
  });
}

/** Starts those of the working roles that are named, in this process. */
export async function startWork(
  machines: Machines,
  parts: Parts,
  roles: readonly Role[],
): Promise<void> {
  const { load } = startLoad(machines, parts.hub, {
    measuresBacklog: roles.includes('worker') && !machines.config.roles.includes('webhooks'),
  });
  const isBehind = roles.includes('worker')
    ? await startWorkerRole(machines, parts, load)
    : () => false;
  if (roles.includes('poller')) {
    await startPollerRole(machines, parts.hub, parts.polling, { ...parts, isBehind, load });
  }
}
