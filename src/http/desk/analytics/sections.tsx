import type { ComponentChildren } from 'preact';
import type { AnalyticsGroup, ParcelFigures } from '../../../reactions/analytics/index.ts';
import type { Accuracy } from '../../../reactions/predictions/index.ts';
import { Empty, Table } from '../../console/parts/pieces.tsx';
import type { Asked } from './asked.ts';
import { BarChart, ColumnChart, LineChart } from './charts.tsx';
import { BY_NAMES, FIGURES, type Figure, nameOf, reasonWords, written } from './words.ts';

/** Rows of a table and bars of a chart: more nobody compares, and the file has them all. */
const ROWS_MAX = 50;
const BARS_MAX = 12;
const WEEK_FIGURES: readonly Figure[] = [
  ...[FIGURES.registered, FIGURES.delivered, FIGURES.returned, FIGURES.onTime],
  ...[FIGURES.firstAttempt, FIGURES.medianDays, FIGURES.p90Days, FIGURES.cases],
];
const LANE_FIGURES: readonly Figure[] = [
  ...[FIGURES.registered, FIGURES.delivered, FIGURES.returned, FIGURES.onTime],
  ...[FIGURES.firstAttempt, FIGURES.meanDays, FIGURES.cases],
];

/** Of each grouping the figures there are: journeys by lane have a mean alone. */
export function figuresBy(by: Asked['by']): readonly Figure[] {
  return by === 'lane' ? LANE_FIGURES : WEEK_FIGURES;
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly children: ComponentChildren;
}

function Section({ id, title, meaning, children }: SectionProps) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p class="soft">{meaning}</p>
      {children}
    </section>
  );
}

function FigureTable(props: {
  readonly label: string;
  readonly first: string;
  readonly groups: readonly AnalyticsGroup[];
  readonly figures: readonly Figure[];
}) {
  const { label, first, groups, figures } = props;
  return (
    <Table label={label} head={[first, ...figures.map(({ name }) => name)]} stacks>
      {groups.map((group) => (
        <tr key={nameOf(group)}>
          <td class="wrap">{nameOf(group)}</td>
          {figures.map(({ name, of, unit }) => (
            <td key={name} class="number">
              {written(of(group.figures), unit)}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

function seriesOf(figure: Figure, weeks: readonly AnalyticsGroup[], name = figure.name) {
  return { name, values: weeks.map(({ figures }) => figure.of(figures)) };
}

function saidOf(figure: Figure, weeks: readonly AnalyticsGroup[]): string {
  const values = weeks.map(({ figures }) => written(figure.of(figures), figure.unit));
  return `${figure.name} by week, oldest first: ${values.join(', ')}.`;
}

/** Volumes, punctuality and journeys by week, and a table of all of it. */
export function WeekSections({ weeks }: { readonly weeks: readonly AnalyticsGroup[] }) {
  const names = weeks.map(({ name }) => name.slice(5));
  const { registered, delivered, onTime, firstAttempt, medianDays, p90Days } = FIGURES;
  const count = (value: number) => written(value, 'parcels');
  const share = (value: number) => `${Math.round(value * 100)} %`;
  const days = (value: number) => String(Math.round(value * 10) / 10);
  return (
    <>
      <div class="pairs">
        <Section
          id="volumes"
          title="Volumes by week"
          meaning={`${registered.meaning} ${delivered.meaning}`}
        >
          <ColumnChart
            label={`${saidOf(registered, weeks)} ${saidOf(delivered, weeks)}`}
            series={[seriesOf(registered, weeks), seriesOf(delivered, weeks)]}
            {...{ names, write: count, atLeast: 4 }}
          />
        </Section>
        <Section
          id="on-time"
          title="On time and at the first attempt, by week"
          meaning={`On time: ${onTime.meaning} First attempt: ${firstAttempt.meaning}`}
        >
          <LineChart
            label={`${saidOf(onTime, weeks)} ${saidOf(firstAttempt, weeks)}`}
            series={[seriesOf(onTime, weeks), seriesOf(firstAttempt, weeks)]}
            {...{ names, write: share, atLeast: 1 }}
          />
        </Section>
        <Section
          id="transit"
          title="Days in transit by week"
          meaning="From the carrier’s first scan to delivery: how many days half of the parcels took at most, and nine of ten."
        >
          <LineChart
            label={`${saidOf(medianDays, weeks)} ${saidOf(p90Days, weeks)}`}
            series={[seriesOf(medianDays, weeks, 'half'), seriesOf(p90Days, weeks, 'nine of ten')]}
            {...{ names, write: days, atLeast: 4 }}
          />
        </Section>
      </div>
      <details>
        <summary>The weeks as a table</summary>
        <FigureTable
          label="Figures by week"
          first="Week from"
          groups={weeks}
          figures={WEEK_FIGURES}
        />
      </details>
    </>
  );
}

/** Groups beside one another; weeks have sections of their own. */
export function GroupSection(props: {
  readonly groups: readonly AnalyticsGroup[];
  readonly by: Asked['by'];
}) {
  const { groups, by } = props;
  if (by === 'week') return null;
  const drawn = groups.slice(0, BARS_MAX);
  const bars = drawn.map((group) => ({
    name: nameOf(group),
    value: FIGURES.onTime.of(group.figures),
  }));
  const days = drawn.map((group) => ({
    name: nameOf(group),
    value: FIGURES.meanDays.of(group.figures),
  }));
  const left = groups.length - ROWS_MAX;
  return (
    <>
      <div class="pairs">
        <Section id="groups" title={`On time by ${BY_NAMES[by]}`} meaning={FIGURES.onTime.meaning}>
          <BarChart
            label={`On time: ${bars.map(({ name, value }) => `${name} ${written(value, 'share')}`).join(', ')}.`}
            bars={bars}
            write={(value) => written(value, 'share')}
            most={1}
          />
        </Section>
        <Section
          id="group-days"
          title={`Days in transit by ${BY_NAMES[by]}`}
          meaning={FIGURES.meanDays.meaning}
        >
          <BarChart
            label={`Mean days in transit: ${days.map(({ name, value }) => `${name} ${written(value, 'days')}`).join(', ')}.`}
            bars={days}
            write={(value) => written(value, 'days')}
          />
        </Section>
      </div>
      <FigureTable
        label={`Figures by ${BY_NAMES[by]}`}
        first={BY_NAMES[by].replace(/^./, (letter) => letter.toUpperCase())}
        groups={groups.slice(0, ROWS_MAX)}
        figures={figuresBy(by)}
      />
      {left > 0 && <p class="soft">{left} smaller groups are in the file only.</p>}
    </>
  );
}

/** What went wrong, and how often it did before. */
export function ReasonSection(props: {
  readonly figures: ParcelFigures;
  readonly before: ParcelFigures;
}) {
  const { figures, before } = props;
  const earlier = new Map(before.reasons);
  const rate = (cases: number, parcels: number) => (parcels > 0 ? cases / parcels : null);
  const meaning =
    'Cases opened, by reason; the rate is for each parcel registered in the same time.';
  return (
    <Section id="reasons" title="Exceptions by reason" meaning={meaning}>
      {figures.reasons.length === 0 ? (
        <Empty>No case was opened in this time.</Empty>
      ) : (
        <>
          <BarChart
            label={`Cases: ${figures.reasons.map(([reason, n]) => `${reasonWords(reason)} ${n}`).join(', ')}.`}
            bars={figures.reasons
              .slice(0, BARS_MAX)
              .map(([reason, value]) => ({ name: reasonWords(reason), value }))}
            write={(value) => written(value, 'parcels')}
          />
          <Table
            label="Reasons and their rates"
            head={['Reason', 'Cases', 'Rate', 'Rate before']}
            stacks
          >
            {figures.reasons.map(([reason, cases]) => (
              <tr key={reason}>
                <td class="wrap">{reasonWords(reason)}</td>
                <td class="number">{written(cases, 'parcels')}</td>
                <td class="number">{written(rate(cases, figures.registered), 'share')}</td>
                <td class="number">
                  {written(rate(earlier.get(reason) ?? 0, before.registered), 'share')}
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </Section>
  );
}

/** Our dates beside the carrier's, for the same parcels. */
export function DatesSection({ dates }: { readonly dates: Accuracy }) {
  const compared = dates.groups.filter((group) => group.compared.n > 0).slice(0, BARS_MAX);
  const names = compared.map(({ group }) => group ?? 'not known');
  const [ours, carriers] = [
    compared.map((group) => group.compared.oursMaeDays),
    compared.map((group) => group.compared.carrierMaeDays),
  ];
  const days = (value: number) => value.toFixed(1);
  const said = compared.map(
    (_, nr) =>
      `${names[nr]} ${written(ours[nr] ?? null, 'days')} and ${written(carriers[nr] ?? null, 'days')}`,
  );
  return (
    <Section
      id="dates"
      title="Our dates beside the carrier’s"
      meaning={`By how many days the date at hand-over was wrong on average, for parcels of which both had one and that were delivered since ${dates.countedFrom}.`}
    >
      {compared.length === 0 ? (
        <Empty>No parcel with both dates was delivered in this time.</Empty>
      ) : (
        <>
          <ColumnChart
            label={`Mean error in days, ours and the carrier’s: ${said.join('; ')}.`}
            series={[
              { name: 'ours', values: ours },
              { name: 'the carrier’s', values: carriers },
            ]}
            {...{ names, write: days, atLeast: 1 }}
          />
          <Table
            label="Mean error of dates in days"
            head={['Carrier', 'Parcels', 'Ours', 'The carrier’s']}
            stacks
          >
            {compared.map((group, nr) => (
              <tr key={names[nr]}>
                <td class="wrap">{names[nr]}</td>
                <td class="number">{written(group.compared.n, 'parcels')}</td>
                <td class="number">{written(ours[nr] ?? null, 'days')}</td>
                <td class="number">{written(carriers[nr] ?? null, 'days')}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </Section>
  );
}
