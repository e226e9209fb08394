import type { Analytics } from '../../../reactions/analytics/index.ts';
import type { Accuracy } from '../../../reactions/predictions/index.ts';
import { Filter } from '../../console/parts/choices.tsx';
import { Empty } from '../../console/parts/pieces.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import type { DeskCall, DeskDeps } from '../visit.ts';
import { type Asked, addressOf, PERIODS } from './asked.ts';
import { RisingReasons } from './rising-reasons.tsx';
import { DatesSection, GroupSection, ReasonSection, WeekSections } from './sections.tsx';
import { BY_NAMES, difference, FIGURES, type Figure, written } from './words.ts';

const AT = '/console/analytics';

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly asked: Asked;
  readonly carriers: readonly string[];
  readonly found: Analytics;
  /** Our dates beside the carrier's. */
  readonly dates: Accuracy;
}

/** How the merchant's parcels fare: figures, charts, and what is unusual. */
export function AnalyticsPage({ deps, call, asked, carriers, found, dates }: Props) {
  const { total, weeks, groups, from, to } = found;
  const isEmpty = total.registered + total.delivered + total.cases === 0;
  return (
    <DeskLayout deps={deps} title="Analytics" visitor={call.visitor} at={AT}>
      <h1>Analytics</h1>
      <p class="lead">
        {call.tenant.mode === 'live' ? 'Live' : 'Test'} parcels in the {asked.weeks} weeks from
        Monday <span class="instant">{from}</span>
        {asked.carrier !== null && ` with ${asked.carrier}`}. The last week, from{' '}
        <span class="instant">{to}</span>, is not over yet.
      </p>
      <Choices asked={asked} carriers={carriers} />
      <RisingReasons rising={found.rising} />
      {isEmpty ? (
        <Empty>
          Nothing was registered or delivered in this time. Choose a longer one, or check the mode
          at the top.
        </Empty>
      ) : (
        <>
          <Cards found={found} weeks={asked.weeks} />
          <WeekSections weeks={weeks} />
          <GroupSection groups={groups} by={asked.by} />
          <ReasonSection figures={total} before={found.before} />
          <DatesSection dates={dates} />
          <p class="soft">
            The figures as a file: <a href={`/console/analytics.csv?${addressOf(asked)}`}>CSV</a>
          </p>
        </>
      )}
    </DeskLayout>
  );
}

function Choices({
  asked,
  carriers,
}: {
  readonly asked: Asked;
  readonly carriers: Props['carriers'];
}) {
  const link = (other: Partial<Asked>) => `${AT}?${addressOf({ ...asked, ...other })}`;
  return (
    <>
      <ul class="filters" aria-label="Period">
        {PERIODS.map((each) => (
          <Filter
            key={each}
            href={link({ weeks: each })}
            name={`${each} weeks`}
            current={each === asked.weeks}
          />
        ))}
      </ul>
      <ul class="filters" aria-label="Compared by">
        {(['carrier', 'service', 'lane', 'week'] as const).map((each) => (
          <Filter
            key={each}
            href={link({ by: each })}
            name={`by ${BY_NAMES[each]}`}
            current={each === asked.by}
          />
        ))}
      </ul>
      <ul class="filters" aria-label="Carrier">
        <Filter
          href={link({ carrier: null })}
          name="all carriers"
          current={asked.carrier === null}
        />
        {carriers.map((each) => (
          <Filter
            key={each}
            href={link({ carrier: each })}
            name={each}
            current={each === asked.carrier}
          />
        ))}
      </ul>
    </>
  );
}

const SHOWN: readonly Figure[] = [
  ...[FIGURES.registered, FIGURES.delivered, FIGURES.onTime, FIGURES.firstAttempt],
  ...[FIGURES.medianDays, FIGURES.cases],
];

function Cards({ found, weeks }: { readonly found: Analytics; readonly weeks: number }) {
  return (
    <dl class="figures">
      {SHOWN.map((figure) => {
        const [now, before] = [figure.of(found.total), figure.of(found.before)];
        const by = difference(now, before, figure.unit);
        return (
          <div key={figure.name} class="card">
            <dt>{figure.name}</dt>
            <dd class="figure">{written(now, figure.unit)}</dd>
            <dd>
              {by === null
                ? `Nothing to compare with in the ${weeks} weeks before`
                : `${by} against the ${weeks} weeks before (${written(before, figure.unit)})`}
            </dd>
            <dd class="soft">{figure.meaning}</dd>
          </div>
        );
      })}
    </dl>
  );
}
