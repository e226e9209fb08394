import { useCarrierNames } from '../../console/kit/carrier-name.ts';
import { useDates } from '../../console/kit/dates.ts';
import { namedBy, useMessages } from '../../console/kit/language.ts';
import { DeskLayout } from '../../console/kit/layout.tsx';
import { Share, Tag } from '../../console/kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../../console/kit/visit.ts';
import type { CarrierCard } from './console-cards.ts';

interface CarriersPageProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly cards: readonly CarrierCard[];
}

/**
 * What each carrier can do, how well it is proven, and which of its codes were actually received.
 */
export function CarriersPage({ deps, call, cards }: CarriersPageProps) {
  const words = useMessages().console.carriers;
  const nameOf = useCarrierNames(deps);
  const { date } = useDates(deps.parts.clock.nowMs());
  const named = cards.map((card) => ({ ...card, name: nameOf(card.carrier) }));
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at="/console/hub/carriers">
      <h1>{words.title}</h1>
      <ul class="cards pairs">
        {named.map((card) => (
          <li key={card.carrier} class="card">
            <h2>
              {card.name} {card.level && <Tag tone="good">{namedBy(words.levels, card.level)}</Tag>}
            </h2>
            <p class="tags">
              {card.capabilities.map((capability) => (
                <Tag key={capability}>{words.capabilities[capability]}</Tag>
              ))}
            </p>
            <dl class="facts">
              {card.checks && (
                <>
                  <dt>{words.checks}</dt>
                  <dd>{words.passed(card.checks)}</dd>
                </>
              )}
              <dt>{words.documented}</dt>
              <dd>
                <Share of={card.documented} label={words.documentedOf({ name: card.name })} />
              </dd>
              <dt>{words.received}</dt>
              <dd>
                <Share
                  of={card.observedCoverage?.facts_share ?? null}
                  label={words.receivedOf({ name: card.name })}
                />{' '}
                {card.observedCoverage && (
                  <span class="soft">
                    {words.observed({
                      facts: card.observedCoverage.facts,
                      codes: card.observedCoverage.codes,
                    })}
                    {card.observedCoverage.sampled && words.sampled}
                  </span>
                )}
              </dd>
              <dt>{words.deadLetters}</dt>
              <dd>{card.deadLetters}</dd>
            </dl>
            <p>
              <a href={`/console/hub/mappings/${card.carrier}`}>
                {words.mapping}
                <span class="unseen"> {words.mappingOf({ name: card.name })}</span>
              </a>
              {card.docs.map(({ title, url, readOn }) => (
                <span key={url}>
                  {' · '}
                  <a href={url} rel="noreferrer" lang="en">
                    {title}
                  </a>{' '}
                  <span class="soft">
                    ({readOn === null ? words.undated : words.asOf({ day: date(readOn) })})
                  </span>
                </span>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </DeskLayout>
  );
}
