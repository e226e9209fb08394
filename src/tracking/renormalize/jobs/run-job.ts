import { blameOf } from '../../../platform/database/blame.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import type { ActiveMappings } from '../../mappings/active-mappings.ts';
import type { Tables } from '../compare/changed-readings.ts';
import { compareShipments } from '../compare/compare.ts';
import { LostJob } from '../rewrite.ts';
import type { ScanDeps, Scanned } from '../scan.ts';
import { walk } from '../walk.ts';
import { addChanges } from './job-changes.sql.ts';
import { tallyChanges } from './job-changes.ts';
import type { JobDeps, Run } from './job-deps.ts';
import { advanceJob, endJob, type JobRow, releaseJob } from './jobs.sql.ts';
import { renormalize } from './renormalize-job.ts';

/**
 * The lease of a job. A step takes far less; after a crash another process takes over after this
 * long.
 */
export const LEASE_MS = 30_000;

/**
 * Runs a claimed job from its cursor until its end. If `isStopping`, it is released. All steps can
 * be repeated, so it may have stopped anywhere. A renormalization ends with every fact in its scope
 * read by the active version. If another becomes active meanwhile, it starts over with that one,
 * and a process that cannot read the active version (an older release) releases it (`unreadable`)
 * instead of using the one it knows. Rejects on infrastructure failures; the job then waits for its
 * lease to expire.
 */
export async function runJob(
  deps: JobDeps,
  job: JobRow,
  isStopping: () => boolean,
): Promise<'ended' | 'released' | 'lost' | 'unreadable'> {
  const db = deps.db.pipeline;
  const lease = { id: job.id, token: job.leaseToken, leaseMs: deps.leaseMs ?? LEASE_MS };
  try {
    const ended = job.kind === 'diff' ? diff : renormalize;
    const outcome = await ended(deps, job, lease, isStopping);
    if (outcome === 'done') return 'ended';
    await releaseJob(db, lease, outcome === 'gives_way' ? 'waiting' : 'running');
    return outcome === 'unreadable' ? outcome : 'released';
  } catch (error) {
    if (error instanceof LostJob) return 'lost';
    if (blameOf(error) !== 'entry') throw error;
    deps.log.error({ err: error, job: job.id }, 'a mapping job failed');
    await endJob(db, lease, 'failed', error instanceof Error ? error.message : String(error));
    return 'ended';
  }
}

const diff: Run = async (deps, job, lease, isStopping) => {
  const { carrier, fromVersion, toVersion } = job;
  const from = fromVersion === null ? null : await loaded(deps, carrier, fromVersion);
  const scan: ScanDeps = {
    db: deps.db.pipeline,
    carrier,
    scope: job.scope,
    from,
    to: await loaded(deps, carrier, toVersion),
  };
  const step = async ({ facts, shipments }: Scanned, afterId: string): Promise<void> => {
    const tally = tallyChanges();
    await compareShipments(
      scan.db,
      deps.context(),
      shipments,
      scan.from,
      scan.to,
      tally,
      async (tookMs) => {
        await deps.pace.rest(tookMs);
        if (!(await advanceJob(scan.db, lease, {}))) throw new LostJob();
      },
    );
    const { factsChanged, shipmentsChanged } = tally;
    await withTransaction(deps.db.pipeline, async (tx) => {
      await addChanges(tx, lease.id, tally.changes());
      const progress = { factsRead: facts, factsChanged, shipmentsChanged, afterId };
      if (!(await advanceJob(tx, lease, progress))) throw new LostJob();
    });
  };
  const halt = async () => (isStopping() ? ('stopped' as const) : null);
  if ((await walk(deps, scan, job.afterId, step, halt)) !== 'done') return 'stopped';
  await endJob(deps.db.pipeline, lease, 'done', null);
  return 'done';
};

async function loaded({ mappings }: JobDeps, carrier: string, version: string): Promise<Tables> {
  const base = await mappings.load(carrier, version);
  if (base === null) throw new Error(`version ${version} of ${carrier} does not exist`);
  return tablesOver(mappings, base);
}

/** Returns a version with each merchant's rules applied, each compiled once. */
export function tablesOver(
  mappings: Pick<ActiveMappings, 'forMerchant'>,
  base: Tables['base'],
): Tables {
  const made = new Map<string, Tables['base']>();
  return {
    base,
    tableOf(merchantId) {
      const table = made.get(merchantId) ?? mappings.forMerchant(base, merchantId);
      made.set(merchantId, table);
      return table;
    },
  };
}
