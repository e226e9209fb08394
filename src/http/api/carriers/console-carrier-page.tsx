import type { ComponentProps } from 'preact';
import { useDates } from '../../console/kit/dates.ts';
import { namedBy, useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import { Fact, Instant, Share, Tag, Version } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { ReplayAll } from '../dead-letters/console-pages.tsx';
import { Accounts } from '../overview/console-page.tsx';
import type { CarrierCard } from './console-cards.ts';
import { CarrierState, FailedUpdates, needsAccount } from './console-page.tsx';

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
  const { observedCoverage } = card;
  return (
    <DeskLayout deps={deps} title={name} visitor={call.visitor} at={AT}>
      <PageHead title={name} marks={<CarrierState card={card} />} above={[[AT, words.title]]}>
        <div class="acts">
          <ReplayAll {...{ deps, call }} count={card.deadLetters} carrier={card.carrier} />
        </div>
      </PageHead>
      <dl class="facts card paired">
        <Fact name={words.head.newest}>
          {card.newestAt === null ? (
            <span class="soft">{words.nothingLately}</span>
          ) : (
            <Instant at={card.newestAt} nowMs={nowMs} />
          )}
        </Fact>
        <Fact name={words.head.failed}>
          <FailedUpdates card={card} />
        </Fact>
        <Fact name={words.received}>
          {observedCoverage === null || observedCoverage.facts === 0 ? (
            <span class="soft">{words.nothingReceived}</span>
          ) : (
            <>
              {words.understood({
                understood: observedCoverage.facts_mapped,
                total: observedCoverage.facts,
              })}
              {observedCoverage.sampled && words.sampled}
            </>
          )}
        </Fact>
        <Fact name={words.mapping}>
          <a href={`/console/hub/mappings/${card.carrier}`}>
            <Version of={card.mapping?.version ?? null} />
          </a>
        </Fact>
      </dl>
      {needsAccount(card) && <Accounts {...{ deps, call, accounts, nowMs }} />}
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
  const { level, checks, documented } = card;
  return (
    <details>
      <summary>{words.conformance}</summary>
      <p class="lead">{words.conformanceLead}</p>
      <dl class="facts card">
        {level && (
          <Fact name={words.level}>
            <Tag>{namedBy(words.levels, level)}</Tag>
          </Fact>
        )}
        <Fact name={words.can} class="tags">
          {card.capabilities.map((capability) => (
            <Tag key={capability}>{words.capabilities[capability]}</Tag>
          ))}
        </Fact>
        {checks && <Fact name={words.checks}>{words.passed(checks)}</Fact>}
        <Fact name={words.codes}>
          <Share of={documented} label={words.documentedOf({ name })} />
        </Fact>
        <Fact name={words.docs}>
          {card.docs.map(({ title, url, readOn }) => (
            <p key={url}>
              <a href={url} rel="noreferrer" lang="en">
                {title}
              </a>{' '}
              {readOn !== null && <span class="soft">({words.asOf({ day: date(readOn) })})</span>}
            </p>
          ))}
        </Fact>
      </dl>
    </details>
  );
}
