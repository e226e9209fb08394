import { useDates } from '../../console/kit/dates.ts';
import { namedBy, useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import { Instant, Share, Table, Tag, Version } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import type { CarrierCard } from './console-cards.ts';

interface CarriersPageProps extends DeskPageProps {
  readonly cards: readonly CarrierCard[];
}

/** What needs somebody comes first, then what is in use. Pure. */
function urgencyOf({ inTrouble, deadLetters, newestAt, accounts }: CarrierCard): number {
  if (inTrouble > 0) return 4;
  if (deadLetters > 0) return 3;
  return newestAt === null ? Math.min(accounts, 1) : 2;
}

type NamedCard = CarrierCard & { readonly name: string };

/** Which carriers work now, and how well each is proven. */
export function CarriersPage({ deps, call, cards }: CarriersPageProps) {
  const words = useMessages().console.carriers;
  const nameOf = useCarrierNames(deps);
  const nowMs = deps.parts.clock.nowMs();
  const written = useNumbers();
  const named = cards
    .map((card) => ({ ...card, name: nameOf(card.carrier) }))
    .toSorted((a, b) => urgencyOf(b) - urgencyOf(a));
  // A column that says the same in each row says nothing.
  const levelsDiffer = new Set(cards.map(({ level }) => level)).size > 1;
  const sharesDiffer = cards.some(({ documented }) => (documented ?? 1) < 1);
  const { level, codes, ...always } = words.head;
  const head = [
    ...Object.values(always),
    ...(levelsDiffer ? [level] : []),
    ...(sharesDiffer ? [codes] : []),
  ];
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at="/console/hub/carriers">
      <PageHead title={words.title} />
      <Table label={words.title} head={head} stacks>
        {named.map((card) => (
          <tr key={card.carrier}>
            <th scope="row" class="kept">
              {card.name}
            </th>
            <td>
              <State card={card} />
            </td>
            <td>
              {card.newestAt === null ? (
                <span class="soft">–</span>
              ) : (
                <Instant at={card.newestAt} nowMs={nowMs} />
              )}
            </td>
            <td class="number">
              {card.deadLetters === 0 ? (
                <span class="soft">0</span>
              ) : (
                <a href={`/console/hub/dead-letters?carrier=${card.carrier}`}>
                  {written(card.deadLetters)}
                </a>
              )}
            </td>
            <td>
              <a href={`/console/hub/mappings/${card.carrier}`}>
                <span class="unseen">{words.mappingOf({ name: card.name })} </span>
                <Version of={card.mapping?.version ?? null} />
              </a>{' '}
              {card.mapping?.rolledBack && <Tag tone="warn">{words.rolledBack}</Tag>}
              {card.mapping && (
                <span class="soft">
                  <Instant at={card.mapping.since} nowMs={nowMs} />
                </span>
              )}
            </td>
            {levelsDiffer && (
              <td title={words.conformanceLead}>
                {card.level && <Tag>{namedBy(words.levels, card.level)}</Tag>}
              </td>
            )}
            {sharesDiffer && (
              <td>
                {card.documented !== 1 && (
                  <Share of={card.documented} label={words.documentedOf({ name: card.name })} />
                )}
              </td>
            )}
          </tr>
        ))}
      </Table>
      <details>
        <summary>{words.conformance}</summary>
        <p class="lead">{words.conformanceLead}</p>
        <ul class="cards pairs">
          {named.map((card) => (
            <Conformance key={card.carrier} card={card} nowMs={nowMs} />
          ))}
        </ul>
      </details>
    </DeskLayout>
  );
}

interface CardProps {
  readonly card: NamedCard;
  readonly nowMs: number;
}

/** Whether it works: its accounts' problems come before what was received. */
function State({ card: { accounts, inTrouble, newestAt, capabilities } }: Pick<CardProps, 'card'>) {
  const words = useMessages().console.carriers.states;
  if (inTrouble > 0) {
    return (
      <a href="/console/hub#accounts">
        <Tag tone="bad">{words.trouble({ count: inTrouble, total: accounts })}</Tag>
      </a>
    );
  }
  if (newestAt !== null) return <Tag tone="good">{words.working}</Tag>;
  // Own couriers need no account.
  const isSetUp = accounts > 0 || capabilities.includes('scans');
  return <Tag>{isSetUp ? words.quiet : words.notSetUp}</Tag>;
}

function Conformance({ card, nowMs }: CardProps) {
  const words = useMessages().console.carriers;
  const { date } = useDates(nowMs);
  const { name, checks, observedCoverage } = card;
  return (
    <li class="card">
      <h2>{name}</h2>
      <p class="tags">
        {card.capabilities.map((capability) => (
          <Tag key={capability}>{words.capabilities[capability]}</Tag>
        ))}
      </p>
      <dl class="facts">
        {checks && (
          <>
            <dt>{words.checks}</dt>
            <dd>{words.passed(checks)}</dd>
          </>
        )}
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
      </dl>
      {card.docs.map(({ title, url, readOn }) => (
        <p key={url}>
          <a href={url} rel="noreferrer" lang="en">
            {title}
          </a>{' '}
          {readOn !== null && <span class="soft">({words.asOf({ day: date(readOn) })})</span>}
        </p>
      ))}
    </li>
  );
}
