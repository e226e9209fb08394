import { Find, findIn, Tabs } from '../../console/kit/choices.tsx';
import { useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import { Empty, Instant, ShowAll, Table, Tag } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import type { CarrierCard } from './console-cards.ts';

const AT = '/console/hub/carriers';

/** The tabs, and which carriers are in each. */
const SHOWN = {
  all: () => true,
  attention: needsAttention,
  used: isUsed,
  unused: (card) => !isUsed(card),
} as const satisfies Readonly<Record<string, (card: CarrierCard) => boolean>>;
type Shown = keyof typeof SHOWN;
const SHOWS = Object.keys(SHOWN) as Shown[];

function needsAttention({ inTrouble, deadLetters, mapping }: CarrierCard): boolean {
  return inTrouble > 0 || deadLetters > 0 || mapping?.rolledBack === true;
}

/** Accounts in trouble are in use, too: they would not be called otherwise. */
function isUsed({ newestAt, atWork, inTrouble }: CarrierCard): boolean {
  return newestAt !== null || atWork > 0 || inTrouble > 0;
}

/** What needs somebody comes first, then what is in use, then what is set up. Pure. */
function urgencyOf(card: CarrierCard): number {
  if (card.inTrouble > 0) return 4;
  if (needsAttention(card)) return 3;
  return isUsed(card) ? 2 : Math.min(card.accounts, 1);
}

interface CarriersPageProps extends DeskPageProps {
  readonly cards: readonly CarrierCard[];
}

/** Which carriers work now. */
export function CarriersPage({ deps, call, cards }: CarriersPageProps) {
  const words = useMessages().console.carriers;
  const { find: label } = useMessages().desk.carriers;
  const nameOf = useCarrierNames(deps);
  const shown = SHOWS.find((each) => each === call.query.get('show')) ?? 'all';
  const { wanted, matches } = findIn(call.query);
  const found = cards.filter(({ carrier }) => matches(nameOf(carrier)));
  const listed = found.filter(SHOWN[shown]).toSorted((a, b) => urgencyOf(b) - urgencyOf(a));
  const count = (each: Shown) => found.filter(SHOWN[each]).length;
  const queryOf = (each: Shown) =>
    new URLSearchParams({ ...(each !== 'all' && { show: each }), ...(wanted && { find: wanted }) });
  const tabs = SHOWS.filter((each) => each === shown || count(each) > 0).map((each) => ({
    href: `${AT}?${queryOf(each)}`,
    name: words.shows[each],
    count: count(each),
    isCurrent: each === shown,
    isUrgent: each === 'attention' && count(each) > 0,
  }));
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at={AT}>
      <PageHead title={words.title} lead={words.lead}>
        <Find {...{ at: AT, label }} fields={shown === 'all' ? {} : { show: shown }} />
      </PageHead>
      <Tabs label={words.head.state} tabs={tabs} />
      {listed.length === 0 ? (
        <Empty says={words.empty} action={<ShowAll href={AT} />} />
      ) : (
        <CarrierTable deps={deps} cards={listed} />
      )}
    </DeskLayout>
  );
}

function CarrierTable({ deps, cards }: Pick<CarriersPageProps, 'deps' | 'cards'>) {
  const words = useMessages().console.carriers;
  const nameOf = useCarrierNames(deps);
  const nowMs = deps.parts.clock.nowMs();
  const written = useNumbers();
  return (
    <Table label={words.title} head={Object.values(words.head)} stacks="lines">
      {cards.map((card) => (
        <tr key={card.carrier}>
          <th scope="row" class="kept">
            <a href={`${AT}/${card.carrier}`}>{nameOf(card.carrier)}</a>
          </th>
          <td class="state">
            <CarrierState card={card} />
          </td>
          <td>
            {card.newestAt === null ? (
              <span class="soft">–</span>
            ) : (
              <Instant at={card.newestAt} nowMs={nowMs} />
            )}
          </td>
          <td class={card.deadLetters > 0 ? 'number' : 'number none'}>
            {card.deadLetters > 0 ? (
              <FailedUpdates card={card} />
            ) : (
              <span class="soft">{isUsed(card) ? 0 : '–'}</span>
            )}
          </td>
          <td class={isUsed(card) ? 'number' : 'number none'}>
            {needsAccount(card) ? written(card.accounts) : <span class="soft">–</span>}
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Whether parcels of it need an account: those of own couriers do not. */
export const needsAccount = ({ capabilities }: CarrierCard) => !capabilities.includes('scans');

interface CardProps {
  readonly card: CarrierCard;
}

/** How many updates of a carrier failed, linked to them. */
export function FailedUpdates({ card }: CardProps) {
  const written = useNumbers();
  return (
    <a href={`/console/hub/dead-letters?carrier=${card.carrier}`}>{written(card.deadLetters)}</a>
  );
}

/** Whether it works: its accounts' problems come before what was received. */
export function CarrierState({ card }: CardProps) {
  const words = useMessages().console.carriers;
  const { accounts, inTrouble, newestAt, deadLetters, mapping } = card;
  if (inTrouble > 0) {
    return (
      <a href="/console/hub#accounts">
        <Tag tone="bad">{words.states.trouble({ count: inTrouble, total: accounts })}</Tag>
      </a>
    );
  }
  if (mapping?.rolledBack) return <Tag tone="warn">{words.states.rolledBack}</Tag>;
  if (deadLetters > 0) return <Tag tone="warn">{words.states.failing}</Tag>;
  if (newestAt !== null) return <Tag tone="good">{words.states.working}</Tag>;
  if (isUsed(card)) return <Tag>{words.states.quiet}</Tag>;
  const isSetUp = accounts > 0 || !needsAccount(card);
  return <Tag>{isSetUp ? words.states.unused : words.states.notSetUp}</Tag>;
}
