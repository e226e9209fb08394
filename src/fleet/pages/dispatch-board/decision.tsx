import type { ComponentChildren } from 'preact';
import { useMessages } from '../../../http/console/kit/language.ts';
import { PageHead } from '../../../http/console/kit/layout.tsx';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import { Moment, Tag } from '../../../http/console/kit/pieces.tsx';
import { Recipient } from '../../../http/console/shipments/recipient.tsx';
import { initialsOf, type MapData } from '../../../http/maps/map-data.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { DeliveryView } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import { stateOf } from '../courier-state.tsx';
import { useWhy } from './assign-menu.tsx';
import { candidatesAmong } from './candidates.ts';
import { type Explanation, Offers, Steps } from './course.tsx';
import { placeOf, toneOf, wordIn } from './delivery-texts.ts';
import type { BoardSight } from './sight.ts';

export interface DecisionProps {
  readonly sight: BoardSight;
  readonly view: DeliveryView;
  readonly explanation: Explanation;
  /** The couriers on shift of its merchant and mode. */
  readonly couriers: readonly MapCourier[];
  /** What the couriers of the explanation are called, by their public ids. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Shows one delivery: why it is in its state, and who should bring it. For operators and members of
 * a merchant.
 */
export function DecisionParts(props: DecisionProps) {
  const { sight, view, explanation, names } = props;
  const { row, phase, pause, wasPickedUp, details, personal } = view;
  const { dispatch, desk } = useMessages();
  const { decision: words, board } = dispatch;
  const stateText = wordIn(board, row, phase, pause);
  const nameOf = (id: string | null) => (id === null ? '–' : (names.get(id) ?? words.aCourier));
  const isDecided = row.state === 'ended' || wasPickedUp;
  const courierId = row.courierId === null ? null : wireId('courier', row.courierId);
  const destination = { personal: () => personal, destination: details.destination };
  const card = (id: string, title: string, content: ComponentChildren) => (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {content}
    </section>
  );
  return (
    <>
      <PageHead
        title={placeOf(destination, sight.seesPeople)}
        above={[[sight.at, board.title]]}
        marks={<Tag tone={toneOf(row, phase)}>{stateText}</Tag>}
      >
        {sight.decides && !isDecided && <AssignForm {...props} courierId={courierId} />}
      </PageHead>
      <div class="two parcel">
        <div>
          <div class="card headline">
            <p>
              {sight.decides ? (
                <Situation {...{ view, sight, explanation, stateText }} />
              ) : (
                stateText
              )}
            </p>
            {sight.decides && isDecided && row.state !== 'ended' && (
              <p class="soft">{words.inBag}</p>
            )}
          </div>
          <PageMap map={sight.map} label={words.map} data={toMapData(view, nameOf(courierId))} />
          {card('offers', words.weighed, <Offers {...{ explanation, nameOf }} />)}
          {card(
            'timeline',
            words.whatHappened,
            <Steps {...{ explanation, nameOf }} nowMs={sight.nowMs} />,
          )}
        </div>
        <div>
          {/* How to reach the recipient is on the parcel's page, for those who have to. */}
          {sight.seesPeople && (
            <Recipient
              personal={{ ...personal, recipient: { name: personal.recipient?.['name'] } }}
            />
          )}
          {card(
            'details',
            desk.shipment.details,
            <Facts {...{ sight, view, courierId }} courier={nameOf(courierId)} />,
          )}
        </div>
      </div>
    </>
  );
}

interface FactsProps extends Pick<DecisionProps, 'sight' | 'view'> {
  readonly courierId: string | null;
  readonly courier: string;
}

/** What is known about a delivery besides its way and its recipient. */
function Facts({ sight, view: { row, shipment }, courierId, courier }: FactsProps) {
  const words = useMessages().dispatch.decision;
  const times = [
    [words.requestedFor, row.createdAtMs],
    [words.ready, row.readyAtMs],
    [words.until, row.deliveryToMs],
  ] as const;
  return (
    <dl class="facts">
      <dt>{words.courier}</dt>
      <dd>
        {courierId === null ? courier : <a href={sight.pathOf.courier(courierId)}>{courier}</a>}
      </dd>
      <dt>{words.parcel}</dt>
      <dd>
        <a href={sight.pathOf.shipment(shipment.id)}>{shipment.trackingNumber}</a>
      </dd>
      {times.map(
        ([name, atMs]) =>
          atMs !== null && (
            <>
              <dt>{name}</dt>
              <dd>
                <Moment at={iso(atMs)} nowMs={sight.nowMs} />
              </dd>
            </>
          ),
      )}
      <dt>{words.size}</dt>
      <dd>{capitalized(words.sizes[row.packageSize])}</dd>
    </dl>
  );
}

/** The map of a delivery: its pickup, its door and its courier. */
function toMapData({ details, place }: DeliveryView, courier: string): MapData {
  const { origin, destination } = details;
  const number = initialsOf(courier);
  const rider = { id: 'courier', kind: 'courier', tone: 'good', name: courier, number } as const;
  return {
    items: [
      { id: 'pickup', kind: 'pickup', number: 1, lat: origin.lat, lng: origin.lng },
      { id: 'door', kind: 'stop', number: 2, lat: destination.lat, lng: destination.lng },
      ...(place ? [{ ...rider, lat: place.lat, lng: place.lng }] : []),
    ],
    lines: [{ kind: 'left', points: [origin, destination].map(({ lat, lng }) => [lng, lat]) }],
  };
}

function AssignForm({
  sight,
  view,
  couriers,
  courierId,
}: DecisionProps & { readonly courierId: string | null }) {
  const { dispatch, couriers: own } = useMessages();
  const words = dispatch.decision;
  const why = useWhy();
  const { row, details } = view;
  const ranked = candidatesAmong(couriers, sight.nowMs)({ row, ...details });
  const reasons = new Map(ranked.map((each) => [each.courier, why(each, true)]));
  // A dispatcher may know better: those who are paused or cannot carry it come last.
  const others = [...new Set([...reasons.keys(), ...couriers])].filter(
    ({ id }) => id !== courierId,
  );
  const path = `${sight.at}/${wireId('delivery', view.row.shipmentId)}/assign`;
  return (
    <form class="acts" method="post" action={path}>
      <input type="hidden" name="csrf" value={sight.csrf} />
      <select name="courier" aria-label={words.courier}>
        {courierId !== null && <option value="">{words.whoever}</option>}
        {others.map((courier) => (
          <option key={courier.id} value={courier.id}>
            {`${courier.name}: ${reasons.get(courier) ?? own.shifts.states[stateOf(courier)]}`}
          </option>
        ))}
      </select>
      <button
        type="submit"
        class={courierId === null ? 'primary' : undefined}
        disabled={others.length === 0 && courierId === null}
      >
        {courierId === null ? words.assign : words.change}
      </button>
    </form>
  );
}

interface SituationProps extends Pick<DecisionProps, 'view' | 'sight' | 'explanation'> {
  readonly stateText: string;
}

/**
 * Describes the state of a delivery's search in the page's language; the API does the same in
 * English.
 */
function Situation({
  view: { row, courier, pause },
  sight: { nowMs },
  explanation,
  stateText,
}: SituationProps) {
  const words = useMessages().dispatch.decision;
  const couriersOffered = explanation.offers.length;
  if (row.state === 'ended') {
    const at = explanation.steps.findLast(({ what }) => what === 'ended')?.at ?? null;
    return (
      <>
        {capitalized(stateText)}
        {at !== null && ': '}
        {at !== null && <Moment {...{ at, nowMs }} />}
      </>
    );
  }
  if (row.state === 'assigned') {
    const name = courier?.name ?? words.aCourier;
    const sentence = words.how[row.assignedHow ?? 'accepted']({ name, time: '{time}' });
    const [before = '', after = ''] = sentence.split('{time}');
    return (
      <>
        {before}
        <Moment at={iso(row.assignedAtMs)} nowMs={nowMs} />
        {after}
      </>
    );
  }
  if (pause !== null) {
    const until = pause.untilMs === null ? null : iso(pause.untilMs);
    return (
      <>
        {`${words.inPausedArea({ why: pause.reason === null ? '' : ` (${pause.reason})` })} `}
        {until === null ? words.somebodyEnds : <Moment at={until} nowMs={nowMs} />}.
      </>
    );
  }
  if (row.queuedAtMs !== null) return <>{words.allOffered({ count: couriersOffered })}</>;
  if (couriersOffered > 0) {
    const rounds = Math.max(row.rounds, ...explanation.offers.map(({ round }) => round));
    return <>{words.soFar({ asked: couriersOffered, rounds })}</>;
  }
  return (
    <>
      {`${words.offeredFrom} `}
      <Moment at={iso(row.matchAtMs)} nowMs={nowMs} />.
    </>
  );
}
