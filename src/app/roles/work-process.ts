import { getPriority } from 'node:os';
import path from 'node:path';
import { type Machines, type SharedServers, shareMachines } from '../../platform/machines.ts';
import { recordActivity } from '../../platform/observability/activity/record-activity.ts';
import { createLog } from '../../platform/observability/log.ts';
import { giveWay, giveWayAsSession, LOWEST } from '../../platform/process/low-priority.ts';
import { endAtOnce, serveParent } from '../../platform/process/serve-parent.ts';
import { createShutdown } from '../../platform/process/shutdown.ts';
import {
  type SupervisedProcess,
  superviseProcess,
} from '../../platform/process/supervised-process.ts';
import { type Config, type Role, readConfig } from '../../platform/settings/config.ts';
import { PROJECT_ROOT } from '../../platform/settings/defaults.ts';
import { composeParts, type Parts } from '../parts.ts';
import { startLoad } from './load.ts';
import { startPollerRole } from './poller.ts';
import { startInboxAnnouncements, startWorkerRole } from './worker.ts';

/**
 * The roles `worker` and `poller` in a process next to the one that answers: pushes are
 * acknowledged and look-ups answered while parcels are processed, and each process has a core.
 */
export interface WorkTask extends SharedServers {
  readonly roles: readonly Role[];
}

/** Details known only once the answering process listens. */
export interface WorkDetails {
  /** The hub's public URL; without a setting, the one found by listening. */
  readonly publicUrl: string;
  /** The URLs at which the sandbox simulates carriers, by carrier. */
  readonly sandboxOrigins: Readonly<Record<string, string>>;
  /** The numbers of the demo parcels, by carrier. */
  readonly demos: Readonly<Record<string, string>>;
}

/** Requests and messages of the answering process. */
const FIGURES = 'figures';
const ACCOUNTS_CHANGED = 'accounts changed';

/** The command-line verb of this process, which no person needs. */
export const WORK_VERB = 'work';

const WORKING_ROLES: readonly Role[] = ['worker', 'poller'];
/**
 * A slightly lower priority than that of the answering process: under full load everything competes
 * for both cores.
 */
const NICE = 5;
/**
 * By how much its session yields, where the kernel shares the processor among sessions. Next to
 * four busy loops and 2,500 pushes a second, 2 and 5 answered equally fast, and 5 processed a
 * quarter fewer facts.
 */
const SESSION_NICE = 2;

/** Returns the roles that this process leaves to its child; none if it serves no requests. */
export function rolesOfWorkProcess({
  roles,
  workProcess,
}: Pick<Config, 'roles' | 'workProcess'>): Role[] {
  const answers = roles.includes('api') || roles.includes('webhooks');
  return workProcess && answers ? roles.filter((role) => WORKING_ROLES.includes(role)) : [];
}

/** The working process, next to the one that answers. */
export interface WorkProcess {
  readonly process: Pick<SupervisedProcess, 'state' | 'begun' | 'stop'>;
  /** Lets it work; until then it only prepares. */
  proceed(details: WorkDetails): void;
  /** Returns its metrics, in Prometheus' text format; null if it does not answer. */
  figures(): Promise<string | null>;
  accountsChanged(): void;
}

/**
 * Starts the working process at once, so that it loads and connects while the answering process
 * does.
 */
export function startWorkProcess(
  { log, databaseUrl, pooler, redis }: Pick<Machines, 'log' | 'databaseUrl' | 'pooler' | 'redis'>,
  roles: readonly Role[],
): WorkProcess {
  const worker = superviseProcess({
    name: WORK_VERB,
    script: path.join(PROJECT_ROOT, 'bin', 'waybill.js'),
    args: [WORK_VERB],
    log,
  });
  worker.start({ roles, databaseUrl, pooler, redis: redis?.address ?? null } satisfies WorkTask);
  return {
    process: worker,
    proceed: (details) => worker.proceed(details),
    async figures() {
      const said = await worker.ask(FIGURES);
      return typeof said === 'string' ? said : null;
    },
    accountsChanged: () => worker.send(ACCOUNTS_CHANGED),
  };
}

/** Runs `waybill work`, which `startWorkProcess` starts. Resolves when it has stopped. */
export async function runWorkProcess(env: NodeJS.ProcessEnv): Promise<void> {
  giveWay(Math.min(LOWEST, getPriority() + NICE));
  giveWayAsSession(SESSION_NICE);
  const config = readConfig(env);
  const log = createLog({ level: config.logLevel }).child({ process: WORK_VERB });
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
