import path from 'node:path';
import { type BacklogWatch, registerAdmissionGauges, watchBacklog } from '../../intake/index.ts';
import { notifyLoad } from '../../platform/load/load.sql.ts';
import {
  measureLoopLag,
  registerLoadGauges,
  watchSustainedLag,
} from '../../platform/load/loop-lag.ts';
import { type Load, watchLoad } from '../../platform/load/watch-load.ts';
import type { Machines, SharedServers } from '../../platform/machines.ts';
import type { Logger } from '../../platform/observability/log.ts';
import {
  type SupervisedProcess,
  superviseProcess,
} from '../../platform/process/supervised-process.ts';
import type { Config, Role } from '../../platform/settings/config.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { systemTimers, unheldTimers } from '../../platform/work/timers.ts';
import type { Hub } from '../hub.ts';

export interface LoadParts {
  readonly load: Load;
  /** Null if this process does not measure the backlog. */
  readonly backlog: BacklogWatch | null;
}

export interface LoadOptions {
  /**
   * One process of each hub measures it: the one that receives webhooks, or else the one that
   * processes them.
   */
  readonly measuresBacklog: boolean;
  /** Whether few more connections are possible. */
  readonly crowded?: () => boolean;
}

/** Starts measuring which work this process has to shed, until it stops. */
export function startLoad(
  machines: Machines,
  { inbox }: Pick<Hub, 'inbox'>,
  { measuresBacklog, crowded = () => false }: LoadOptions,
): LoadParts {
  const { config, database, clock, random, log, metrics, listener, shutdown } = machines;
  const unwrittenMs = () => inbox.unwrittenMs();
  const sustained = measuresBacklog ? watchSustainedLag(unheldTimers) : null;
  const backlog = measuresBacklog
    ? watchBacklog({
        db: database.pipeline,
        limits: config.backlog,
        random: () => (random(1)[0] ?? 0) / 255,
        onFull: () => load.noteWebhookRefused(),
        unwritten: () => inbox.unwritten(),
        loopLagMs: () => sustained?.lagMs() ?? 0,
        clock,
        log,
        unwrittenMs,
        crowded,
      })
    : null;
  const lag = measureLoopLag();
  const load = watchLoad({
    notify: (message) => notifyLoad(database.pipeline, message),
    timers: systemTimers,
    loopLagMs: () => lag.takeMs(),
    backlog: () => backlog?.figures().share ?? null,
    listener,
    log,
    unwrittenMs,
  });
  shutdown.onStop('load', async () => {
    await load.stop();
    await backlog?.stop();
    sustained?.stop();
    lag.stop();
  });
  if (backlog !== null) registerAdmissionGauges(metrics, backlog);
  registerLoadGauges(metrics, load);
  return { load, backlog };
}

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
