import type { MappingJob } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import {
  Action,
  Codes,
  Empty,
  Instant,
  ShipmentLink,
  Table,
  Tag,
  type Tone,
  Version,
} from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';
import type { jobJson } from './job-schema.ts';

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
}

export function JobsPage({
  deps,
  call,
  jobs,
}: PageProps & { readonly jobs: readonly MappingJob[] }) {
  return (
    <Layout assets={deps.assets} title="Mapping jobs" visitor={call.visitor} at="/ops/mapping-jobs">
      <h1>Mapping jobs</h1>
      <p class="lead">
        Comparisons change nothing. Renormalizations read stored parcels again, and notify nobody
        unless you ask for it.
      </p>
      <Jobs jobs={jobs} nowMs={deps.parts.clock.nowMs()} />
    </Layout>
  );
}

const JOB_TONES: Readonly<Record<MappingJob['state'], Tone>> = {
  waiting: 'plain',
  running: 'warn',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
};

/** A list of jobs, shared by several pages. */
export function Jobs({
  jobs,
  nowMs,
}: {
  readonly jobs: readonly MappingJob[];
  readonly nowMs: number;
}) {
  if (jobs.length === 0) return <Empty>No jobs yet.</Empty>;
  return (
    <Table
      label="Jobs"
      head={['Requested', 'What', 'Carrier', 'State', 'Facts read', 'Parcels changed']}
    >
      {jobs.map((job) => (
        <tr key={job.id}>
          <th scope="row">
            <a href={`/ops/mapping-jobs/${job.id}`}>
              <Instant at={iso(job.createdAtMs)} nowMs={nowMs} />
            </a>
          </th>
          <td>{KINDS[job.kind]}</td>
          <td>{job.carrier}</td>
          <td>
            <Tag tone={JOB_TONES[job.state]}>{job.state}</Tag>
          </td>
          <td class="number">{job.factsRead.toLocaleString('en')}</td>
          <td class="number">{job.shipmentsChanged.toLocaleString('en')}</td>
        </tr>
      ))}
    </Table>
  );
}

const KINDS = { diff: 'comparison', renormalize: 'renormalization' } as const;

interface JobProps extends PageProps {
  readonly job: ReturnType<typeof jobJson>;
}

export function JobPage({ deps, call, job }: JobProps) {
  const open = job.state === 'waiting' || job.state === 'running';
  return (
    <Layout assets={deps.assets} title="A job" visitor={call.visitor} at="/ops/mapping-jobs">
      <p class="crumbs">
        <a href="/ops/mapping-jobs">Mapping jobs</a>
      </p>
      <h1>
        {job.kind === 'diff' ? 'Comparison' : 'Renormalization'} of {job.carrier}{' '}
        <Tag tone={JOB_TONES[job.state]}>{job.state}</Tag>
      </h1>
      {job.error && <p class="fault">{job.error}</p>}
      <JobFacts job={job} nowMs={deps.parts.clock.nowMs()} />
      {open && (
        <div class="row">
          <a class="more" href={`/ops/mapping-jobs/${job.id}`}>
            Refresh
          </a>
          {call.visitor.power === 'write' && (
            <Action
              to={`/ops/mapping-jobs/${job.id}/cancel`}
              csrf={call.visitor.csrf}
              label="Cancel"
              kind="danger"
            />
          )}
        </div>
      )}
      {job.by_status.length > 0 && <Changes job={job} />}
    </Layout>
  );
}

function JobFacts({ job, nowMs }: Pick<JobProps, 'job'> & { readonly nowMs: number }) {
  return (
    <dl class="facts">
      <dt>From</dt>
      <dd>{job.from_version ? <Version of={job.from_version} /> : 'as stored'}</dd>
      <dt>To</dt>
      <dd>
        <Version of={job.to_version} />
      </dd>
      {job.codes && (
        <>
          <dt>Only</dt>
          <dd>
            {job.codes.map((codes) => (
              <Codes key={JSON.stringify(codes)} codes={codes} />
            ))}
          </dd>
        </>
      )}
      <dt>Facts</dt>
      <dd>
        {job.facts_read.toLocaleString('en')} read, {job.facts_changed.toLocaleString('en')} with a
        different result
      </dd>
      <dt>Parcels</dt>
      <dd>
        {job.shipments_changed.toLocaleString('en')} changed
        {job.shipments_failed > 0 && `, ${job.shipments_failed} could not be renormalized`}
      </dd>
      <dt>Requested</dt>
      <dd>
        <Instant at={job.created_at} nowMs={nowMs} />
      </dd>
      {job.finished_at && (
        <>
          <dt>Ended</dt>
          <dd>
            <Instant at={job.finished_at} nowMs={nowMs} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** Facts whose reading changes, by status. */
function Changes({ job }: Pick<JobProps, 'job'>) {
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{job.kind === 'diff' ? 'What would change' : 'What changed'}</h2>
      <Table label="Changes" head={['Before', 'After', 'Facts', 'Parcels', 'Examples']}>
        {job.by_status.map((change) => (
          <tr key={`${change.from} ${change.to}`}>
            <td>{change.from.replaceAll('_', ' ')}</td>
            <td>{change.to.replaceAll('_', ' ')}</td>
            <td class="number">{change.facts.toLocaleString('en')}</td>
            <td class="number">{change.shipments.toLocaleString('en')}</td>
            <td class="wrap">
              {change.samples.slice(0, SAMPLES_SHOWN).map((sample) => (
                <span key={sample.shipment_id} class="sample">
                  <ShipmentLink id={sample.shipment_id} number={sample.tracking_number} />
                </span>
              ))}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

const SAMPLES_SHOWN = 5;
