import type { ComponentChildren } from 'preact';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import type { AnalyticsGroup, ParcelFigures } from '../../../reactions/analytics/index.ts';
import type { ComparedDates } from '../../../reactions/predictions/index.ts';
import { useMessages, useReasons, useSpoken } from '../kit/language.ts';
import { Empty, Table } from '../kit/pieces.tsx';
import { BarChart, ColumnChart, LineChart } from './charts.tsx';
import { type AnalyticsQuery, FIGURES, type Figure, nameOf, written } from './query.ts';

/** Limits for table rows and chart bars: nobody compares more, and the file contains all. */
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

/** The figures available for each grouping: transit times by lane have only a mean. */
export function figuresBy(by: AnalyticsQuery['by']): readonly Figure[] {
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
    <section class="card" aria-labelledby={id}>
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
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  return (
    <Table label={label} head={[first, ...figures.map(({ id }) => words.figures[id].name)]} stacks>
      {groups.map((group) => (
        <tr key={nameOf(group)}>
          <td class="wrap">{nameOf(group, language)}</td>
          {figures.map(({ id, of, unit }) => (
            <td key={id} class="number">
              {written(of(group.figures), unit, language)}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

/** Volumes, punctuality and transit times by week, and a table of all. */
export function WeekSections({ weeks }: { readonly weeks: readonly AnalyticsGroup[] }) {
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const names = weeks.map(({ name }) => name);
  const { registered, delivered, onTime, firstAttempt, medianDays, p90Days } = FIGURES;
  const called = words.figures;
  const seriesOf = ({ id, of }: Figure, name = called[id].name) => ({
    name,
    values: weeks.map(({ figures }) => of(figures)),
  });
  const saidOf = ({ id, of, unit }: Figure) => {
    const values = weeks.map(({ figures }) => written(of(figures), unit, language));
    return words.byWeekSaid({ figure: called[id].name, values: values.join(', ') });
  };
  const count = (value: number) => written(value, 'parcels', language);
  const share = (value: number) => `${Math.round(value * 100)} %`;
  const days = (value: number) => (Math.round(value * 10) / 10).toLocaleString(localeOf(language));
  return (
    <>
      <div class="pairs plots">
        <Section
          id="volumes"
          title={words.volumes}
          meaning={`${called.registered.meaning} ${called.delivered.meaning}`}
        >
          <ColumnChart
            label={`${saidOf(registered)} ${saidOf(delivered)}`}
            series={[seriesOf(registered), seriesOf(delivered)]}
            {...{ names, of: words.weekFrom, write: count, atLeast: 4 }}
          />
        </Section>
        <Section
          id="on-time"
          title={words.onTimeTitle}
          meaning={[called.onTime, called.firstAttempt]
            .map(({ name, meaning }) => `${name}: ${meaning}`)
            .join(' ')}
        >
          <LineChart
            label={`${saidOf(onTime)} ${saidOf(firstAttempt)}`}
            series={[seriesOf(onTime), seriesOf(firstAttempt)]}
            {...{ names, of: words.weekFrom, write: share, atLeast: 1 }}
          />
        </Section>
        <Section id="transit" title={words.transit} meaning={words.transitMeaning}>
          <LineChart
            label={`${saidOf(medianDays)} ${saidOf(p90Days)}`}
            series={[seriesOf(medianDays, words.half), seriesOf(p90Days, words.nineOfTen)]}
            {...{ names, of: words.weekFrom, write: days, atLeast: 4 }}
          />
        </Section>
      </div>
      <details>
        <summary>{words.weeksAsTable}</summary>
        <FigureTable
          label={words.figuresByWeek}
          first={words.weekFrom}
          groups={weeks}
          figures={WEEK_FIGURES}
        />
      </details>
    </>
  );
}

/** Groups side by side; weeks have their own sections. */
export function GroupSection(props: {
  readonly groups: readonly AnalyticsGroup[];
  readonly by: AnalyticsQuery['by'];
}) {
  const { groups, by } = props;
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  if (by === 'week') return null;
  const drawn = groups.slice(0, BARS_MAX);
  const bars = drawn.map((group) => ({
    name: nameOf(group, language),
    value: FIGURES.onTime.of(group.figures),
  }));
  const days = drawn.map((group) => ({
    name: nameOf(group, language),
    value: FIGURES.meanDays.of(group.figures),
  }));
  const left = groups.length - ROWS_MAX;
  return (
    <>
      <div class="pairs">
        <Section id="groups" title={words.onTimeBy[by]} meaning={words.figures.onTime.meaning}>
          <BarChart
            label={`${words.figures.onTime.name}: ${bars.map(({ name, value }) => `${name} ${written(value, 'share', language)}`).join(', ')}.`}
            bars={bars}
            write={(value) => written(value, 'share', language)}
            most={1}
          />
        </Section>
        <Section id="group-days" title={words.daysBy[by]} meaning={words.figures.meanDays.meaning}>
          <BarChart
            label={`${words.figures.meanDays.name}: ${days.map(({ name, value }) => `${name} ${written(value, 'days', language)}`).join(', ')}.`}
            bars={days}
            write={(value) => written(value, 'days', language)}
          />
        </Section>
      </div>
      <FigureTable
        label={words.figuresBy[by]}
        first={words.byNames[by]}
        groups={groups.slice(0, ROWS_MAX)}
        figures={figuresBy(by)}
      />
      {left > 0 && <p class="soft">{words.smaller({ count: left })}</p>}
    </>
  );
}

/** Problems, and how frequent they were before. */
export function ReasonSection(props: {
  readonly figures: ParcelFigures;
  readonly before: ParcelFigures;
}) {
  const { figures, before } = props;
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const reasonOf = useReasons();
  const earlier = new Map(before.reasons);
  const rate = (cases: number, parcels: number) => (parcels > 0 ? cases / parcels : null);
  return (
    <Section id="reasons" title={words.reasons} meaning={words.reasonsMeaning}>
      {figures.reasons.length === 0 ? (
        <Empty>{words.noCase}</Empty>
      ) : (
        <>
          <BarChart
            label={`${words.casesSaid}: ${figures.reasons.map(([reason, n]) => `${reasonOf(reason)} ${n}`).join(', ')}.`}
            bars={figures.reasons
              .slice(0, BARS_MAX)
              .map(([reason, value]) => ({ name: reasonOf(reason), value }))}
            write={(value) => written(value, 'parcels', language)}
          />
          <Table label={words.reasonsTable} head={Object.values(words.reasonsHead)} stacks>
            {figures.reasons.map(([reason, cases]) => (
              <tr key={reason}>
                <td class="wrap">{reasonOf(reason)}</td>
                <td class="number">{written(cases, 'parcels', language)}</td>
                <td class="number">
                  {written(rate(cases, figures.registered), 'share', language)}
                </td>
                <td class="number">
                  {written(rate(earlier.get(reason) ?? 0, before.registered), 'share', language)}
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </Section>
  );
}

/** Our estimates beside the carrier's, for the same parcels. */
export function DatesSection({ dates }: { readonly dates: readonly ComparedDates[] }) {
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const days = (value: number | null) => written(value, 'days', language);
  const compared = dates.slice(0, BARS_MAX);
  const names = compared.map(({ carrier }) => carrier);
  const [ours, carriers] = [
    compared.map(({ oursMaeDays }) => oursMaeDays),
    compared.map(({ carrierMaeDays }) => carrierMaeDays),
  ];
  const said = compared.map(
    (_, nr) => `${names[nr]} ${days(ours[nr] ?? null)} ${words.and} ${days(carriers[nr] ?? null)}`,
  );
  return (
    <Section id="dates" title={words.dates} meaning={words.datesMeaning}>
      {compared.length === 0 ? (
        <Empty>{words.noDates}</Empty>
      ) : (
        <>
          <ColumnChart
            label={words.meanError({ said: said.join('; ') })}
            series={[
              { name: words.ours, values: ours },
              { name: words.theCarriers, values: carriers },
            ]}
            {...{ names, write: days, atLeast: 1 }}
          />
          <Table label={words.datesTable} head={Object.values(words.datesHead)} stacks>
            {compared.map(({ carrier, parcels, oursMaeDays, carrierMaeDays }) => (
              <tr key={carrier}>
                <td class="wrap">{carrier}</td>
                <td class="number">{written(parcels, 'parcels', language)}</td>
                <td class="number">{days(oursMaeDays)}</td>
                <td class="number">{days(carrierMaeDays)}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </Section>
  );
}
