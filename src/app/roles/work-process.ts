import path from 'node:path';
import type { Machines, SharedServers } from '../../platform/machines.ts';
import type { Logger } from '../../platform/observability/log.ts';
import {
  type SupervisedProcess,
  superviseProcess,
} from '../../platform/process/supervised-process.ts';
import type { Config, Role } from '../../platform/settings/config.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';

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
  /** The URLs at which the sandbox simulates carriers and shops, by carrier or host. */
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
  /** Lets it connect to the servers and load what it needs from them. */
  prepare(servers: Pick<Machines, 'databaseUrl' | 'pooler' | 'redis'>): void;
  /** Lets it work; until then it only prepares. */
  proceed(details: WorkDetails): void;
  /** Returns its metrics, in Prometheus' text format; null if it does not answer. */
  figures(): Promise<string | null>;
  accountsChanged(): void;
}

/**
 * Starts the working process, which loads its modules while this process starts the servers. Null
 * if this process has no roles to leave to it.
 */
export function startWorkProcess(config: Config, log: Logger): WorkProcess | null {
  const roles = rolesOfWorkProcess(config);
  if (roles.length === 0) return null;
  const worker = superviseProcess({
    name: WORK_VERB,
    script: path.join(PROJECT_ROOT, 'bin', 'waybill.js'),
    args: [WORK_VERB],
    log,
  });
  worker.start();
  return {
    process: worker,
    prepare({ databaseUrl, pooler, redis }) {
      const task: WorkTask = { roles, databaseUrl, pooler, redis: redis?.address ?? null };
      worker.prepare(task);
    },
    proceed: (details) => worker.proceed(details),
    async figures() {
      const figures = await worker.ask(FIGURES);
      return typeof figures === 'string' ? figures : null;
    },
    accountsChanged: () => worker.send(ACCOUNTS_CHANGED),
  };
}
