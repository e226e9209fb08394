import { cancelMappingJob, type MappingJob, mappingJobs } from '../../tracking/ports/mappings.ts';
import { withDatabase } from '../with-database.ts';
import { changesJson, counted, shortVersion } from './changes.ts';

type Write = (line: string) => void;

const FAILED = 1;

/** Runs `waybill mappings jobs`: newest first, one line each, or one JSON line each. */
export function mappingsJobs(
  env: NodeJS.ProcessEnv,
  args: { readonly carrier: string | null; readonly limit: number; readonly json: boolean },
  write: Write,
): Promise<number> {
  return withDatabase(env, async ({ database: db }) => {
    const jobs = await mappingJobs({ db }, args);
    for (const job of jobs) write(args.json ? JSON.stringify(json(job)) : line(job));
    if (jobs.length === 0 && !args.json) write('There are no jobs.');
    return 0;
  });
}

/** Runs `waybill mappings jobs --cancel ID`. */
export function mappingsJobsCancel(
  env: NodeJS.ProcessEnv,
  id: string,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database: db }) => {
    const job = UUID.test(id) ? await cancelMappingJob({ db }, id) : null;
    if (job === null) {
      writeError(`${id} is not a waiting or running job; see \`waybill mappings jobs\`.`);
      return FAILED;
    }
    write(`Cancelled; the changes made so far stay (${job.factsChanged} facts).`);
    return 0;
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function json(job: MappingJob) {
  return {
    id: job.id,
    kind: job.kind,
    carrier: job.carrier,
    state: job.state,
    from: job.fromVersion,
    to: job.toVersion,
    codes: job.scope.codes,
    notify: job.notify,
    ...changesJson(job),
    shipments_failed: job.shipmentsFailed,
    error: job.error,
    created_at: iso(job.createdAtMs),
    created_by: job.createdBy,
    started_at: iso(job.startedAtMs),
    finished_at: iso(job.finishedAtMs),
  };
}

function line(job: MappingJob): string {
  const { id, kind, carrier, state, factsRead, factsChanged, shipmentsChanged } = job;
  const to = shortVersion(job.toVersion);
  const error = job.error === null ? '' : `  ${job.error}`;
  return `${id}  ${kind}  ${carrier} ${to}  ${state}  ${counted(factsRead, 'fact')} read, ${factsChanged} differently, ${counted(shipmentsChanged, 'parcel')}${error}`;
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
