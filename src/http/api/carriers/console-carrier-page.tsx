import type { ComponentProps } from 'preact';
import { useDates } from '../../console/kit/dates.ts';
import { namedBy, useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import { Instant, Share, Tag, Version } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { Accounts } from '../overview/console-page.tsx';
import type { CarrierCard } from './console-cards.ts';
import { CarrierState, FailedUpdates } from './console-page.tsx';

const AT = '/console/hub/carriers';

interface CarrierPageProps extends DeskPageProps {
  readonly card: CarrierCard;
  readonly accounts: ComponentProps<typeof Accounts>['accounts'];
}

/** One carrier: whether it works now, and how well its adapter is proven. */
export function CarrierPage({ deps, call, card, accounts }: CarrierPageProps) {
  const words = useMessages().console.carriers;
  const name = useCarrierNames(deps)(card.carrier);
  const nowMs = deps.parts.clock.nowMs();
  return (
    <DeskLayout deps={deps} title={name} visitor={call.visitor} at={AT}>
      <PageHead title={name} marks={<CarrierState card={card} />} above={[[AT, words.title]]} />
      <dl class="facts card">
        <dt>{words.head.newest}</dt>
        <dd>
          {card.newestAt === null ? (
            <span class="soft">{words.nothingLately}</span>
          ) : (
            <Instant at={card.newestAt} nowMs={nowMs} />
          )}
        </dd>
        <dt>{words.head.failed}</dt>
        <dd>
          <FailedUpdates card={card} />
        </dd>
        <dt>{words.mapping}</dt>
        <dd>
          <a href={`/console/hub/mappings/${card.carrier}`}>
            <Version of={card.mapping?.version ?? null} />
          </a>{' '}
          {card.mapping && (
            <span class="soft">
              · <Instant at={card.mapping.since} nowMs={nowMs} />
            </span>
          )}
        </dd>
      </dl>
      {/* Own couriers need none. */}
      {!card.capabilities.includes('scans') && <Accounts {...{ deps, call, accounts, nowMs }} />}
      <Conformance card={card} name={name} nowMs={nowMs} />
    </DeskLayout>
  );
}

interface ConformanceProps extends Pick<CarrierPageProps, 'card'> {
  readonly name: string;
  readonly nowMs: number;
}

function Conformance({ card, name, nowMs }: ConformanceProps) {
  const words = useMessages().console.carriers;
  const { date } = useDates(nowMs);
  const { level, checks, documented, observedCoverage } = card;
  return (
    <section aria-labelledby="conformance">
      <h2 id="conformance">{words.conformance}</h2>
      <p class="lead">{words.conformanceLead}</p>
      <dl class="facts card">
        {level && (
          <>
            <dt>{words.head.level}</dt>
            <dd>
              <Tag>{namedBy(words.levels, level)}</Tag>
            </dd>
          </>
        )}
        <dt>{words.can}</dt>
        <dd class="tags">
          {card.capabilities.map((capability) => (
            <Tag key={capability}>{words.capabilities[capability]}</Tag>
          ))}
        </dd>
        {checks && (
          <>
            <dt>{words.checks}</dt>
            <dd>{words.passed(checks)}</dd>
          </>
        )}
        <dt>{words.head.codes}</dt>
        <dd>
          <Share of={documented} label={words.documentedOf({ name })} />
        </dd>
        <dt>{words.received}</dt>
        <dd>
          {observedCoverage === null || observedCoverage.facts === 0 ? (
            <span class="soft">{words.nothingReceived}</span>
          ) : (
            <>
              <Share of={observedCoverage.facts_share} label={words.receivedOf({ name })} />{' '}
              <span class="soft">
                {words.observed({ facts: observedCoverage.facts, codes: observedCoverage.codes })}
                {observedCoverage.sampled && words.sampled}
              </span>
            </>
          )}
        </dd>
        <dt>{words.docs}</dt>
        <dd>
          {card.docs.map(({ title, url, readOn }) => (
            <p key={url}>
              <a href={url} rel="noreferrer" lang="en">
                {title}
              </a>{' '}
              {readOn !== null && <span class="soft">({words.asOf({ day: date(readOn) })})</span>}
            </p>
          ))}
        </dd>
      </dl>
    </section>
  );
}
