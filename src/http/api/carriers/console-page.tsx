import { Share, Tag } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';
import type { CarrierCard } from './console-cards.ts';

interface CarriersPageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly cards: readonly CarrierCard[];
}

/**
 * What each carrier can do, how well it is proven, and which of its codes were actually received.
 */
export function CarriersPage({ deps, call, cards }: CarriersPageProps) {
  return (
    <Layout assets={deps.assets} title="Carriers" visitor={call.visitor} at="/ops/carriers">
      <h1>Carriers</h1>
      <ul class="cards pairs">
        {cards.map((card) => (
          <li key={card.carrier} class="card">
            <h2>
              {card.name} {card.level && <Tag tone="good">{card.level}</Tag>}
            </h2>
            <p class="tags">
              {card.capabilities.map((capability) => (
                <Tag key={capability}>{capability.replaceAll('_', ' ')}</Tag>
              ))}
            </p>
            <dl class="facts">
              {card.checks && (
                <>
                  <dt>Conformance checks</dt>
                  <dd>
                    {card.checks.passed} of {card.checks.total}
                  </dd>
                </>
              )}
              <dt>Documented codes mapped</dt>
              <dd>
                <Share of={card.documented} label={`Documented codes of ${card.name} mapped`} />
              </dd>
              <dt>Received facts mapped</dt>
              <dd>
                <Share
                  of={card.observedCoverage?.facts_share ?? null}
                  label={`Facts of ${card.name} mapped`}
                />{' '}
                {card.observedCoverage && (
                  <span class="soft">
                    {card.observedCoverage.facts.toLocaleString('en')} facts,{' '}
                    {card.observedCoverage.codes} codes
                    {card.observedCoverage.sampled && ', estimated from a sample'}
                  </span>
                )}
              </dd>
              <dt>Dead letters</dt>
              <dd>{card.deadLetters}</dd>
            </dl>
            <p>
              <a href={`/ops/mappings/${card.carrier}`}>
                Mapping<span class="unseen"> of {card.name}</span>
              </a>
              {card.docs.map(({ title, url, readOn }) => (
                <span key={url}>
                  {' · '}
                  <a href={url} rel="noreferrer">
                    {title}
                  </a>{' '}
                  <span class="soft">({readOn === null ? 'undated copy' : `as of ${readOn}`})</span>
                </span>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </Layout>
  );
}
