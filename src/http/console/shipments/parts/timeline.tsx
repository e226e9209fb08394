import type { ComponentChildren } from 'preact';
import { capitalized } from '../../../../kernel/capitalized.ts';
import { localIn } from '../../../../kernel/time/zoned-time.ts';
import type { Messages } from '../../../../platform/messages/shape.ts';
import type { Describe } from '../../../../tracking/ports/public-tracks.ts';
import type { Explanation, ShownEvent } from '../../../../tracking/ports/shipments.ts';
import { placeName } from '../../../../tracking/ports/shipments.ts';
import { type DateTexts, readersTime, useDates } from '../../kit/dates.ts';
import { useMessages, useReason, useSpoken } from '../../kit/language.ts';
import { Codes, DayList, Filled, Instant, Table, Tag, type Tone } from '../../kit/pieces.tsx';
import { TONES as DOTS, StatusTag } from './headline.tsx';
import type { ShipmentSnapshot } from './shipment-snapshot.ts';

type Explained = Explanation['facts'][number];

/** Events on the page; older ones are behind a click. */
const SHOWN_MAX = 10;

interface Props {
  readonly snapshot: {
    readonly view: Pick<ShipmentSnapshot['view'], 'events'>;
    readonly explanation: Pick<ShipmentSnapshot['explanation'], 'facts'>;
  };
  readonly describe: Describe;
  readonly nowMs: number;
  /** When the parcel was added, as an instant; stands where nothing has been reported yet. */
  readonly addedAt?: string;
  /** The path of a raw report; absent: no links to reports. */
  readonly reportPath?: (inboundMessageId: string) => string;
}

/** What happened, newest first, by day; for each fact the reason why it counts, on demand. */
export function ShipmentTimeline({ snapshot, addedAt, ...rest }: Props) {
  const words = useMessages().shipmentPage.timeline;
  const { events } = snapshot.view;
  const explained = new Map(snapshot.explanation.facts.map((fact) => [fact.identity, fact]));
  const unseen = snapshot.explanation.facts.filter(({ shown }) => !shown);
  const earlier = events.slice(SHOWN_MAX);
  return (
    <section class="card" aria-labelledby="timeline">
      <h2 id="timeline">{words.title}</h2>
      {events.length === 0 ? (
        addedAt && <Added {...{ addedAt }} nowMs={rest.nowMs} />
      ) : (
        <Days events={events.slice(0, SHOWN_MAX)} all={explained} {...rest} />
      )}
      {earlier.length > 0 && (
        <details>
          <summary>{words.earlier({ count: earlier.length })}</summary>
          <Days events={earlier} all={explained} {...rest} />
        </details>
      )}
      {unseen.length > 0 && <Unseen facts={unseen} />}
    </section>
  );
}

function Added({ addedAt, nowMs }: Required<Pick<Props, 'addedAt' | 'nowMs'>>) {
  const { registered } = useMessages().shipmentPage.headline;
  const at = localIn(useSpoken().timeZone, Date.parse(addedAt));
  const entry = { key: 'added', at, dateTime: addedAt, children: registered };
  return <DayList entries={[entry]} nowMs={nowMs} />;
}

interface DaysProps extends Omit<Props, 'snapshot' | 'addedAt'> {
  readonly events: readonly ShownEvent[];
  readonly all: ReadonlyMap<string, Explained>;
}

/** Events below the days on which they happened, all by the reader's clock and so in one order. */
export function Days({ events, all, describe, nowMs, reportPath }: DaysProps) {
  const { timeZone } = useSpoken();
  const dates = useDates(nowMs);
  const entries = events.map((event, index) => {
    const at = readersTime(event, timeZone);
    const zone = event.occurredAt === null ? (event.timeZone ?? '') : timeZone;
    const fact = all.get(event.identity);
    return {
      ...{ key: event.identity, at, dateTime: event.occurredAt ?? undefined },
      title: at === null ? undefined : `${at.replace('T', ' ').slice(0, 16)} ${zone}`,
      tone:
        index === 0 || STANDING_OUT.has(event.status) ? (DOTS[event.status] ?? 'info') : undefined,
      children: (
        <Happened
          {...{ event, describe, readersTime: at, dates }}
          isChanged={(fact?.reading.before ?? null) !== null}
        >
          <Why {...{ fact, all, reportPath }} />
        </Happened>
      ),
    };
  });
  return <DayList {...{ entries, nowMs }} />;
}

interface HappenedProps {
  readonly event: ShownEvent;
  readonly describe: Describe;
  readonly readersTime: string | null;
  readonly dates: DateTexts;
  /** Its status is not the one that it was first read as. */
  readonly isChanged: boolean;
  readonly children: ComponentChildren;
}

/** Statuses with their colour in the timeline; a milestone's words do not name them. */
const STANDING_OUT: ReadonlySet<string> = new Set(['exception', 'delivery_attempted']);

function Happened(props: HappenedProps) {
  const { event, describe, readersTime: at, dates, isChanged, children } = props;
  const statuses = useMessages().status.short;
  const { localTime, via } = useMessages().shipmentPage.timeline;
  const { occurredLocal: placeTime, timeZone } = event;
  const isElsewhere =
    placeTime !== null && at !== null && placeTime.slice(0, 16) !== at.slice(0, 16);
  const isSameDay = placeTime?.slice(0, 10) === at?.slice(0, 10);
  const localText =
    placeTime && `${isSameDay ? '' : `${dates.date(placeTime)}, `}${dates.time(placeTime)}`;
  const place = event.facility?.name ?? placeName(event.place);
  const words = describe(event);
  const isStatusInWords =
    event.reason === null && words.toLowerCase() === statuses[event.status].toLowerCase();
  const isUnnamed = event.milestone !== null && STANDING_OUT.has(event.status);
  const isMarked = !isStatusInWords && (isChanged || isUnnamed);
  return (
    <>
      {words} {isMarked && <StatusTag status={event.status} reason={event.reason} />}
      {event.bridge !== undefined && <div class="soft">{via({ name: event.bridge })}</div>}
      <div class="soft">
        {place}
        {place !== null && isElsewhere && ' · '}
        {isElsewhere && <span title={timeZone ?? undefined}>{localTime({ time: localText })}</span>}{' '}
        {children}
      </div>
    </>
  );
}

/** The colour for the outcome of a fact. */
const TONES: Readonly<Record<Explained['verdict'], Tone>> = {
  steering: 'good',
  standing: 'plain',
  other_instance: 'warn',
  same_fact: 'plain',
  implausible: 'warn',
  retracted: 'warn',
  refuted: 'warn',
  cancelled_ignored: 'warn',
  corrected: 'warn',
  superseded: 'plain',
  returning_place_only: 'plain',
  does_not_steer: 'plain',
  remapped: 'warn',
};

/** Commands and the hub's own facts come without a report. */
const RECEIVED: ReadonlySet<string> = new Set(['webhook', 'poll', 'scan']);

/** In a sentence why a fact counts or not, and what its code means. */
function Reason({ fact, by }: { readonly fact: Explained; readonly by: Explained | undefined }) {
  const words = useMessages().shipmentPage.timeline;
  const { short: statuses } = useMessages().status;
  const { locale } = useSpoken();
  const { status, sub_status: reason, mapping_rule: rule } = fact.reading;
  const meaning = useReason(reason) ?? statuses[status];
  const because = by === undefined ? '' : words.because({ of: nameOf(by, statuses) });
  return (
    <p>
      {`${capitalized(words.verdicts[fact.verdict], locale)}${because}. `}
      {rule !== null && (
        <Filled
          text={words.means({ codes: '{codes}', status: capitalized(meaning, locale) })}
          parts={{ codes: <code>{Object.values(fact.codes).join(' ')}</code> }}
        />
      )}
    </p>
  );
}

interface WhyProps {
  readonly fact: Explained | undefined;
  readonly all: ReadonlyMap<string, Explained>;
  readonly reportPath: ((inboundMessageId: string) => string) | undefined;
}

function Why({ fact, all, reportPath }: WhyProps) {
  const words = useMessages().shipmentPage.timeline;
  const { details } = useMessages().desk.shipment;
  if (fact === undefined) return null;
  return (
    <details class="why">
      <summary>
        {words.why}
        {fact.verdict !== 'steering' && fact.verdict !== 'standing' && (
          <Tag tone={TONES[fact.verdict]}>{words.verdicts[fact.verdict]}</Tag>
        )}
      </summary>
      <Reason fact={fact} by={fact.by === null ? undefined : all.get(fact.by)} />
      <details>
        <summary>{details}</summary>
        <RawWords {...{ fact, reportPath }} />
      </details>
    </details>
  );
}

/** The rule, codes, mapping and reports behind a fact, as the hub stores them. */
function RawWords({
  fact,
  reportPath,
}: Pick<WhyProps, 'reportPath'> & { readonly fact: Explained }) {
  const words = useMessages().shipmentPage.timeline;
  const { mapping_rule: rule, mapping_version: version, before } = fact.reading;
  const observed = fact.winning_observation;
  return (
    <dl class="facts">
      <dt>{words.rule}</dt>
      <dd>{fact.rule.replaceAll('_', ' ')}</dd>
      {Object.keys(fact.codes).length > 0 && (
        <>
          <dt>{words.codes}</dt>
          <dd>
            <Codes codes={fact.codes} />
          </dd>
          <dt>{words.mapping}</dt>
          <dd>
            {rule === null ? (
              words.noRule
            ) : (
              <>
                {rule.place === null ? words.notStored : <code class="wrap">{rule.place}</code>}{' '}
                <Codes codes={rule.match} />
              </>
            )}
            {version !== null && (
              <span class="soft">{words.version({ digits: version.slice(0, 10) })}</span>
            )}
          </dd>
        </>
      )}
      {before !== null && (
        <>
          <dt>{words.before}</dt>
          <dd>
            <StatusTag status={before.status} reason={before.sub_status} />
          </dd>
        </>
      )}
      {observed !== null && (
        <>
          <dt>{words.received}</dt>
          <dd>
            <Instant at={observed.received_at} />{' '}
            <span class="soft">
              {words.observed({
                source: words.sources[observed.source],
                trust: words.trusts[observed.trust],
                zone: words.zones[observed.zone_source],
              })}
              {fact.observations > 1 && words.times({ count: fact.observations })}
            </span>
            {reportPath && RECEIVED.has(observed.source) && (
              <>
                {' '}
                <a href={reportPath(observed.inbound_message_id)}>{words.asItCame}</a>
              </>
            )}
          </dd>
        </>
      )}
    </dl>
  );
}

function nameOf(
  { codes, source, reading }: Explained,
  statuses: Messages['status']['short'],
): string {
  const values = Object.values(codes).join(' ');
  const status = statuses[reading.status];
  return values === '' ? `${source} ${status}` : `${values} (${status})`;
}

/** Facts customers do not see, such as our own timers and repeated scans. */
function Unseen({ facts }: { readonly facts: readonly Explained[] }) {
  const words = useMessages().shipmentPage.timeline;
  const statuses = useMessages().status.short;
  return (
    <details>
      <summary>{words.unseen({ count: facts.length })}</summary>
      <Table label={words.unseenLabel} head={Object.values(words.head)} stacks>
        {facts.toReversed().map((fact) => (
          <tr key={fact.identity}>
            <td>
              <Instant at={fact.interval.from ?? fact.interval.to} />
            </td>
            <td class="wrap">{nameOf(fact, statuses)}</td>
            <td class="wrap">
              {words.verdicts[fact.verdict]}{' '}
              <span class="soft">{`${words.rule}: ${fact.rule.replaceAll('_', ' ')}`}</span>
            </td>
          </tr>
        ))}
      </Table>
    </details>
  );
}
