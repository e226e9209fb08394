import { isInboxCrowded } from '../../../intake/index.ts';
import { isDatabaseUnavailable } from '../../../platform/database/database-errors.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { createPace, type Pace } from '../pace.ts';
import type { JobDeps } from './job-deps.ts';
import { claimJob, JOBS_CHANNEL } from './jobs.sql.ts';
import { LEASE_MS, runJob } from './run-job.ts';

/** Runs jobs for as long as it lives, one at a time; any number of processes may have one. */
export interface JobWorker {
  /** Resolves when it found no job that may run. */
  idle(): Promise<void>;
  /** Gives back what is under way, at its next step, and stops. */
  stop(): Promise<void>;
}

export interface JobWorkerOptions extends Omit<JobDeps, 'log' | 'pace'> {
  /** By default it takes what reading the inbox leaves. */
  readonly pace?: Pace;
  /** Null: only looks by itself. */
  readonly listener: Pick<Listener, 'on'> | null;
  readonly log: Logger;
  readonly lookEveryMs?: number;
}

/** A wake-up lost with a connection, or a process that died, costs at most this more. */
const LOOK_EVERY_MS = 2_000;

/** More than this are waiting only when they come faster than a person could send them. */
const CROWD_MIN = 10;

export function startJobWorker(options: JobWorkerOptions): JobWorker {
  const { db, log, listener, leaseMs = LEASE_MS } = options;
  const pace = options.pace ?? inboxPace(options);
  let stopping = false;
  let again = false;
  let running: Promise<void> | null = null;

  async function runAll(): Promise<void> {
    // Another process may read what is in force of these; this one looks again at its next tick.
    const unreadable: string[] = [];
    while (!stopping) {
      const job = await claimJob(db.pipeline, leaseMs, unreadable);
      if (job === null) return;
      const about = { job: job.id, kind: job.kind, carrier: job.carrier };
      log.info({ ...about, version: job.toVersion }, 'a mapping job runs');
      const outcome = await runJob({ ...options, pace }, job, () => stopping);
      log.info({ ...about, outcome }, 'a mapping job was left');
      if (outcome === 'unreadable') unreadable.push(job.carrier);
    }
  }

  function look(): void {
    if (stopping) return;
    if (running !== null) {
      again = true;
      return;
    }
    again = false;
    running = runAll()
      .catch((error: unknown) => {
        const level = isDatabaseUnavailable(error) ? 'debug' : 'warn';
        log[level]({ err: error }, 'a mapping job was interrupted and will be gone on with');
      })
      .then(() => {
        running = null;
        if (again) look();
      });
  }

  const unsubscribe = listener?.on(JOBS_CHANNEL, look);
  const ticker = setInterval(look, options.lookEveryMs ?? LOOK_EVERY_MS);
  look();
  return {
    async idle() {
      look();
      while (running !== null) await running;
    },
    async stop() {
      stopping = true;
      unsubscribe?.();
      clearInterval(ticker);
      await running;
    },
  };
}

function inboxPace({ db, wait }: Pick<JobWorkerOptions, 'db' | 'wait'>): Pace {
  return createPace({
    isBusy: () => isInboxCrowded(db.pipeline, CROWD_MIN),
    wait,
    elapsedMs: () => performance.now(),
  });
}
