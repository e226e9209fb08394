import { isDemo } from '../../../kernel/tenant.ts';
import type { DemoState } from '../../../merchants/index.ts';
import type { Analytics, AnalyticsGroup } from '../../../reactions/analytics/index.ts';
import type { ExceptionCase, MerchantCases } from '../../../reactions/exceptions/index.ts';
import type { ShipmentCount } from '../../../tracking/ports/shipments.ts';
import {
  FIGURES,
  hasFew,
  isComparable,
  sortedBy,
  WORST_FIRST,
  written,
} from '../analytics/query.ts';
import { Bars, Change, OnTimeByWeek, RisingReasons } from '../analytics/sections.tsx';
import { DemoNotice } from '../demo/demo-notice.tsx';
import { AT as CASES_AT, nextOfCase, useTitle } from '../exceptions/case-page.tsx';
import { Due } from '../exceptions/due.tsx';
import { useDates } from '../kit/dates.ts';
import { useMerchantNames, useMessages, useNumbers, useSpoken } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { destinationOf, useCarrierNames, useLaneNames } from '../kit/names.ts';
import { Empty } from '../kit/pieces.tsx';
import { countIn, PERCENT_LEAST, rateOf, useRates } from '../kit/rates.ts';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { casesPath } from '../kit/whose.tsx';
import { SetupChecklist } from '../setup/checklist.tsx';
import { openOf, type StepState } from '../setup/state.ts';
import { shipmentPathOf } from '../shipments/list-page.tsx';
import { AT, queryOf, type ShownShipment, type Wanted } from '../shipments/listing.ts';
import type { Tab } from '../shipments/tabs.ts';

/** Groups with fewer parcels with a promised date say little about punctuality. */
const PARCELS_LEAST = 10;
const GROUPS_SHOWN = 6;
const RISING_SHOWN = 4;

interface Numbers {
  readonly registered: number;
  readonly delivered: number;
}

/** A list of parcels, and how many it has. */
interface CountedList {
  readonly wanted: Wanted;
  readonly found: ShipmentCount;
}

interface Props extends DeskPageProps {
  readonly nowMs: number;
  readonly tabs: Readonly<Record<Tab, ShipmentCount>>;
  /** The most urgent ones. */
  readonly cases: readonly ExceptionCase[];
  /** Their parcels, by id. */
  readonly parcels: ReadonlyMap<string, ShownShipment>;
  /** Open cases of other merchants and of the other mode, for operators. */
  readonly elsewhere: readonly MerchantCases[];
  readonly today: { readonly added: CountedList; readonly delivered: CountedList };
  /** Of a usual day; null: there is no earlier week, or the reader sees no figures. */
  readonly usual: Numbers | null;
  /** Null: the reader sees no figures. */
  readonly byCarrier: Analytics | null;
  readonly byLane: Analytics | null;
  /** None for readers who do not set anything up. */
  readonly setup: readonly StepState[];
  /** Parcels that came with the hub are among these, and nobody else's are followed yet. */
  readonly hasSandbox: boolean;
  /** Null: there is no demo for the reader. */
  readonly demo: DemoState | null;
}

/** A wrapper, because texts are available only during rendering. */
export const HomePage = (props: Props) => <Page {...props} />;

function Page(props: Props) {
  const { deps, call, tabs, byCarrier, byLane, setup } = props;
  const words = useMessages().desk.home;
  const isEmpty = tabs.all.count === 0;
  // The next step of the setup is the main action.
  const own = openOf(setup).length > 0 ? { actions: null } : {};
  return (
    <DeskLayout {...{ deps, title: words.title, at: '/console', ...own }} visitor={call.visitor}>
      <PageHead title={words.title} />
      <SetupChecklist steps={setup} />
      <DemoNotice visitor={call.visitor} state={props.demo} />
      <Elsewhere {...props} />
      {isEmpty ? (
        <FirstSteps call={call} />
      ) : (
        <>
          {props.hasSandbox && <p class="soft">{words.sandbox}</p>}
          <Now {...props} />
          {(!props.hasSandbox || props.cases.length > 0) && (
            <div class="two">
              <div>
                <Attention {...props} />
                {byLane && (
                  <RisingReasons rising={byLane.rising} most={RISING_SHOWN} class="card" />
                )}
              </div>
              <div>{byCarrier && <OnTime {...props} of={byCarrier} />}</div>
            </div>
          )}
          {byLane && <Trends {...props} of={byLane} />}
        </>
      )}
    </DeskLayout>
  );
}

/** What to do while there is no parcel. */
function FirstSteps({ call }: Pick<Props, 'call'>) {
  const words = useMessages().desk.home;
  return (
    <Empty
      title={words.emptyTitle}
      action={
        call.may('shipments:change') && (
          <p class="row">
            <a class="button primary" href="/console/shipments/new">
              {words.add}
            </a>
            <a class="button" href="/console/import">
              {words.importFile}
            </a>
            <a class="button" href="/docs">
              {words.docs}
            </a>
          </p>
        )
      }
    >
      {words.emptyLead}
    </Empty>
  );
}

/** Whether an empty list is a success: no parcel is late, and no demo is still being made. */
const isAllWell = ({ call, demo, tabs }: Props) =>
  tabs.late.count === 0 && !(isDemo(call.tenant) && demo === 'making');

/** The numbers of this moment and of today, each linked to its parcels. */
function Now(props: Props) {
  const { call, tabs, today, usual } = props;
  const { casesForUs: forUs } = call.visitor;
  const words = useMessages().desk.home;
  const write = useNumbers();
  const count = ({ count: found, isExact }: ShipmentCount) =>
    `${write(found)}${isExact ? '' : '+'}`;
  const comparedTo = (of: number | undefined) =>
    of !== undefined &&
    of >= 1 && <span class="soft">{words.usually({ count: write(Math.round(of)) })}</span>;
  const cards = [
    {
      name: 'attention',
      to: 'tab=attention',
      value: count(tabs.attention),
      tone: tabs.attention.count > 0 ? (forUs === 0 ? '' : 'bad') : isAllWell(props) ? 'good' : '',
      note: tabs.attention.count > 0 && forUs !== undefined && words.forUs({ count: forUs }),
    },
    {
      name: 'late',
      to: 'tab=late',
      value: count(tabs.late),
      tone: tabs.late.count > 0 ? 'bad' : '',
      note: tabs.late.count > 0 && words.forecastToo,
    },
    {
      name: 'transit',
      to: 'tab=transit',
      value: count(tabs.transit),
      note: words.unscanned({ count: tabs.unseen.count }),
    },
    { name: 'out', to: 'tab=out', value: count(tabs.out), note: words.onVehicles },
  ] as const;
  return (
    <ul class="figures" aria-label={words.now}>
      {cards.map((card) => (
        <li key={card.name} class={`figure ${'tone' in card ? card.tone : ''}`}>
          <a href={`${AT}?${card.to}`}>
            <span class="name">{words.cards[card.name]}</span>
            <span class="value">{card.value}</span>
            {card.note && <span class="soft">{card.note}</span>}
          </a>
        </li>
      ))}
      <li class="figure">
        <a href={`${AT}?${queryOf(today.added.wanted)}`}>
          <span class="name">{words.registeredToday}</span>
          <span class="value">{count(today.added.found)}</span>
          {comparedTo(usual?.registered)}
        </a>
      </li>
      <li class="figure">
        <a href={`${AT}?${queryOf(today.delivered.wanted)}`}>
          <span class="name">{words.deliveredToday}</span>
          <span class="value">{count(today.delivered.found)}</span>
          {comparedTo(usual?.delivered)}
        </a>
      </li>
    </ul>
  );
}

/** The most urgent cases; an empty list is a success. */
function Attention(props: Props) {
  const { deps, call, cases, parcels, elsewhere, nowMs, tabs } = props;
  const { home: words, frame } = useMessages().desk;
  const { merchant, tenant } = call.visitor;
  const nameOf = useMerchantNames();
  return (
    <section class="card" aria-labelledby="attention">
      <h2 id="attention">{words.attention}</h2>
      {cases.length === 0 ? (
        <p class={isAllWell(props) ? 'all-good' : 'soft'}>
          {tabs.attention.count === 0 && elsewhere.length > 0
            ? words.nothingFor({
                merchant: `${nameOf(merchant.name)}, ${frame.modes[tenant.mode]}`,
              })
            : words.noCase}
        </p>
      ) : (
        <ul class="brief">
          {cases.map((each) => (
            <Urgent
              key={each.id}
              {...{ deps, it: each, nowMs }}
              parcel={parcels.get(each.shipmentId)}
            />
          ))}
        </ul>
      )}
      {tabs.attention.count > 0 && <a href={`${AT}?tab=attention`}>{words.allAttention}</a>}
    </section>
  );
}

interface UrgentProps {
  readonly deps: DeskDeps;
  readonly it: ExceptionCase;
  readonly parcel: ShownShipment | undefined;
  readonly nowMs: number;
}

/** An urgent case: what is wrong, whose parcel it is, what to do and until when. */
function Urgent({ deps, it, parcel, nowMs }: UrgentProps) {
  const words = useMessages().console.cases;
  const carrier = useCarrierNames(deps)(it.carrier);
  const of = { exceptionCase: it, nowMs };
  return (
    <li>
      <a href={`${CASES_AT}/${it.id}`}>{useTitle(it).title}</a>
      <span>
        {parcel?.recipient && `${parcel.recipient} · `}
        {carrier}{' '}
        <a href={shipmentPathOf(it.shipmentId)}>
          <code>{it.trackingNumber}</code>
        </a>
      </span>
      <b>{nextOfCase(words, { ...of, status: parcel?.status })}</b>
      <Due {...of} />
    </li>
  );
}

/** Cases of other merchants and modes, for operators: a warning once some are overdue. */
function Elsewhere({ elsewhere }: Props) {
  const { home: words, frame } = useMessages().desk;
  const nameOf = useMerchantNames();
  if (elsewhere.length === 0) return null;
  const allOverdue = elsewhere.reduce((sum, { overdue }) => sum + overdue, 0);
  return (
    <p class={allOverdue > 0 ? 'notice warn' : 'soft'}>
      {words.elsewhereOf({ overdue: allOverdue })}{' '}
      {elsewhere.map(({ name, open, overdue, ...merchant }, index) => (
        <span key={`${merchant.merchantId} ${merchant.mode}`}>
          {index > 0 && '; '}
          <a href={casesPath(merchant, overdue > 0 ? 'overdue' : 'open')}>
            {words.casesOf({
              name: `${nameOf(name)}, ${frame.modes[merchant.mode]}`,
              open,
              overdue,
            })}
          </a>
        </span>
      ))}
    </p>
  );
}

function OnTime({ deps, of }: Props & { readonly of: Analytics }) {
  const words = useMessages().desk.home;
  const carrierOf = useCarrierNames(deps);
  const { rate } = useRates();
  // Of the largest groups, which come first, those with the most late parcels lead.
  const largest = of.groups.filter(hasEnoughParcels).slice(0, GROUPS_SHOWN);
  const groups = sortedBy(largest, WORST_FIRST);
  return (
    <section class="card" aria-labelledby="on-time">
      <h2 id="on-time">{words.onTime}</h2>
      <p class="soft">
        {words.ratesOf({ weeks: of.weeks.length })}{' '}
        {words.allCarriers({ rate: rate(rateOf(of.total.onTimeShare, of.total.promised)) })}
      </p>
      {groups.length === 0 ? (
        <p class="soft">{words.noRates}</p>
      ) : (
        <Rates
          {...{ groups, of }}
          linkOf={({ name }) => ({
            name: carrierOf(name),
            path: `${AT}?tab=delivered&carrier=${encodeURIComponent(name)}`,
          })}
        />
      )}
      <AllFigures of={of} by="carrier" />
    </section>
  );
}

/** Punctuality by week, and the routes where it fails. */
function Trends({ deps, of }: Props & { readonly of: Analytics }) {
  const { date } = useDates(deps.parts.clock.nowMs());
  if (of.total.promised < PERCENT_LEAST) return null;
  const weeks = of.weeks.map((week) => ({ ...week, name: date(week.name) }));
  return (
    <div class="pairs">
      <LateLanes of={of} />
      <OnTimeByWeek
        weeks={weeks}
        before={isComparable(FIGURES.onTime, of.total, of.before) ? of.before : null}
      />
    </div>
  );
}

/** The trade lanes with the most late parcels. */
function LateLanes({ of }: { readonly of: Analytics }) {
  const words = useMessages().desk.home;
  const laneOf = useLaneNames();
  const isLate = (group: AnalyticsGroup) =>
    hasEnoughParcels(group) && (group.figures.onTimeShare ?? 1) < 0.9;
  const late = sortedBy(of.groups.filter(isLate), WORST_FIRST).slice(0, GROUPS_SHOWN);
  if (late.length === 0) return null;
  return (
    <section class="card" aria-labelledby="lanes">
      <h2 id="lanes">{words.lateLanes}</h2>
      <p class="soft">{words.ratesOf({ weeks: of.weeks.length })}</p>
      <Rates
        {...{ groups: late, of }}
        linkOf={({ name }) => ({
          name: laneOf(name),
          path: `${AT}?tab=late&to=${destinationOf(name) ?? ''}`,
        })}
        isLate
      />
      <AllFigures of={of} by="lane" />
    </section>
  );
}

/** The same figures in full, of the same weeks. */
function AllFigures({ of, by }: { readonly of: Analytics; readonly by: 'carrier' | 'lane' }) {
  const words = useMessages().desk.home;
  return <a href={`/console/analytics?weeks=${of.weeks.length}&by=${by}`}>{words.analytics}</a>;
}

/** Whether a group has a name, and enough parcels to judge. */
function hasEnoughParcels({ name, figures }: AnalyticsGroup): boolean {
  return name !== '' && figures.promised >= PARCELS_LEAST;
}

const isFew = (group: AnalyticsGroup) => hasFew(FIGURES.onTime, group);

interface RatesProps {
  readonly groups: readonly AnalyticsGroup[];
  readonly of: Analytics;
  readonly linkOf: (group: AnalyticsGroup) => { readonly name: string; readonly path: string };
  /** Shows how many were late. */
  readonly isLate?: boolean;
}

function Rates({ groups, of, linkOf, isLate = false }: RatesProps) {
  const { language } = useSpoken();
  const words = useMessages().desk.home;
  const bars = groups.map((group) => {
    const { promised: max, onTimeShare } = group.figures;
    const { count } = rateOf(onTimeShare, max);
    const value = isLate ? max - count : count;
    const rate = countIn(language, { count: value, of: max });
    return {
      ...{ ...linkOf(group), value, max },
      ...(isFew(group) ? { look: 'few' as const } : isLate ? { look: 'bad' as const } : {}),
      note: isLate ? words.late({ rate }) : rate,
      said: written(value / max, 'share', language),
      change: !isLate && <Change figure={FIGURES.onTime} weeks={of.weeks.length} {...group} />,
    };
  });
  return <Bars bars={bars} />;
}
