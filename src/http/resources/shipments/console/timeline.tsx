import type { Describe, Explanation, ShownEvent } from '../../../../tracking/index.ts';
import { placeName } from '../../../../tracking/index.ts';
import { Codes, Empty, Instant, Table, Tag, type Tone } from '../../../console/parts/pieces.tsx';
import { StatusTag } from './headline.tsx';
import type { SeenShipment } from './seen-shipment.ts';

type Explained = Explanation['facts'][number];

/** What happened, newest first, and for each line why it counts or does not. */
export function ShipmentTimeline({
  seen,
  describe,
  reportPath,
}: {
  readonly seen: Pick<SeenShipment, 'view' | 'explanation'>;
  readonly describe: Describe;
  /** Where a report is shown as it came; absent: nowhere. */
  readonly reportPath?: (receiptId: string) => string;
}) {
  const { events } = seen.view;
  const explained = new Map(seen.explanation.facts.map((fact) => [fact.identity, fact]));
  const unseen = seen.explanation.facts.filter(({ shown }) => !shown);
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">
        Timeline <span class="soft">in local times</span>
      </h2>
      {events.length === 0 ? (
        <Empty>Nothing has been reported yet.</Empty>
      ) : (
        <ol class="timeline card">
          {events.map((event) => (
            <li key={event.identity}>
              <Happened event={event} describe={describe} />
              <Why fact={explained.get(event.identity)} all={explained} reportPath={reportPath} />
            </li>
          ))}
        </ol>
      )}
      {unseen.length > 0 && <Unseen facts={unseen} />}
    </section>
  );
}

function Happened(props: { readonly event: ShownEvent; readonly describe: Describe }) {
  const { event, describe } = props;
  const local = event.occurredLocal ?? event.occurredAt;
  const place = event.facility?.name ?? placeName(event.place);
  const words = describe(event);
  const isSaid = event.reason === null && words.toLowerCase() === event.status.replaceAll('_', ' ');
  return (
    <>
      <p class="when">
        {local === null ? (
          <span class="soft">no time</span>
        ) : (
          <time dateTime={event.occurredAt ?? local} class="instant">
            {local.slice(0, 10)} {local.slice(11, 16)}
          </time>
        )}{' '}
        <span class="soft">{event.timeZone}</span>
      </p>
      <p>
        <strong>{words}</strong>{' '}
        {!isSaid && <StatusTag status={event.status} reason={event.reason} />}
      </p>
      {place !== null && <p class="soft">{place}</p>}
    </>
  );
}

/** What became of a fact, in the words of a person who asks why. */
const VERDICTS: Readonly<Record<Explained['verdict'], readonly [words: string, tone: Tone]>> = {
  steering: ['sets the status', 'good'],
  standing: ['counts', 'plain'],
  other_instance: ['is about another parcel', 'warn'],
  implausible: ['has an impossible time', 'warn'],
  retracted: ['was taken back by the carrier', 'warn'],
  refuted: ['came by webhook only, and the carrier’s own history does not have it', 'warn'],
  cancelled_ignored: ['cancels a parcel that is already moving, so it is ignored', 'warn'],
  corrected: ['was corrected', 'warn'],
  superseded: ['gives way to another report', 'plain'],
  returning_place_only: ['only shows where the parcel is on its way back', 'plain'],
  does_not_steer: ['does not change the status', 'plain'],
  remapped: ['was read as further along before the mapping changed', 'warn'],
};

/** Commands and what the hub noticed itself came by no report. */
const RECEIVED: ReadonlySet<string> = new Set(['webhook', 'poll', 'scan']);

interface WhyProps {
  readonly fact: Explained | undefined;
  readonly all: ReadonlyMap<string, Explained>;
  readonly reportPath: ((receiptId: string) => string) | undefined;
}

function Why({ fact, all, reportPath }: WhyProps) {
  if (fact === undefined) return null;
  const [words, tone] = VERDICTS[fact.verdict];
  const by = fact.by === null ? undefined : all.get(fact.by);
  const { mapping_rule: rule, mapping_version: version, before } = fact.reading;
  const observed = fact.winning_observation;
  return (
    <details>
      <summary>
        Why: <Tag tone={tone}>{words}</Tag>
      </summary>
      <dl class="facts">
        <dt>Rule</dt>
        <dd>
          {fact.rule.replaceAll('_', ' ')}
          {by !== undefined && <span class="soft">, because of {nameOf(by)}</span>}
        </dd>
        {Object.keys(fact.codes).length > 0 && (
          <>
            <dt>Codes</dt>
            <dd>
              <Codes codes={fact.codes} />
            </dd>
            <dt>Mapping</dt>
            <dd>
              {rule === null ? (
                'no rule knows these codes'
              ) : (
                <>
                  {rule.place ?? 'a version that is not kept'} <Codes codes={rule.match} />
                </>
              )}
              {version !== null && <span class="soft"> version {version.slice(0, 10)}</span>}
            </dd>
          </>
        )}
        {before !== null && (
          <>
            <dt>Previously read as</dt>
            <dd>
              <StatusTag status={before.status} reason={before.sub_status} />
            </dd>
          </>
        )}
        {observed !== null && (
          <>
            <dt>Received</dt>
            <dd>
              <Instant at={observed.received_at} />{' '}
              <span class="soft">
                {observed.source}, trust {observed.trust}, time zone by{' '}
                {observed.zone_source.replaceAll('_', ' ')}
                {fact.observations > 1 && `; ${fact.observations} times in all`}
              </span>
              {reportPath && RECEIVED.has(observed.source) && (
                <>
                  {' '}
                  <a href={reportPath(observed.receipt_id)}>As it came, masked</a>
                </>
              )}
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

function nameOf({ codes, source, reading }: Explained): string {
  const values = Object.values(codes).join(' ');
  const status = reading.status.replaceAll('_', ' ');
  return values === '' ? `${source} ${status}` : `${values} (${status})`;
}

/** What customers do not see, such as our own timers and repeated scans. */
function Unseen({ facts }: { readonly facts: readonly Explained[] }) {
  return (
    <details>
      <summary>
        {facts.length === 1 ? 'One report' : `${facts.length} reports`} that customers do not see
      </summary>
      <Table label="Reports that customers do not see" head={['When', 'What', 'Why']} stacks>
        {facts.toReversed().map((fact) => (
          <tr key={fact.identity}>
            <td>
              <Instant at={fact.interval.from ?? fact.interval.to} />
            </td>
            <td class="wrap">{nameOf(fact)}</td>
            <td class="wrap">
              {VERDICTS[fact.verdict][0]}{' '}
              <span class="soft">rule {fact.rule.replaceAll('_', ' ')}</span>
            </td>
          </tr>
        ))}
      </Table>
    </details>
  );
}
