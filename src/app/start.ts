import { withoutSecrets } from '../kernel/wire/secret-texts.ts';
import { bringUpMachines, type Machines, StartInterrupted } from '../platform/machines.ts';
import { createLog, type Logger } from '../platform/observability/log.ts';
import { FolderBusy } from '../platform/process/folder-lock.ts';
import { collectAtRest } from '../platform/process/heap.ts';
import { createShutdown, type Shutdown } from '../platform/process/shutdown.ts';
import { type Config, ConfigError, readConfig } from '../platform/settings/config.ts';
import { announceReady, type Ready, type ReadyStreams } from './announce-ready.ts';
import { startWorkProcess, type WorkProcess } from './roles/work-process.ts';

export interface Serving extends Ready {
  /** Resolves when pushes are processed, so that one appears within a second; or at a stop. */
  readonly working: Promise<void>;
}

/** Builds the roles on the machines and starts them; resolves when they can serve. */
export type StartRoles = (machines: Machines, work: WorkProcess | null) => Promise<Serving>;

/** The modules of the roles, loaded while PostgreSQL starts. */
export interface Roles {
  readonly startRoles: StartRoles;
  readonly warmFiles: (config: Config) => Promise<void>;
}

const FAILED = 1;
const UNUSABLE = 2;
const IN_USE = 3;
const EXIT_AFTER_MS = 1_000;
/**
 * npm forwards a signal that its whole process group, and so this process, received already: a
 * second one within this time is the same signal. A later one comes from a person who has waited
 * long enough; ending at once is safe, because everything acknowledged is on disk.
 */
const SAME_SIGNAL_MS = 5_000;

/**
 * Runs `waybill start`: starts everything, writes the ready line to stdout, serves until stopped,
 * then stops everything in order, PostgreSQL last.
 *
 * @returns the exit code.
 */
export async function runStart(
  env: NodeJS.ProcessEnv,
  loadRoles: () => Promise<Roles>,
  { stdout, stderr }: ReadyStreams = process,
): Promise<number> {
  const config = configOrComplaint(env);
  if (config === null) return UNUSABLE;
  const log = createLog({ level: config.logLevel, format: config.logFormat });
  const shutdown = createShutdown(log);
  const stop = stopOnSignal(log, shutdown);
  for (const warning of config.warnings) log.warn(warning);
  // While PostgreSQL starts, this process and the working one load most of their modules.
  const work = startWorkProcess(config, log);
  // It serves nobody yet: a start that fails ends it last.
  shutdown.onStop('work', () => work?.process.stop());
  const loading = loadRoles().then(async (roles) => {
    await roles.warmFiles(config);
    return roles;
  });
  const starting = Promise.all([bringUpMachines({ config, log, shutdown }), loading]).then(
    ([machines, { startRoles }]) => startRoles(machines, work),
  );
  shutdown.whileStarting(starting);
  try {
    const serving = await starting;
    await serving.working;
    if (!shutdown.stopping) {
      log.info({ url: serving.url }, 'ready');
      announceReady(serving, config.logFormat, { stdout, stderr });
      collectAtRest();
    }
  } catch (error) {
    return giveUp(error, log, shutdown);
  }
  return stop;
}

function configOrComplaint(env: NodeJS.ProcessEnv): Config | null {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\nconfig/defaults.yaml lists all settings.\n`);
    return null;
  }
}

/** Resolves with the exit code when everything has stopped. */
function stopOnSignal(log: Logger, shutdown: Shutdown): Promise<number> {
  return new Promise((resolve) => {
    let firstAtMs: number | null = null;
    const stop = (reason: string, code: number): void => {
      firstAtMs ??= performance.now();
      void shutdown.stop(reason).then((clean) => resolve(clean ? code : FAILED));
    };
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (firstAtMs !== null && performance.now() - firstAtMs > SAME_SIGNAL_MS)
          process.exit(FAILED);
        stop(name, 0);
      });
    }
    const onBug = (err: unknown): void => {
      log.fatal({ err }, 'a bug: stopping, because the state is unknown');
      stop('bug', FAILED);
    };
    process.on('uncaughtException', onBug);
    process.on('unhandledRejection', onBug);
  });
}

/** Reports why the start failed and stops what was started; resolves with the exit code. */
async function giveUp(error: unknown, log: Logger, shutdown: Shutdown): Promise<number> {
  const interrupted = error instanceof StartInterrupted || shutdown.stopping;
  if (!interrupted) {
    log.fatal({ err: error }, 'could not start');
    // A person at a terminal sees only the reason, without a stack.
    process.stderr.write(
      `${withoutSecrets(error instanceof Error ? error.message : String(error))}\n`,
    );
  }
  const clean = await shutdown.stop('could not start');
  // What was opened just before the failure is not registered to be stopped, and would keep the process running.
  setTimeout(() => process.exit(), EXIT_AFTER_MS).unref();
  if (error instanceof FolderBusy) return IN_USE;
  return interrupted && clean ? 0 : FAILED;
}
