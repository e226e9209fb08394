import { useMessages } from '../../../http/console/kit/language.ts';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import { Empty, Instant, Table, Tag, type Tone } from '../../../http/console/kit/pieces.tsx';
import { initialsOf, type MapData } from '../../../http/maps/map-data.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { explanationJson } from '../../api/deliveries/delivery-json.ts';
import type { DeliveryView } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import { lengthOf } from './age.ts';
import type { BoardSight } from './sight.ts';

export interface DecisionProps {
  readonly sight: BoardSight;
  readonly view: DeliveryView;
  readonly explanation: ReturnType<typeof explanationJson>;
  /** The couriers on shift of its merchant and mode. */
  readonly couriers: readonly MapCourier[];
}

/**
 * Shows one delivery: why it is in its state, and who should bring it. For operators and members of
 * a merchant.
 */
export function DecisionParts(props: DecisionProps) {
  const { sight, view, explanation, couriers } = props;
  const { row, shipment, phase, pause, wasPickedUp } = view;
  const { decides } = sight;
  const words = useMessages().dispatch.decision;
  const board = useMessages().dispatch.board;
  const stateText = wordIn(board, row, phase, pause);
  const names = new Map(couriers.map(({ id, name }) => [id, name]));
  const nameOf = (id: string | null) => (id === null ? '–' : (names.get(id) ?? id));
  const isDecided = row.state === 'ended' || wasPickedUp;
  const courierId = row.courierId === null ? null : wireId('courier', row.courierId);
  return (
    <>
      <p class="crumbs">
        <a href={sight.at}>{board.title}</a>
      </p>
      <h1>
        <a href={sight.pathOf.shipment(shipment.id)}>
          <code>{shipment.trackingNumber}</code>
        </a>{' '}
        <Tag tone={toneOf(row, phase)}>{stateText}</Tag>
      </h1>
      <p class="lead">
        {decides ? (
          <Situation view={view} couriersOffered={explanation.offers.length} />
        ) : (
          stateText
        )}
      </p>
      <dl class="facts">
        <dt>{words.requestedFor}</dt>
        <dd>
          <Instant at={iso(row.createdAtMs)} />
        </dd>
        <dt>{words.ready}</dt>
        <dd>
          <Instant at={iso(row.readyAtMs)} />
        </dd>
        <dt>{words.size}</dt>
        <dd>{words.sizes[row.packageSize]}</dd>
        <dt>{words.courier}</dt>
        <dd>{nameOf(courierId)}</dd>
      </dl>
      {decides && !isDecided && <AssignForm {...props} courierId={courierId} />}
      {decides && isDecided && row.state !== 'ended' && <p>{words.inBag}</p>}
      <PageMap map={sight.map} label={words.map} data={toMapData(view, nameOf(courierId))} />
      <h2>{words.offeredTo}</h2>
      <Offers explanation={explanation} nameOf={nameOf} />
      <h2>{words.whatHappened}</h2>
      <Steps explanation={explanation} nameOf={nameOf} />
    </>
  );
}

/** The map of a delivery: its pickup and door in order, and its courier. */
function toMapData({ details, place }: DeliveryView, courier: string): MapData {
  const { origin, destination } = details;
  const stop = ({ lat, lng }: LatLng, number: number) =>
    ({ id: `stop-${number}`, kind: 'stop', number, lat, lng }) as const;
  const number = initialsOf(courier);
  const mark = { id: 'courier', kind: 'courier', tone: 'good', name: courier, number } as const;
  const rider = place && mark;
  return {
    items: [
      ...[stop(origin, 1), stop(destination, 2)],
      ...(place && rider ? [{ ...rider, lat: place.lat, lng: place.lng }] : []),
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
  const words = useMessages().dispatch.decision;
  const vehicles: Readonly<Record<string, string>> = words.vehicles;
  const others = couriers.filter(({ id }) => id !== courierId);
  const path = `${sight.at}/${wireId('delivery', view.row.shipmentId)}/assign`;
  return (
    <form class="card row" method="post" action={path}>
      <input type="hidden" name="csrf" value={sight.csrf} />
      <label for="courier">{words.courier}</label>
      <select id="courier" name="courier">
        {courierId !== null && <option value="">{words.whoever}</option>}
        {others.map(({ id, name, vehicle, holds, to_load: toLoad }) => (
          <option key={id} value={id}>
            {words.candidate({
              name,
              vehicle: vehicles[vehicle] ?? vehicle,
              count: holds + toLoad,
            })}
          </option>
        ))}
      </select>
      <button type="submit" class="primary" disabled={others.length === 0 && courierId === null}>
        {courierId === null ? words.assign : words.change}
      </button>
    </form>
  );
}

/**
 * Describes the state of a delivery's search in the page's language; the API does the same in
 * English.
 */
function Situation({
  view,
  couriersOffered,
}: {
  readonly view: DeliveryView;
  readonly couriersOffered: number;
}) {
  const { row, courier, pause } = view;
  const words = useMessages().dispatch.decision;
  if (row.state === 'ended') return <>{words.endedNow}</>;
  if (row.state === 'assigned') {
    const name = courier?.name ?? words.aCourier;
    const sentence = words.how[row.assignedHow ?? 'accepted']({ name, time: '{time}' });
    const [before = '', after = ''] = sentence.split('{time}');
    return (
      <>
        {before}
        <Instant at={iso(row.assignedAtMs)} />
        {after}
      </>
    );
  }
  if (pause !== null) {
    const until = pause.untilMs === null ? null : iso(pause.untilMs);
    return (
      <>
        {`${words.inPausedArea({ why: pause.reason === null ? '' : ` (${pause.reason})` })} `}
        {until === null ? words.somebodyEnds : <Instant at={until} />}.
      </>
    );
  }
  if (row.queuedAtMs !== null) return <>{words.allOffered({ count: couriersOffered })}</>;
  if (row.rounds > 0) return <>{words.soFar({ asked: couriersOffered, rounds: row.rounds })}</>;
  return (
    <>
      {`${words.offeredFrom} `}
      <Instant at={iso(row.matchAtMs)} />.
    </>
  );
}

interface Shown {
  readonly explanation: DecisionProps['explanation'];
  readonly nameOf: (id: string | null) => string;
}

function Offers({ explanation: { offers }, nameOf }: Shown) {
  const words = useMessages().dispatch.decision;
  if (offers.length === 0) return <Empty>{words.noOffersSent}</Empty>;
  const head = [words.courier, words.answer, words.round, words.requestedAt, words.weighed];
  return (
    <Table label={words.offers} head={head} stacks>
      {offers.map((offer) => (
        <tr key={offer.courier_id}>
          <td class="wrap">{nameOf(offer.courier_id)}</td>
          <td>
            <Tag>{words.answers[offer.state]}</Tag>
          </td>
          <td>{offer.round}</td>
          <td>
            <Instant at={offer.offered_at} />
          </td>
          <td class="wrap">{termWords(words, offer.terms)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Steps({ explanation: { steps }, nameOf }: Shown) {
  const words = useMessages().dispatch.decision;
  if (steps.length === 0) return <Empty>{words.nothingYet}</Empty>;
  return (
    <Table label={words.steps} head={[words.when, words.what, words.courier, words.details]} stacks>
      {steps.map((step) => (
        <tr key={`${step.at} ${step.what} ${step.courier_id}`}>
          <td>
            <Instant at={step.at} />
          </td>
          <td>{stepWords(words, step.what)}</td>
          <td class="wrap">{nameOf(step.courier_id)}</td>
          <td class="wrap">{termWords(words, step.detail, step.what)}</td>
        </tr>
      ))}
    </Table>
  );
}

type Stands = Pick<DeliveryView['row'], 'state' | 'queuedAtMs'>;

export function toneOf({ state, queuedAtMs: queued }: Stands, phase: DeliveryView['phase']): Tone {
  if (state === 'open') return queued === null ? 'warn' : 'bad';
  if (phase === 'attempted' || phase === 'returning') return 'warn';
  return phase === 'delivered' ? 'good' : 'info';
}

/**
 * The text for a delivery's phase; while it looks for a courier, also whether it is paused or
 * nobody accepted it.
 */
export function wordIn(
  words: Messages['dispatch']['board'],
  { state, queuedAtMs: queued }: Stands,
  phase: DeliveryView['phase'],
  pause: DeliveryView['pause'],
): string {
  if (state === 'open' && pause !== null) return words.paused;
  if (state === 'open' && queued !== null) return words.untaken;
  return words.phases[phase];
}

type Words = Messages['dispatch']['decision'];

/** Terms that are durations besides those ending in `_s`, by their API name. */
const COSTS = ['cost', 'next_best_cost'];

/** The name of a step for people; a step without a text shows its own name. Pure. */
function stepWords({ did }: Words, what: string): string {
  return (did as Readonly<Record<string, string>>)[what] ?? what.replaceAll('_', ' ');
}

/**
 * Lists terms and their values for people. Pure.
 * @param what the step that the terms belong to; absent: they are criteria of a courier.
 */
export function termWords(
  { terms: words }: Words,
  terms: Readonly<Record<string, unknown>>,
  what?: string,
): string {
  const texts = Object.entries(terms).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    // A criterion of zero did not count.
    if (what === undefined && value === 0 && name !== 'cost') return [];
    const isPlanned = name === 'idle_s' && what === 'auto';
    const key = isPlanned ? 'idle_planned' : name;
    if (!isTerm(words, key)) return [`${name.replaceAll('_', ' ')} ${String(value)}`];
    if (key === 'bundled' || key === 'offered') return [words[key]({ value: Number(value) })];
    if (key === 'distance_m') return [words[key]({ value: distanceOf(Number(value)) })];
    const isTime = name.endsWith('_s') || COSTS.includes(name);
    return [words[key]({ value: isTime ? signedLength(Number(value)) : String(value) })];
  });
  return texts.join(', ') || '–';
}

/** A distance as people say it: 900 m, 2.7 km. */
function distanceOf(distanceM: number): string {
  if (distanceM < 950) return `${Math.round(distanceM / 50) * 50} m`;
  return `${distanceM < 9_950 ? (distanceM / 1_000).toFixed(1) : Math.round(distanceM / 1_000)} km`;
}

/** Formats seconds with a sign, because a courier long without work may have a negative cost. */
function signedLength(seconds: number): string {
  return seconds < 0 ? `−${lengthOf(-seconds)}` : lengthOf(seconds);
}

function isTerm(words: Words['terms'], name: string): name is keyof Words['terms'] {
  return Object.hasOwn(words, name);
}
