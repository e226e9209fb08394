import type { ComponentChildren } from 'preact';
import { capitalized } from '../../../kernel/capitalized.ts';
import { numberFormat } from '../../../kernel/time/formatters.ts';
import { localeOf, percentIn } from '../../../platform/messages/catalogue.ts';
import type { AnalyticsGroup, ParcelFigures, Rising } from '../../../reactions/analytics/index.ts';
import type { ComparedDates } from '../../../reactions/predictions/index.ts';
import { useMessages, useReasons, useSpoken } from '../kit/language.ts';
import { useLaneNames } from '../kit/names.ts';
import { Empty, Scroller, Table } from '../kit/pieces.tsx';
import { countIn, PERCENT_LEAST, rateOf } from '../kit/rates.ts';
import { ColumnChart, LineChart } from './charts.tsx';
import {
  type AnalyticsQuery,
  changeOf,
  FIGURES,
  type Figure,
  hasFew,
  isComparable,
  nameOf,
  sortedBy,
  WORST_FIRST,
  written,
} from './query.ts';

/** Rows at first; the others are shown on demand. */
const ROWS_FIRST = 15;
/** Limits for table rows and chart bars: nobody compares more, and the file contains all. */
const ROWS_MAX = 50;
const BARS_MAX = 12;
const WEEK_FIGURES: readonly Figure[] = [
  ...[FIGURES.registered, FIGURES.delivered, FIGURES.returned, FIGURES.onTime],
  ...[FIGURES.firstAttempt, FIGURES.meanDays, FIGURES.p90Days, FIGURES.cases],
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
  readonly meaning?: string;
  readonly children: ComponentChildren;
}

function Section({ id, title, meaning, children }: SectionProps) {
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {meaning && <p class="soft">{meaning}</p>}
      {children}
    </section>
  );
}

function FigureTable(props: {
  readonly label: string;
  readonly first: string;
  readonly groups: readonly AnalyticsGroup[];
  readonly figures: readonly Figure[];
  /** The period, of which each group says how it changed; absent: groups say nothing. */
  readonly weeks?: number;
  readonly pathOf?: PathOf;
  /** How the page sorts, and the page that sorts otherwise; absent: it does not. */
  readonly sort?: AnalyticsQuery['sort'];
  readonly to?: PathTo;
}) {
  const { label, first, groups, figures, pathOf, weeks = 0, sort = null, to } = props;
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const sorting = figures.map(({ id }) => {
    const isDown = sort?.figure === id && sort.isDown;
    const order = isDown ? 'descending' : sort?.figure === id ? 'ascending' : undefined;
    return to && ({ href: to({ sort: { figure: id, isDown: !isDown } }), order } as const);
  });
  // Groups with too few parcels to compare come last, below a line that says so.
  const isFew = (group: AnalyticsGroup) => sort !== null && hasFew(FIGURES[sort.figure], group);
  const rowOf = (group: AnalyticsGroup) => (
    <tr key={nameOf(group)}>
      <th scope="row" class="kept">
        <GroupName path={pathOf?.(group) ?? null} name={nameOf(group, language)} />
      </th>
      {figures.map((figure) => (
        <td key={figure.id} class={cellOf(figure)}>
          <Value {...{ figure, group, weeks }} path={pathOf?.(group, figure) ?? null} />
        </td>
      ))}
    </tr>
  );
  const few = groups.filter(isFew);
  return (
    <Table
      label={label}
      head={[first, ...figures.map(({ id }) => words.figures[id].name)]}
      sorting={[undefined, ...sorting]}
      stacks="lines"
    >
      {groups.filter((group) => !isFew(group)).map(rowOf)}
      {few.length > 0 && (
        <tr key="few">
          <th colSpan={figures.length + 1} class="soft">
            {words.few({
              least: PERCENT_LEAST,
              of: sort && (FIGURES[sort.figure].population ?? null),
            })}
          </th>
        </tr>
      )}
      {few.map(rowOf)}
    </Table>
  );
}

/** On a phone, the first figure stands beside the name, and the least important ones are left out. */
function cellOf({ id }: Figure): string {
  if (id === 'onTime') return 'number state';
  return id === 'returned' || id === 'p90Days' ? 'number minor' : 'number';
}

function GroupName({ path, name }: { readonly path: string | null; readonly name: string }) {
  return path === null ? name : <a href={path}>{name}</a>;
}

interface ValueProps {
  readonly figure: Figure;
  readonly group: AnalyticsGroup;
  readonly weeks: number;
  /** The list of its parcels or cases; null: there is none. */
  readonly path: string | null;
}

/** A figure, and how it changed. By the share that is on time, rows are compared: it has a bar. */
function Value({ figure, group, weeks, path }: ValueProps) {
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const { id, of, unit, basis } = figure;
  const value = of(group.figures);
  const name = unit === 'days' && value === 0 ? words.sameDay : written(value, unit, language);
  return (
    <span class={`share ${hasFew(figure, group) ? 'few' : ''}`}>
      {id === 'onTime' && value !== null && (
        <meter min={0} max={1} value={value} aria-hidden="true" />
      )}
      {unit === 'share' && value !== null && (
        <small>{countIn(language, rateOf(value, basis(group.figures)))}</small>
      )}{' '}
      <GroupName path={value === 0 ? null : path} name={name} />
      {/* A period that is not over has fewer parcels. */}
      {unit !== 'parcels' && <Change {...{ figure, weeks }} {...group} />}
    </span>
  );
}

interface ChangeProps extends Pick<AnalyticsGroup, 'figures' | 'before'> {
  readonly figure: Figure;
  readonly weeks: number;
}

/** How a figure changed since the period before, if both have enough parcels. */
export function Change({ figure, figures, before, weeks }: ChangeProps) {
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  if (before === undefined || !isComparable(figure, figures, before)) return null;
  const change = changeOf(figure, figures, before, language);
  if (change === null) return null;
  const { way, arrow, by, isGood } = change;
  const tone = isGood === null ? 'soft' : isGood ? 'up' : 'down';
  const verdict = isGood === null ? '' : isGood ? words.better : words.worse;
  return (
    <span class={`change ${tone}`} title={words.changes[way]({ by, weeks })}>
      <span aria-hidden="true">{`${arrow} ${by} ${verdict}`}</span>
      <span class="unseen">{words.changes[way]({ by, weeks })}</span>
    </span>
  );
}

interface WeekProps {
  /** The last one is not over. */
  readonly weeks: readonly AnalyticsGroup[];
  /** The period before; null: it had too few parcels to compare. */
  readonly before: ParcelFigures | null;
}

/** What the charts of the weeks have in common. */
function useWeeks(weeks: WeekProps['weeks']) {
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const called = words.figures;
  // What the first few parcels of a week say is soon wrong.
  const isTooEarly = ({ unit, basis }: Figure, { figures }: AnalyticsGroup) =>
    unit !== 'parcels' && basis(figures) < PERCENT_LEAST;
  const seriesOf = (figure: Figure, name = called[figure.id].name) => ({
    name,
    values: weeks.map((week) =>
      week === weeks.at(-1) && isTooEarly(figure, week) ? null : figure.of(week.figures),
    ),
  });
  const saidOf = (figure: Figure) => {
    const { name, values } = seriesOf(figure);
    const said = values.map((value) => written(value, figure.unit, language));
    return words.byWeekSaid({ figure: name, values: said.join(', ') });
  };
  const { registered: added = 0, delivered: arrived = 0 } = weeks.at(-1)?.figures ?? {};
  const open = added + arrived > 0 ? { open: words.untilToday } : {};
  const axis = { names: weeks.map(({ name }) => name), of: words.weekFrom, ...open };
  return { seriesOf, saidOf, axis };
}

/** Punctuality by week, beside the period before. */
export function OnTimeByWeek({ weeks, before }: WeekProps) {
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const { seriesOf, saidOf, axis } = useWeeks(weeks);
  const { onTime, firstAttempt } = FIGURES;
  const level = before?.onTimeShare ?? null;
  return (
    <Section id="by-week" title={words.onTimeTitle}>
      <LineChart
        label={`${saidOf(onTime)} ${saidOf(firstAttempt)}`}
        series={[seriesOf(onTime), seriesOf(firstAttempt)]}
        write={(value: number) => percentIn(language, value)}
        atLeast={1}
        {...axis}
        isCut
        {...(level === null
          ? {}
          : { level: { name: words.levelBefore({ weeks: weeks.length }), value: level } })}
      />
    </Section>
  );
}

/** Volumes, punctuality and transit times by week, and a table of all. */
export function WeekSections({ weeks, before }: WeekProps) {
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const { seriesOf, saidOf, axis } = useWeeks(weeks);
  const { registered, delivered, meanDays, p90Days } = FIGURES;
  const count = (value: number) => written(value, 'parcels', language);
  const days = (value: number) =>
    numberFormat(localeOf(language), { maximumFractionDigits: 1 }).format(value);
  return (
    <>
      <Scroller label={words.figuresByWeek} class="pairs plots">
        <Section id="volumes" title={words.volumes}>
          <ColumnChart
            label={`${saidOf(registered)} ${saidOf(delivered)}`}
            series={[seriesOf(registered), seriesOf(delivered)]}
            {...{ ...axis, write: count, atLeast: 4 }}
          />
        </Section>
        <OnTimeByWeek {...{ weeks, before }} />
        <Section id="transit" title={words.transit}>
          <LineChart
            label={`${saidOf(meanDays)} ${saidOf(p90Days)}`}
            series={[seriesOf(meanDays, words.mean), seriesOf(p90Days, words.nineOfTen)]}
            {...{ ...axis, write: days, atLeast: 4 }}
          />
        </Section>
      </Scroller>
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

/** The list of a group's parcels, or of those behind a figure; null: there is none. */
type PathOf = (group: AnalyticsGroup, figure?: Figure) => string | null;
/** The page with other choices. */
type PathTo = (other: Partial<AnalyticsQuery>) => string;

/** Groups side by side; weeks have their own sections. */
export function GroupSection(props: {
  readonly groups: readonly AnalyticsGroup[];
  readonly query: AnalyticsQuery;
  readonly pathOf: PathOf;
  readonly to: PathTo;
}) {
  const { groups, query, pathOf, to } = props;
  const { by, weeks, sort, isWhole } = query;
  const shown = sort ?? WORST_FIRST;
  const words = useMessages().desk.analytics;
  const { onTime } = FIGURES;
  if (by === 'week') return null;
  const largest = groups.slice(0, ROWS_MAX);
  const sorted = sortedBy(largest, shown);
  const left = groups.length - ROWS_MAX;
  return (
    <>
      <FigureTable
        label={words.figuresBy[by]}
        first={words.byNames[by]}
        groups={isWhole ? sorted : sorted.slice(0, ROWS_FIRST)}
        figures={[onTime, ...figuresBy(by).filter((each) => each !== onTime)]}
        {...{ pathOf, weeks, to }}
        sort={shown}
      />
      {!isWhole && sorted.length > ROWS_FIRST && (
        <p data-in-place>
          <a href={to({ isWhole: true })}>{words.allRows({ count: sorted.length })}</a>
        </p>
      )}
      {isWhole && left > 0 && <p class="soft">{words.smaller({ count: left })}</p>}
    </>
  );
}

/** The reasons of cases, and how their shares changed. */
export function ReasonSection(props: {
  readonly figures: ParcelFigures;
  readonly before: ParcelFigures;
  readonly weeks: number;
}) {
  const { figures } = props;
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  const reasonOf = useReasons();
  const figureOf = (reason: string): Figure => ({
    ...FIGURES.cases,
    of: ({ reasons, registered }) => (new Map(reasons).get(reason) ?? 0) / Math.max(1, registered),
  });
  return (
    <Section id="reasons" title={words.reasons} meaning={words.reasonsMeaning}>
      {figures.reasons.length === 0 ? (
        <Empty>{words.noCase}</Empty>
      ) : (
        <Bars
          bars={figures.reasons.map(([reason, cases]) => ({
            name: capitalized(reasonOf(reason)),
            value: cases,
            max: Math.max(...figures.reasons.map(([, count]) => count)),
            look: 'bare' as const,
            change: <Change figure={figureOf(reason)} {...props} />,
            note: words.casesSaid({ cases }),
            said: written(figureOf(reason).of(figures), 'share', language),
          }))}
        />
      )}
    </Section>
  );
}

interface BarsProps {
  readonly bars: readonly {
    readonly name: string;
    /** The list of its parcels. */
    readonly path?: string;
    readonly value: number;
    readonly max: number;
    /** Without a track, its length is compared with the others', not with a whole. */
    readonly look?: 'bad' | 'bare' | 'few';
    readonly change?: ComponentChildren;
    /** How many that is. */
    readonly note: string;
    readonly said: string;
  }[];
}

/** Values as bars, each with its name and its value in words; those of few parcels come last. */
export function Bars({ bars }: BarsProps) {
  const words = useMessages().desk.analytics;
  const firstFew = bars.find(({ look }) => look === 'few');
  return (
    <ul class="rates">
      {bars.map((bar) => {
        const { name, path = null, value, max, look, change, note, said } = bar;
        return [
          bar === firstFew && (
            <li class="soft" key="few">
              {words.few({ least: PERCENT_LEAST, of: 'promised' })}
            </li>
          ),
          <li key={name} class={look === 'few' ? look : undefined}>
            <span>
              <GroupName {...{ path, name }} />
            </span>
            <meter class={look} min={0} {...{ max, value }} aria-hidden="true" />
            <small>{note}</small>
            <span class="share">{said}</span>
            {change}
          </li>,
        ];
      })}
    </ul>
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
    (_, index) =>
      `${names[index]} ${days(ours[index] ?? null)} ${words.and} ${days(carriers[index] ?? null)}`,
  );
  return (
    <Section id="dates" title={words.dates} meaning={words.datesMeaning}>
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
    </Section>
  );
}

interface RisingProps {
  readonly rising: readonly Rising[];
  /** Nobody reads more of them: the most certain come first. */
  readonly most: number;
  readonly class: 'alarm' | 'card';
}

/** Reasons of cases that are more frequent than usual; nothing when there are none. */
export function RisingReasons({ rising, most, class: look }: RisingProps) {
  const words = useMessages().desk.analytics;
  const reasonOf = useReasons();
  const laneOf = useLaneNames();
  const { language } = useSpoken();
  if (rising.length === 0) return null;
  return (
    <section class={look} aria-labelledby="rising">
      <h2 id="rising">{words.rising}</h2>
      <ul class="plain">
        {rising.slice(0, most).map(({ reason, lane, cases, parcels, share, usualShare }) => (
          <li key={`${reason} ${lane}`}>
            <a href="/console/shipments?tab=attention">{reasonOf(reason)}</a>{' '}
            {words.risingWhere({ lane: lane && laneOf(lane) })}:{' '}
            {words.risingSaid({
              cases,
              parcels,
              share: parcels < PERCENT_LEAST ? null : written(share, 'share', language),
              usual: written(usualShare, 'share', language),
            })}
          </li>
        ))}
      </ul>
      {rising.length > most && <p>{words.more({ count: rising.length - most })}</p>}
    </section>
  );
}
