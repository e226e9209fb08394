import { isInboxCrowded } from '../../../intake/index.ts';
import { isDatabaseUnavailable } from '../../../platform/database/database-errors.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { createPace, type Pace } from '../pace.ts';
import type { JobDeps } from './job-deps.ts';
import { claimJob, JOBS_CHANNEL } from './jobs.sql.ts';
import { LEASE_MS, runJob } from './run-job.ts';

interface JobWorkerOptions extends Omit<JobDeps, 'log' | 'pace'> {
  /** By default it uses the capacity that the inbox leaves. */
  readonly pace?: Pace;
  /** Receives wake-ups; null means that jobs are only found by checks at intervals. */
  readonly listener: Pick<Listener, 'on'> | null;
  readonly log: Logger;
  readonly checkEveryMs?: number;
}

/** Interval of checks: a lost wake-up, or a dead process, costs at most this much more. */
const CHECK_EVERY_MS = 2_000;

/** The inbox counts as busy with this many waiting messages: more than people cause by hand. */
const CROWD_MIN = 10;

/**
 * Runs jobs until it is stopped, one at a time; any number of processes may run it. On stop it
 * releases the current job at its next step.
 */
export function startJobWorker(options: JobWorkerOptions): Loop {
  const { db, log, listener, leaseMs = LEASE_MS } = options;
  const pace = options.pace ?? inboxPace(options);

  async function runAll(): Promise<void> {
    // Another process may be able to read the active versions of these carriers; this one checks
    // again at its next tick.
    const unreadable: string[] = [];
    while (!loop.stopping) {
      const job = await claimJob(db.pipeline, leaseMs, unreadable);
      if (job === null) return;
      const about = { job: job.id, kind: job.kind, carrier: job.carrier };
      log.info({ ...about, version: job.toVersion }, 'a mapping job is running');
      const outcome = await runJob({ ...options, pace }, job, () => loop.stopping);
      log.info({ ...about, outcome }, 'a mapping job was left');
      if (outcome === 'unreadable') unreadable.push(job.carrier);
    }
  }

  const loop = startLoop({
    run: runAll,
    everyMs: options.checkEveryMs ?? CHECK_EVERY_MS,
    wokenBy: listener && { listener, channel: JOBS_CHANNEL },
    onFailure(err) {
      const level = isDatabaseUnavailable(err) ? 'debug' : 'warn';
      log[level]({ err }, 'a mapping job was interrupted and will be continued');
    },
  });
  loop.wake();
  return loop;
}

function inboxPace({ db, wait }: Pick<JobWorkerOptions, 'db' | 'wait'>): Pace {
  return createPace({
    isBusy: () => isInboxCrowded(db.pipeline, CROWD_MIN),
    wait,
    elapsedMs: () => performance.now(),
  });
}
