import {
  ANALYTICS_BY,
  type Analytics,
  type AnalyticsGroup,
} from '../../../reactions/analytics/index.ts';
import type { ComparedDates } from '../../../reactions/predictions/index.ts';
import { FilterMenu, Segments } from '../kit/choices.tsx';
import { useDates } from '../kit/dates.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { useCarrierNames, useLaneNames } from '../kit/names.ts';
import { Empty } from '../kit/pieces.tsx';
import { countIn, rateOf } from '../kit/rates.ts';
import type { DeskPageProps } from '../kit/visit.ts';
import {
  type AnalyticsQuery,
  addressOf,
  FIGURES,
  type Figure,
  hasFew,
  isComparable,
  PERIODS,
  written,
} from './query.ts';
import {
  Change,
  DatesSection,
  GroupSection,
  ReasonSection,
  RisingReasons,
  WeekSections,
} from './sections.tsx';

const AT = '/console/analytics';
/** What the figures of a carrier count, newest first. */
const LISTS: Partial<Readonly<Record<Figure['id'], string>>> = {
  registered: '/console/shipments?carrier',
  delivered: '/console/shipments?tab=delivered&carrier',
  returned: '/console/shipments?tab=returned&carrier',
  cases: '/console/exceptions?by=carrier&only',
};

interface Props extends DeskPageProps {
  readonly query: AnalyticsQuery;
  readonly carriers: readonly string[];
  readonly found: Analytics;
  /** Our estimates beside the carrier's. */
  readonly dates: readonly ComparedDates[];
}

/**
 * Performance of the merchant's parcels: figures, charts, and anomalies. A wrapper, because texts
 * are available only during rendering.
 */
export const AnalyticsPage = (props: Props) => <Page {...props} />;

function Page({ deps, call, query, carriers, found, dates }: Props) {
  const words = useMessages().desk.analytics;
  const called = useCarrierNames(deps);
  const { total, weeks } = found;
  const { date } = useDates(deps.parts.clock.nowMs());
  const from = date(found.from);
  const laneOf = useLaneNames();
  const nameIn = { carrier: called, lane: laneOf, service: null, week: null }[query.by];
  const groups = found.groups.map((group) => ({
    ...group,
    name: nameIn === null || group.name === '' ? group.name : nameIn(group.name),
    carrier: group.carrier === '' ? '' : called(group.carrier),
  }));
  const pathOf = (group: AnalyticsGroup, figure = FIGURES.registered) => {
    const of = found.groups[groups.indexOf(group)];
    const path = LISTS[figure.id];
    return query.by === 'carrier' && of && path ? `${path}=${encodeURIComponent(of.name)}` : null;
  };
  const named = dates.map((each) => ({ ...each, carrier: called(each.carrier) }));
  const ofOne = query.carrier === null ? null : called(query.carrier);
  const isEmpty = total.registered + total.delivered + total.cases === 0;
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at={AT}>
      <div class="page-head">
        <h1>{words.title}</h1>
        {!isEmpty && (
          <div class="acts">
            <a class="button" href={`${AT}.csv?${addressOf(query)}`}>
              {words.exportCsv}
            </a>
          </div>
        )}
      </div>
      <p class="lead">
        {words.lead({ mode: call.tenant.mode, from, carrier: ofOne })}{' '}
        {SHOWN.some((each) => each.better && isComparable(each, total, found.before))
          ? words.compared({ weeks: query.weeks })
          : words.notCompared}
      </p>
      <Choices {...{ query, carriers, called }} />
      <RisingReasons rising={found.rising} most={5} class="alarm" />
      {isEmpty ? (
        <Empty>{words.empty}</Empty>
      ) : (
        <>
          <Cards found={found} weeks={query.weeks} nowMs={deps.parts.clock.nowMs()} />
          <WeekSections
            weeks={weeks.map((week) => ({ ...week, name: date(week.name) }))}
            before={isComparable(FIGURES.onTime, total, found.before) ? found.before : null}
          />
          <GroupSection {...{ groups, query, pathOf }} to={(other) => pathWith(query, other)} />
          <ReasonSection figures={total} before={found.before} weeks={query.weeks} />
          {named.length > 0 && <DatesSection dates={named} />}
        </>
      )}
    </DeskLayout>
  );
}

interface ChoicesProps {
  readonly query: AnalyticsQuery;
  readonly carriers: Props['carriers'];
  readonly called: (carrier: string) => string;
}

/** The page with other choices. */
const pathWith = (query: AnalyticsQuery, other: Partial<AnalyticsQuery>) =>
  `${AT}?${addressOf({ ...query, ...other })}`;

function Choices({ query, carriers, called }: ChoicesProps) {
  const words = useMessages().desk.analytics;
  // Another grouping has other figures.
  const link = (other: Partial<AnalyticsQuery>) =>
    pathWith({ ...query, sort: null, isWhole: false }, other);
  const periods = PERIODS.map((each) => ({
    href: link({ weeks: each }),
    name: each === PERIODS.at(-1) ? words.weeks({ count: each }) : String(each),
    current: each === query.weeks,
  }));
  const groupings = ANALYTICS_BY.map((each) => ({
    href: link({ by: each }),
    name: words.byNames[each],
    current: each === query.by,
  }));
  const ofCarrier = [null, ...carriers].map((each) => ({
    href: link({ carrier: each }),
    name: each === null ? words.allCarriers : called(each),
    current: each === query.carrier,
  }));
  return (
    <div class="chips">
      <Segments label={words.period} choices={periods} />
      <FilterMenu
        summary={words.comparing({ name: words.byNames[query.by] })}
        label={words.compareBy}
        choices={groupings}
      />
      <FilterMenu
        summary={words.ofCarrier({
          name: query.carrier === null ? words.allCarriers : called(query.carrier),
        })}
        label={words.carrier}
        choices={ofCarrier}
        isOn={query.carrier !== null}
      />
    </div>
  );
}

const SHOWN: readonly Figure[] = [
  ...[FIGURES.registered, FIGURES.delivered, FIGURES.onTime, FIGURES.firstAttempt],
  ...[FIGURES.meanDays, FIGURES.cases],
];

const WEEK_MS = 7 * 86_400_000;

interface CardsProps {
  readonly found: Analytics;
  readonly weeks: number;
  readonly nowMs: number;
}

function Cards({ found, weeks, nowMs }: CardsProps) {
  const { total } = found;
  const elapsed = (nowMs - Date.parse(found.from)) / (weeks * WEEK_MS);
  const words = useMessages().desk.analytics;
  const { language } = useSpoken();
  return (
    <dl class="figures">
      {SHOWN.map((figure) => {
        const { registered, delivered } = found.before;
        const { of, basis, unit, population } = figure;
        const value = of(total);
        // Of a period that is not over, only as many days are compared.
        const soFar = { registered: registered * elapsed, delivered: delivered * elapsed };
        const before = { ...found.before, ...(unit === 'parcels' ? soFar : {}) };
        return (
          <div key={figure.id} class="card">
            <dt title={words.figures[figure.id].meaning}>{words.figures[figure.id].name}</dt>
            <dd class={`value ${hasFew(figure, { figures: total }) ? 'few' : ''}`}>
              {written(value, unit, language)}{' '}
              {population && (
                <small>{countIn(language, rateOf(value, basis(total)), population)}</small>
              )}
              {unit === 'days' && <small>{words.mean}</small>}
            </dd>
            {isComparable(figure, total, before) && (
              <dd>
                <Change {...{ figure, figures: total, before, weeks }} />
              </dd>
            )}
          </div>
        );
      })}
    </dl>
  );
}
