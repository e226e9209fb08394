import type { ComponentChildren } from 'preact';
import { useDates } from '../../../http/console/kit/dates.ts';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { Empty, Filled, Tag } from '../../../http/console/kit/pieces.tsx';
import { TestTag } from '../../../http/console/kit/whose.tsx';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { type BoardDelivery, promisedBy } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import type { StopAhead } from '../courier-map/stops-ahead.ts';
import { PickupText } from '../courier-map/visit-row.tsx';
import { AttentionTag, StateTag, useShiftEnd, useUntil } from '../courier-state.tsx';
import { NoCouriers } from '../deliveries-page.tsx';
import { EtaText, etasOf, pickupEtaOf, useTimeLeft } from '../etas.tsx';
import { courierTone } from '../map-marks.tsx';
import { RouteColour } from '../route-colour.tsx';
import { ageOf } from './age.ts';
import { AssignMenu, Spare } from './assign-menu.tsx';
import { type ByCourier as Groups, groupByCourier } from './by-courier.ts';
import { type CandidatesFor, candidatesAmong } from './candidates.ts';
import { idOf, placeOf, toneOf, wordIn } from './delivery-texts.ts';
import { Done, fromOf, Place, whomOf } from './done.tsx';
import type { BoardProps } from './sight.ts';
import { latenessOf, urgencyOf } from './urgency.ts';
import { waitingOf } from './waiting.ts';

/** Couriers without a delivery that are shown; the map and the page of couriers have all. */
const FREE_MAX = 30;

interface CardsProps extends BoardProps {
  readonly candidates: CandidatesFor;
}

/**
 * The board: deliveries to assign, those under way by courier, and those that are done. A delivery
 * is assigned by its menu, or by dragging it to a courier.
 */
export function Columns(shown: BoardProps) {
  const { board, couriers, hasCouriers, sight } = shown;
  const props = withCandidates(shown);
  const { waiting } = props;
  const words = useMessages().dispatch.board;
  const toAssign = waiting.map(({ each }) => each);
  const underWay = board.deliveries.filter(({ row }) => row.state === 'assigned');
  const groups = groupByCourier(underWay, couriers, shown.routes);
  const etas = etasById([...groups.of.values(), groups.away], shown.arrivals);
  return (
    <div class="board">
      <section aria-labelledby="to-assign" data-drop-courier="">
        <ColumnHead
          {...{ id: 'to-assign', name: words.columns.toAssign, count: board.figures.open }}
          late={lateAmong(toAssign, etas, sight.nowMs)}
        />
        {toAssign.length === 0 ? (
          <Empty>
            {underWay.length + board.ended.length === 0 ? words.noDelivery : words.nothingToAssign}
          </Empty>
        ) : (
          <WaitingCards {...props} />
        )}
      </section>
      <section aria-labelledby="under-way">
        <ColumnHead
          {...{ id: 'under-way', name: words.columns.underWay, count: board.figures.assigned }}
          late={lateAmong(underWay, etas, sight.nowMs)}
        />
        {underWay.length === 0 && !hasCouriers ? (
          <NoCouriers mayAdd={sight.decides} />
        ) : underWay.length === 0 && couriers.length === 0 ? (
          <Empty>
            {words.nobodyOnShift}{' '}
            <a href={`${sight.at}/couriers`}>{useMessages().couriers.shifts.acts.start}</a>
          </Empty>
        ) : (
          <ByCourier {...props} {...groups} etas={etas} />
        )}
      </section>
      <Done {...props} />
    </div>
  );
}

/** The props of cards, with the deliveries without a courier and who could bring them. */
export function withCandidates(shown: BoardProps) {
  const waiting = waitingOf(shown.board.deliveries);
  const candidates = candidatesAmong(shown.couriers, shown.sight.nowMs, waiting);
  return { ...shown, waiting, candidates };
}

/** Deliveries without a courier, the most urgent first, with the letters they have on the map. */
export function WaitingCards({ waiting, ...props }: ReturnType<typeof withCandidates>) {
  return (
    <ul class="deliveries">
      {waiting.map(({ each, mark }, index) => (
        <Card
          key={idOf(each)}
          {...props}
          each={each}
          isMostUrgent={index === 0}
          number={<span class={`letter ${each.row.queuedAtMs === null ? '' : 'bad'}`}>{mark}</span>}
        />
      ))}
    </ul>
  );
}

interface HeadProps {
  readonly id: string;
  readonly name: string;
  readonly count: number;
  readonly late: number;
}

function ColumnHead({ id, name, count, late }: HeadProps) {
  const words = useMessages().dispatch.board;
  return (
    <h2 id={id}>
      {name} <span class="count">{count}</span>{' '}
      {late > 0 && <Tag tone="bad">{words.lateCount({ count: late })}</Tag>}
    </h2>
  );
}

/** When deliveries are handed over, by shipment; undefined: not known. */
type Etas = ReadonlyMap<string, number | undefined>;

/** @param routes each courier's deliveries, in driving order. Pure. */
function etasById(
  routes: readonly (readonly BoardDelivery[])[],
  arrivals: BoardProps['arrivals'],
): Etas {
  return new Map(
    routes.flatMap((of) => {
      const etas = etasOf(of.map(({ row }) => arrivals.get(row.shipmentId)));
      return of.map(({ row }, index) => [row.shipmentId, etas[index]] as const);
    }),
  );
}

/** How many cards say that they are late. */
function lateAmong(deliveries: readonly BoardDelivery[], etas: Etas, nowMs: number): number {
  const urgency = (each: BoardDelivery) => urgencyOf(each, etas.get(each.row.shipmentId), nowMs);
  return deliveries.filter((each) => urgency(each) === 'late').length;
}

/** A courier on shift with what is on the route; a delivery dropped here is assigned. */
function ByCourier({
  of: theirs,
  away,
  colours,
  stops,
  etas,
  ...props
}: CardsProps & Groups & Pick<OfCourier, 'etas'>) {
  const { couriers, sight, tenants } = props;
  const words = useMessages().dispatch.board;
  const isBusy = ({ id }: MapCourier) => (theirs.get(id) ?? []).length > 0;
  const busy = couriers.filter(isBusy);
  const free = couriers.filter((courier) => !isBusy(courier));
  return (
    <ul class="by-courier">
      {away.length > 0 && (
        <li class="courier-row" id="courier-row-away">
          <h3>
            <Tag tone="bad">{words.courierAway}</Tag>
          </h3>
          <Cards {...props} {...{ stops, etas }} of={away} />
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
            <RouteColour of={colours.get(courier.id) ?? courierTone(courier)} />
            <a href={sight.pathOf.courier(courier.id)}>{courier.name}</a>{' '}
            <TestTag mode={courier.mode} isMixed={tenants !== null} />{' '}
            <AttentionTag courier={courier} nowMs={sight.nowMs} />{' '}
            <StateTag courier={courier} nowMs={sight.nowMs} />
          </h3>
          <Work courier={courier} nowMs={sight.nowMs} />
          <Cards
            {...props}
            {...{ stops, etas }}
            of={theirs.get(courier.id) ?? []}
            by={courier.vehicle}
            route={colours.get(courier.id)}
          />
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
  readonly by?: MapCourier['vehicle'];
  readonly of: readonly BoardDelivery[];
  readonly stops: ReadonlyMap<string, StopAhead>;
  readonly etas: Etas;
  /** The colour of their courier's route, in which their numbers are; absent: they have none. */
  readonly route?: number | undefined;
}

/** A courier's deliveries in driving order, each place where parcels are fetched before them. */
function Cards({ of, stops, etas, route, by = 'bike', ...props }: CardsProps & OfCourier) {
  if (of.length === 0) return null;
  const etaOf = ({ row }: BoardDelivery) => etas.get(row.shipmentId);
  const stopOf = ({ row }: BoardDelivery) => stops.get(row.shipmentId);
  return (
    <ul class="deliveries">
      {of.map((each, index) => {
        const { number, pickup } = stopOf(each) ?? {};
        const isFirst = of.find((other) => stopOf(other)?.pickup === pickup) === each;
        const etaMs = etaOf(each);
        const before = of[index - 1];
        return [
          pickup && isFirst && (
            <li class="delivery fetch" key={pickup.id} data-map-item={pickup.id}>
              <p class="delivery-head">
                <span class="place">
                  <RouteColour of={route} isPickup>
                    {pickup.number}
                  </RouteColour>
                  <b>
                    <PickupText {...pickup} />
                  </b>
                </span>
                <EtaText
                  etaMs={pickupEtaOf(
                    { ...each, etaMs },
                    before && { ...before, etaMs: etaOf(before) },
                    by,
                  )}
                  zone={each.zone}
                  nowMs={props.sight.nowMs}
                />
              </p>
            </li>
          ),
          <Card
            key={idOf(each)}
            {...props}
            {...{ each, etaMs }}
            hasPickup={Boolean(pickup)}
            number={number && <RouteColour of={route}>{number}</RouteColour>}
          />,
        ];
      })}
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
  /** Its pickup is a row of its own. */
  readonly hasPickup?: boolean;
  readonly isMostUrgent?: boolean;
  readonly etaMs?: number | undefined;
}

function Card({ each, number, hasPickup = false, etaMs, ...props }: CardProps) {
  const { sight, chosenId, tenants } = props;
  const { row } = each;
  const id = idOf(each);
  const changes = sight.decides && canChange(each);
  const urgency = urgencyOf(each, etaMs, sight.nowMs);
  const lateMs = latenessOf(each, etaMs, sight.nowMs);
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
            <a href={sight.pathOf.chosen(id)} id={id} data-map-item={id} draggable={false}>
              {street}
              <span class="unseen">{` ${each.trackingNumber}`}</span>
            </a>
          )}
        </Place>
        {row.state === 'open' ? (
          <By {...{ each, sight }} />
        ) : (
          <EtaText etaMs={etaMs} zone={each.zone} nowMs={sight.nowMs} />
        )}
      </p>
      <p class="delivery-state">
        <States {...props} each={each} lateMs={urgency === 'late' ? lateMs : null} />{' '}
        <TestTag mode={row.mode} isMixed={tenants !== null} />{' '}
        {row.state === 'open' ? (
          <Since {...{ each, sight }} />
        ) : (
          <span class="eta">
            <By {...{ each, sight }} />
            {(urgency === 'soon' || urgency === 'critical') && <Spare lateMs={lateMs} />}
          </span>
        )}
      </p>
      <About {...props} {...{ each, hasPickup }} />
      <Offered {...props} each={each} />
      {sight.decides && <AssignMenu {...props} {...{ each, changes }} />}
    </li>
  );
}

type TimeProps = Pick<CardProps, 'each' | 'sight'>;

/** By when the recipient was promised the parcel. */
function By({ each, sight }: TimeProps) {
  const words = useMessages().dispatch.board;
  const at = useUntil(sight.nowMs);
  const byMs = promisedBy(each.row);
  if (byMs === null) return null;
  return (
    <time class="eta" dateTime={iso(byMs)}>
      {words.by({ time: at(byMs, each.zone) })}
    </time>
  );
}

/** In how long the parcel of a delivery without a courier is ready, or how long it waits. */
function Since({ each, sight: { nowMs } }: TimeProps) {
  const words = useMessages().dispatch.board;
  const { clock } = useDates(nowMs);
  const timeLeft = useTimeLeft(nowMs);
  const { locale } = useSpoken();
  const { readyAtMs, openedAtMs } = each.row;
  const sinceMs = Math.max(readyAtMs, openedAtMs);
  return (
    <time class="whom" dateTime={iso(sinceMs)} title={clock(iso(sinceMs), each.zone)}>
      {readyAtMs > nowMs
        ? words.ready({ time: timeLeft(readyAtMs) })
        : words.waiting({ age: ageOf(locale, nowMs, sinceMs) })}
    </time>
  );
}

interface StatesProps extends Pick<CardProps, 'each'> {
  /** By how much it will be late; null: it will not. */
  readonly lateMs: number | null;
}

/** How a delivery stands, with one red tag at most. */
function States({ each, lateMs }: StatesProps) {
  const words = useMessages().dispatch.board;
  const { locale } = useSpoken();
  const { row, phase, trouble, pause } = each;
  const late = lateMs !== null && words.lateBy({ age: ageOf(locale, lateMs, 0) });
  const bad = trouble === null ? late : troubleIn(words.troubles, trouble);
  return (
    <>
      {bad && <Tag tone="bad">{bad}</Tag>}{' '}
      <Tag tone={bad ? 'plain' : toneOf(row, phase)}>{wordIn(words, row, phase, pause)}</Tag>
    </>
  );
}

/** Where it is picked up, who gets it, and what matters about some: the merchant, the number. */
function About({ each, sight, merchants, tenants, chosenId, hasPickup }: CardProps) {
  const words = useMessages().dispatch.board;
  const isMixed = tenants !== null && tenants.length > 1;
  const { packageSize } = each.row;
  const size = packageSize !== 'small' && words.sizes[packageSize];
  const whom = whomOf(each, sight.seesPeople);
  const rows = [
    [words.from, !hasPickup && canChange(each) && fromOf(each, sight.seesPeople)],
    [words.to, whom && [whom, size].filter(Boolean).join(' · ')],
  ].filter(([, place]) => place);
  const more = [
    !whom && size,
    isMixed && merchants.get(each.row.merchantId),
    idOf(each) === chosenId && each.trackingNumber,
  ].filter(Boolean);
  return (
    <>
      {rows.length > 0 && (
        <dl class="delivery-about way">
          {rows.map(([name, place]) => [
            <dt key={`${name} name`}>{name}</dt>,
            <dd key={`${name} value`}>{place}</dd>,
          ])}
        </dl>
      )}
      {more.length > 0 && <p class="delivery-about">{more.join(' · ')}</p>}
    </>
  );
}

/** Couriers with the same answer whom a card names; the page of the delivery has all. */
const OFFERED_SHOWN = 3;

/** Which couriers an open delivery was offered to and when, by what they answered. */
function Offered({ each: { row, offers, zone }, couriers, sight }: CardProps) {
  const { board: words, decision } = useMessages().dispatch;
  const { clock } = useDates(sight.nowMs);
  if (row.state !== 'open') return null;
  const nameOf = (courierId: string) =>
    couriers.find(({ id }) => id === wireId('courier', courierId))?.name ?? decision.aCourier;
  const texts = [...new Set(offers.map(({ state }) => state))].map((state) => {
    const theirs = offers.filter((offer) => offer.state === state).toReversed();
    const shown = theirs.slice(0, OFFERED_SHOWN);
    const more = theirs.length - shown.length;
    const names = [
      ...shown.map((each) => `${nameOf(each.courierId)} ${clock(iso(each.offeredAtMs), zone)}`),
      ...(more > 0 ? [`+${more}`] : []),
    ];
    return (
      <p key={state} class="delivery-about">
        <Filled
          text={words.asked({ names: names.join(', '), answer: '{answer}' })}
          parts={{
            answer: <b class={state === 'open' ? 'soon' : undefined}>{decision.answers[state]}</b>,
          }}
        />
      </p>
    );
  });
  return <>{texts}</>;
}

function troubleIn(troubles: object, trouble: string): string {
  return (troubles as Readonly<Record<string, string>>)[trouble] ?? trouble;
}
