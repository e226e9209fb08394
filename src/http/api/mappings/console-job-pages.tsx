import type { VNode } from 'preact';
import type { MappingJob } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { namedBy, useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead, PageTabs } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import {
  Action,
  Codes,
  Empty,
  Fact,
  Instant,
  ShipmentLink,
  Table,
  Tag,
  type Tone,
  Version,
} from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import type { jobJson } from './job-schema.ts';

export function JobsPage({
  deps,
  call,
  jobs,
}: DeskPageProps & { readonly jobs: readonly MappingJob[] }) {
  const { mappings, mappingJobs: words } = useMessages().console;
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at="/console/hub/mappings">
      <PageHead title={words.title} />
      <PageTabs of="mappings" at="/console/hub/mapping-jobs" />
      <p class="lead">{words.lead}</p>
      <Jobs
        {...{ deps, jobs }}
        nowMs={deps.parts.clock.nowMs()}
        action={
          <a class="button" href="/console/hub/mappings">
            {mappings.title}
          </a>
        }
      />
    </DeskLayout>
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
  deps,
  jobs,
  nowMs,
  action,
}: Pick<DeskPageProps, 'deps'> & {
  readonly jobs: readonly MappingJob[];
  readonly nowMs: number;
  /** What to do while there are none. */
  readonly action?: VNode;
}) {
  const words = useMessages().console.mappingJobs;
  const inFigures = useNumbers();
  const called = useCarrierNames(deps);
  if (jobs.length === 0) return <Empty says={words.none} action={action} />;
  return (
    <Table
      label={words.jobs}
      head={[
        words.requested,
        words.what,
        words.carrier,
        words.state,
        words.factsRead,
        words.parcelsChanged,
      ]}
      stacks
    >
      {jobs.map((job) => (
        <tr key={job.id}>
          <th scope="row">
            <a href={`/console/hub/mapping-jobs/${job.id}`}>
              <Instant at={iso(job.createdAtMs)} nowMs={nowMs} />
            </a>
          </th>
          <td>{words.kinds[job.kind]}</td>
          <td>{called(job.carrier)}</td>
          <td>
            <Tag tone={JOB_TONES[job.state]}>{words.states[job.state]}</Tag>
          </td>
          <td class="number">{inFigures(job.factsRead)}</td>
          <td class="number">{inFigures(job.shipmentsChanged)}</td>
        </tr>
      ))}
    </Table>
  );
}

interface JobProps extends DeskPageProps {
  readonly job: ReturnType<typeof jobJson>;
}

export function JobPage({ deps, call, job }: JobProps) {
  const words = useMessages().console.mappingJobs;
  const open = job.state === 'waiting' || job.state === 'running';
  return (
    <DeskLayout deps={deps} title={words.one} visitor={call.visitor} at="/console/hub/mappings">
      <PageHead
        title={words.heading({ kind: job.kind, carrier: useCarrierNames(deps)(job.carrier) })}
        marks={<Tag tone={JOB_TONES[job.state]}>{words.states[job.state]}</Tag>}
        above={[['/console/hub/mapping-jobs', words.title]]}
      />
      {job.error && (
        <p class="fault" lang="en">
          {job.error}
        </p>
      )}
      <JobFacts job={job} nowMs={deps.parts.clock.nowMs()} />
      {open && (
        <div class="row">
          <a class="more" href={`/console/hub/mapping-jobs/${job.id}`}>
            {words.refresh}
          </a>
          {call.visitor.power === 'write' && (
            <Action
              to={`/console/hub/mapping-jobs/${job.id}/cancel`}
              label={words.cancel}
              kind="danger"
            />
          )}
        </div>
      )}
      {job.by_status.length > 0 && <Changes job={job} />}
    </DeskLayout>
  );
}

function JobFacts({ job, nowMs }: Pick<JobProps, 'job'> & { readonly nowMs: number }) {
  const words = useMessages().console.mappingJobs;
  const inFigures = useNumbers();
  return (
    <dl class="facts">
      <Fact name={words.from}>
        {job.from_version ? <Version of={job.from_version} /> : words.asStored}
      </Fact>
      <Fact name={words.to}>
        <Version of={job.to_version} />
      </Fact>
      {job.codes && (
        <Fact name={words.only}>
          {job.codes.map((codes) => (
            <Codes key={JSON.stringify(codes)} codes={codes} />
          ))}
        </Fact>
      )}
      <Fact name={words.facts}>
        {words.factsCount({
          read: inFigures(job.facts_read),
          changed: inFigures(job.facts_changed),
        })}
      </Fact>
      <Fact name={words.parcels}>
        {words.parcelsCount({
          changed: inFigures(job.shipments_changed),
          failed: job.shipments_failed,
        })}
      </Fact>
      <Fact name={words.requested}>
        <Instant at={job.created_at} nowMs={nowMs} />
      </Fact>
      {job.finished_at && (
        <Fact name={words.ended}>
          <Instant at={job.finished_at} nowMs={nowMs} />
        </Fact>
      )}
    </dl>
  );
}

/** Facts whose reading changes, by status. */
function Changes({ job }: Pick<JobProps, 'job'>) {
  const words = useMessages().console.mappingJobs;
  const inFigures = useNumbers();
  const { short } = useMessages().status;
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{job.kind === 'diff' ? words.wouldChange : words.changed}</h2>
      <Table
        label={words.changes}
        head={[words.before, words.after, words.facts, words.parcels, words.examples]}
      >
        {job.by_status.map((change) => (
          <tr key={`${change.from} ${change.to}`}>
            <td>{namedBy(short, change.from)}</td>
            <td>{namedBy(short, change.to)}</td>
            <td class="number">{inFigures(change.facts)}</td>
            <td class="number">{inFigures(change.shipments)}</td>
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
