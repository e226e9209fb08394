import type { ComponentChildren } from 'preact';
import { useDates } from '../../../http/console/kit/dates.ts';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { Empty, Instant, Tag } from '../../../http/console/kit/pieces.tsx';
import { TestTag } from '../../../http/console/kit/whose.tsx';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { type BoardDelivery, ENDED_SHOWN_MAX, type EndedDelivery } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import { LocationTag, StateTag, useShiftEnd } from '../courier-state.tsx';
import { NoCouriers } from '../deliveries-page.tsx';
import { type Eta, EtaText, etasOf, useTimeLeft } from '../etas.tsx';
import { RouteColour } from '../route-colour.tsx';
import { ageOf } from './age.ts';
import { AssignMenu } from './assign-menu.tsx';
import { groupByCourier } from './by-courier.ts';
import { type CandidatesFor, candidatesAmong } from './candidates.ts';
import { idOf, pickupOf, placeOf, recipientOf, toneOf, wordIn } from './delivery-texts.ts';
import type { BoardProps } from './sight.ts';
import { latenessOf, urgencyOf } from './urgency.ts';
import { waitingOf } from './waiting.ts';

/** Couriers without a delivery that are shown; the map and the page of couriers have all. */
const FREE_MAX = 30;
/** Deliveries that are done and not folded: more would push everything else off a phone's screen. */
const DONE_AT_FIRST = 4;

interface CardsProps extends BoardProps {
  readonly candidates: CandidatesFor;
}

/**
 * The board: deliveries to assign, those under way by courier, and those that are done. A delivery
 * is assigned by its menu, or by dragging it to a courier.
 */
export function Columns(shown: BoardProps) {
  const { board, couriers, hasCouriers, sight } = shown;
  const waiting = waitingOf(board.deliveries);
  const props = { ...shown, candidates: candidatesAmong(couriers, sight.nowMs, waiting) };
  const words = useMessages().dispatch.board;
  const toAssign = waiting.map(({ each }) => each);
  const underWay = board.deliveries.filter(({ row }) => row.state === 'assigned');
  return (
    <div class="board">
      <section aria-labelledby="to-assign" data-drop-courier="">
        <ColumnHead
          {...{ id: 'to-assign', name: words.columns.toAssign, count: board.figures.open }}
          late={lateAmong(toAssign, shown)}
        />
        {toAssign.length === 0 ? (
          <Empty>
            {underWay.length + board.ended.length === 0 ? words.noDelivery : words.nothingToAssign}
          </Empty>
        ) : (
          <ul class="deliveries">
            {waiting.map(({ each, mark }) => (
              <Card
                key={idOf(each)}
                {...props}
                each={each}
                number={
                  <span class={`letter ${each.row.queuedAtMs === null ? '' : 'bad'}`}>{mark}</span>
                }
              />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="under-way">
        <ColumnHead
          {...{ id: 'under-way', name: words.columns.underWay, count: board.figures.assigned }}
          late={lateAmong(underWay, shown)}
        />
        {underWay.length === 0 && !hasCouriers ? (
          <NoCouriers mayAdd={sight.decides} />
        ) : underWay.length === 0 && couriers.length === 0 ? (
          <Empty>
            {words.nobodyOnShift}{' '}
            <a href={`${sight.at}/couriers`}>{useMessages().couriers.shifts.acts.start}</a>
          </Empty>
        ) : (
          <ByCourier {...props} underWay={underWay} />
        )}
      </section>
      <section aria-labelledby="done">
        <ColumnHead id="done" name={words.columns.done} count={endedCount(board)} />
        {board.ended.length === 0 ? <Empty>{words.nothingDone}</Empty> : <Done {...props} />}
      </section>
    </div>
  );
}

/** The newest that are done, and the others folded. */
function Done(props: BoardProps) {
  const { ended } = props.board;
  const cards = (of: readonly EndedDelivery[]) => (
    <ul class="deliveries">
      {of.map((each) => (
        <DoneCard key={idOf(each)} {...props} each={each} />
      ))}
    </ul>
  );
  return (
    <>
      {cards(ended.slice(0, DONE_AT_FIRST))}
      {ended.length > DONE_AT_FIRST && (
        <details id="all-done">
          <summary>{useMessages().dispatch.board.allDone}</summary>
          {cards(ended.slice(DONE_AT_FIRST))}
        </details>
      )}
    </>
  );
}

/** How many ended lately, or that there are more than the board shows. */
export function endedCount({ ended }: BoardProps['board']): string {
  return ended.length < ENDED_SHOWN_MAX ? String(ended.length) : `${ENDED_SHOWN_MAX}+`;
}

interface HeadProps {
  readonly id: string;
  readonly name: string;
  readonly count: number | string;
  readonly late?: number;
}

function ColumnHead({ id, name, count, late = 0 }: HeadProps) {
  const words = useMessages().dispatch.board;
  return (
    <h2 id={id}>
      {name} <span class="count">{count}</span>{' '}
      {late > 0 && <Tag tone="bad">{words.lateCount({ count: late })}</Tag>}
    </h2>
  );
}

function lateAmong(
  deliveries: readonly BoardDelivery[],
  { arrivals, sight }: Pick<BoardProps, 'arrivals' | 'sight'>,
): number {
  return deliveries.filter((each) => urgencyOf(each, arrivals, sight.nowMs) === 'late').length;
}

/** A courier on shift with what is on the route; a delivery dropped here is assigned. */
function ByCourier(props: CardsProps & { readonly underWay: readonly BoardDelivery[] }) {
  const { underWay, couriers, sight, tenants } = props;
  const words = useMessages().dispatch.board;
  const { of: theirs, away, colours } = groupByCourier(underWay, couriers);
  const busy = couriers.filter(({ id }) => colours.has(id));
  const free = couriers.filter(({ id }) => !colours.has(id));
  return (
    <ul class="by-courier">
      {away.length > 0 && (
        <li class="courier-row" id="courier-row-away">
          <h3>
            <Tag tone="bad">{words.courierAway}</Tag>
          </h3>
          <Cards {...props} of={away} />
        </li>
      )}
      {[...busy, ...free.slice(0, FREE_MAX)].map((courier) => (
        <li
          class="courier-row"
          key={courier.id}
          id={`courier-row-${courier.id}`}
          data-map-item={courier.id}
          data-drop-courier={sight.decides ? courier.id : undefined}
          data-of={`${courier.merchant_id} ${courier.mode}`}
        >
          <h3>
            <RouteColour of={colours.get(courier.id)} />
            <a href={sight.pathOf.courier(courier.id)}>{courier.name}</a>{' '}
            <TestTag mode={courier.mode} isMixed={tenants !== null} />{' '}
            <LocationTag courier={courier} nowMs={sight.nowMs} />{' '}
            <StateTag courier={courier} nowMs={sight.nowMs} />
          </h3>
          <Work courier={courier} nowMs={sight.nowMs} />
          <Cards {...props} of={theirs.get(courier.id) ?? []} route={colours.get(courier.id)} />
        </li>
      ))}
      {free.length > FREE_MAX && (
        <li class="soft">{words.moreFree({ count: free.length - FREE_MAX })}</li>
      )}
    </ul>
  );
}

/** What a courier has on board and to pick up, and until when the shift lasts. */
function Work({ courier, nowMs }: { readonly courier: MapCourier; readonly nowMs: number }) {
  const { courierMap } = useMessages().console;
  const { holds: carried, to_load: toLoad } = courier;
  const load = carried + toLoad > 0 && courierMap.load({ carried, toLoad });
  const work = [load, useShiftEnd(nowMs)(courier)].filter(Boolean).join(' · ');
  return work === '' ? null : <p class="delivery-about">{work}</p>;
}

interface OfCourier {
  readonly of: readonly BoardDelivery[];
  /** The colour of their courier's route, in which their numbers are; absent: they have none. */
  readonly route?: number | undefined;
}

function Cards({ of, route, ...props }: CardsProps & OfCourier) {
  if (of.length === 0) return null;
  const etas = etasOf(of.map(({ row }) => props.arrivals.get(row.shipmentId)));
  return (
    <ul class="deliveries">
      {of.map((each, index) => (
        <Card
          key={idOf(each)}
          {...props}
          each={each}
          eta={etas[index]}
          number={route !== undefined && <RouteColour of={route}>{index + 1}</RouteColour>}
        />
      ))}
    </ul>
  );
}

/** Whether its courier can still change: a parcel in somebody's bag changes hands by scan. */
const canChange = ({ phase }: BoardDelivery) =>
  phase === 'pending' || phase === 'offered' || phase === 'assigned';

interface CardProps extends CardsProps {
  readonly each: BoardDelivery;
  /** Its letter, or its place in the order of its courier, as on the map. */
  readonly number?: ComponentChildren;
  readonly eta?: Eta | undefined;
}

function Card({ each, number, eta, ...props }: CardProps) {
  const { sight, chosenId, tenants, arrivals } = props;
  const { row } = each;
  const id = idOf(each);
  const changes = sight.decides && canChange(each);
  const urgency = urgencyOf(each, arrivals, sight.nowMs);
  return (
    <li
      class={['delivery', urgency].filter(Boolean).join(' ')}
      id={`card-${id}`}
      data-row
      data-map-item={id}
      aria-current={id === chosenId ? 'true' : undefined}
      draggable={changes ? true : undefined}
      data-of={`${row.merchantId} ${row.mode}`}
    >
      <p class="delivery-head">
        <Place text={placeOf(each, sight.seesPeople)} number={number}>
          {(street) => (
            // The card is dragged, not the address of the link.
            <a href={`${sight.at}?courier=${id}`} id={id} data-map-item={id} draggable={false}>
              {street}
              <span class="unseen">{` ${each.trackingNumber}`}</span>
            </a>
          )}
        </Place>
        {row.state === 'open' ? (
          <Due {...{ each, sight }} />
        ) : (
          <EtaText eta={eta} zone={each.zone} nowMs={sight.nowMs} />
        )}
      </p>
      <p class="delivery-state">
        <States
          {...props}
          each={each}
          lateMs={urgency === 'late' ? latenessOf(each, arrivals, sight.nowMs) : null}
        />{' '}
        <TestTag mode={row.mode} isMixed={tenants !== null} />{' '}
        <span class="whom">{whomOf(each, sight.seesPeople)}</span>
      </p>
      <About {...props} each={each} />
      {changes && <AssignMenu {...props} each={each} />}
    </li>
  );
}

interface PlaceProps {
  readonly text: string;
  readonly number?: ComponentChildren;
  /** Wraps the street. */
  readonly children?: (street: string | undefined) => ComponentChildren;
}

/** The street of an address, which is short enough for one line. */
function Place({ text, number, children = (street) => street }: PlaceProps) {
  return (
    <span class="place" title={text}>
      {number}
      <b>{children(partsOf(text).street)}</b>
    </span>
  );
}

/** The town without its postal code, and the recipient. Pure. */
function whomOf(each: Whom, seesPeople: boolean): string {
  const { town } = partsOf(placeOf(each, seesPeople));
  return [town, recipientOf(each, seesPeople)].filter(Boolean).join(' · ');
}

/** An address as its street and its town without the postal code; coordinates stay one. Pure. */
function partsOf(text: string): { readonly street: string; readonly town: string } {
  const [street = '', ...rest] = /\p{L}/u.test(text) ? text.split(', ') : [text];
  const town = rest.join(', ').split(' ');
  const words = town.filter((word) => !/\d/.test(word));
  return { street, town: (words.length > 0 ? words : town).join(' ') };
}

type Whom = Parameters<typeof placeOf>[0] & Parameters<typeof recipientOf>[0];

/**
 * In how long a delivery without a courier is wanted, or its parcel is ready, or how long it waits;
 * with the exact time on hover.
 */
function Due({ each, sight }: Pick<CardProps, 'each' | 'sight'>) {
  const words = useMessages().dispatch.board;
  const { nowMs } = sight;
  const { clock } = useDates(nowMs);
  const timeLeft = useTimeLeft(nowMs);
  const { locale } = useSpoken();
  const { readyAtMs, openedAtMs, deliveryToMs } = each.row;
  const sinceMs = Math.max(readyAtMs, openedAtMs);
  const [ofMs, text] =
    deliveryToMs !== null
      ? [
          deliveryToMs,
          deliveryToMs < nowMs
            ? words.lateBy({ age: ageOf(locale, nowMs, deliveryToMs) })
            : words.due({ time: timeLeft(deliveryToMs) }),
        ]
      : readyAtMs > nowMs
        ? [readyAtMs, words.ready({ time: timeLeft(readyAtMs) })]
        : [sinceMs, words.waiting({ age: ageOf(locale, nowMs, sinceMs) })];
  return (
    <time class="eta" dateTime={iso(ofMs)} title={clock(iso(ofMs), each.zone)}>
      {text}
    </time>
  );
}

interface StatesProps extends Pick<CardProps, 'each'> {
  /** By how much it will be late; null: it will not. */
  readonly lateMs: number | null;
}

/** How a delivery stands, with one red tag at most; its head says already how late an order is. */
function States({ each, lateMs }: StatesProps) {
  const words = useMessages().dispatch.board;
  const { locale } = useSpoken();
  const { row, phase, trouble, pause } = each;
  const late =
    lateMs !== null &&
    (row.state === 'open' ? words.late : words.lateBy({ age: ageOf(locale, lateMs, 0) }));
  const bad = trouble === null ? late : troubleIn(words.troubles, trouble);
  return (
    <>
      {bad && <Tag tone="bad">{bad}</Tag>}{' '}
      <Tag tone={bad ? 'plain' : toneOf(row, phase)}>{wordIn(words, row, phase, pause)}</Tag>
    </>
  );
}

/** Where it is picked up, and what matters about some: a large parcel, open offers, the merchant. */
function About({ each, sight, merchants, tenants, chosenId }: CardProps) {
  const words = useMessages().dispatch.board;
  const { row, trackingNumber } = each;
  const isMixed = tenants !== null && tenants.length > 1;
  const pickup = canChange(each) && pickupOf(each, sight.seesPeople);
  const about = [
    pickup && words.pickup({ name: pickup }),
    row.packageSize !== 'small' && words.sizes[row.packageSize],
    isMixed && merchants.get(row.merchantId),
    idOf(each) === chosenId && trackingNumber,
    offersMade(words, each),
  ].filter(Boolean);
  return about.length === 0 ? null : <p class="delivery-about">{about.join(' · ')}</p>;
}

/** How many couriers an open delivery was offered to, and how many of them answered. */
function offersMade(
  words: Messages['dispatch']['board'],
  { row, couriersOffered: asked, unanswered: open }: BoardDelivery,
): string | null {
  if (row.state !== 'open' || asked === 0) return null;
  return words.asked({ asked, open, answered: asked - open });
}

function DoneCard({
  each,
  sight,
  couriers,
  tenants,
}: BoardProps & { readonly each: EndedDelivery }) {
  const words = useMessages().dispatch.board;
  const id = idOf(each);
  const courierId = each.row.courierId === null ? null : wireId('courier', each.row.courierId);
  const courier = couriers.find((one) => one.id === courierId);
  return (
    <li class="delivery" id={`card-${id}`} data-row>
      <p class="delivery-head">
        <Place text={placeOf(each, sight.seesPeople)}>
          {(street) => (
            <a href={`${sight.at}/${id}`} id={id}>
              {street}
              <span class="unseen">{` ${each.trackingNumber}`}</span>
            </a>
          )}
        </Place>
        <Instant at={iso(each.endedAtMs)} nowMs={sight.nowMs} />
      </p>
      <p class="delivery-state">
        <Tag tone={each.phase === 'delivered' ? 'good' : 'warn'}>{words.phases[each.phase]}</Tag>{' '}
        <TestTag mode={each.row.mode} isMixed={tenants !== null} />{' '}
        <span class="whom">{whomOf(each, sight.seesPeople)}</span>
      </p>
      {courier && <p class="delivery-about">{courier.name}</p>}
    </li>
  );
}

function troubleIn(troubles: object, trouble: string): string {
  return (troubles as Readonly<Record<string, string>>)[trouble] ?? trouble;
}
