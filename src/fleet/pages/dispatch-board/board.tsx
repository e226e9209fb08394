import { useMessages } from '../../../http/console/kit/language.ts';
import { MapLegend, PageMap } from '../../../http/console/kit/map-frame.tsx';
import {
  CROWD_MIN,
  type MapData,
  type MapItem,
  type Position,
} from '../../../http/maps/map-data.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import { destinationLine } from '../../api/deliveries/delivery-json.ts';
import { type BoardDelivery, outlinesOf } from '../../deliveries/index.ts';
import { courierItem } from '../courier-map/map-state.ts';
import { streetOf } from '../courier-map/stops-ahead.ts';
import { alongStreets } from '../courier-map/street-lines.ts';
import { ageOf } from './age.ts';
import { BoardAlerts } from './alerts.tsx';
import { boardVersion } from './board-updates.ts';
import { groupByCourier, type Marking, markingsOf, routeLines } from './by-courier.ts';
import { Columns, endedCount } from './columns.tsx';
import { idOf } from './delivery-texts.ts';
import { PausedAreas, PauseForm } from './paused-areas.tsx';
import type { BoardProps, BoardSight } from './sight.ts';

/**
 * Shows deliveries to assign, under way and done, in columns and on a map. The page runs the map's
 * script, which refetches the same page.
 */
export function BoardParts(props: BoardProps) {
  const { sight, board, couriers, chosenId, merchants, tenants } = props;
  const found = board.deliveries.find((each) => idOf(each) === chosenId);
  const courier = couriers.find(({ id }) => id === chosenId);
  const { dispatch, console: hub } = useMessages();
  const words = dispatch.board;
  return (
    <>
      <Jumps {...props} />
      <div class="board-notes">
        <div id="map-alerts">
          <BoardAlerts board={board} nowMs={sight.nowMs} />
        </div>
        <div id="map-paused">
          <PausedAreas sight={sight} pauses={board.pauses} merchants={merchants} />
        </div>
      </div>
      <div class="dispatch">
        <div id="map-table">
          <Columns {...props} />
        </div>
        <section class="map-side" id="map" aria-label={words.map}>
          <PageMap map={sight.map} label={words.mapLabel} data={toMapData(props)} isLive />
          <Legend {...props} />
          <div id="map-chosen" role="status">
            {found && (
              <p>
                <a href={`${sight.at}/${idOf(found)}`}>
                  {sight.decides
                    ? words.whyAssignOf({ number: found.trackingNumber })
                    : words.whyOf({ number: found.trackingNumber })}
                </a>
              </p>
            )}
            {courier && (
              <p>
                <a href={sight.pathOf.courier(courier.id)}>{courier.name}</a>{' '}
                <span class="soft">
                  {hub.courierMap.load({ carried: courier.holds, toLoad: courier.to_load })}
                </span>
              </p>
            )}
          </div>
          <div id="map-pause">
            {sight.decides && <PauseForm sight={sight} tenants={tenants} merchants={merchants} />}
          </div>
        </section>
      </div>
    </>
  );
}

/** On a phone, the columns are below each other: links to them, with their counts. */
function Jumps({ board }: BoardProps) {
  const words = useMessages().dispatch.board;
  const { toAssign, underWay, done } = words.columns;
  const { figures } = board;
  const targets = [
    ['to-assign', toAssign, figures.open],
    ['under-way', underWay, figures.assigned],
    ['map', words.map, null],
    ['done', done, endedCount(board)],
  ] as const;
  return (
    <nav class="board-jumps" id="map-jumps" aria-label={words.title}>
      {targets.map(([id, name, count]) => (
        <a key={id} href={`#${id}`}>
          {name} {count !== null && <span class="count">{count}</span>}
        </a>
      ))}
    </nav>
  );
}

/** How many wait, and how many are under way. */
export function BoardSummary(props: BoardProps) {
  const { sight, couriers } = props;
  const { figures, deliveries } = props.board;
  const { open, queued, assigned, oldestMs } = figures;
  const words = useMessages().dispatch.board;
  // Some are wanted later, and do not wait yet.
  const isWaiting = oldestMs !== null && oldestMs <= sight.nowMs;
  const since = isWaiting ? words.oldestFor({ age: ageOf(sight.nowMs, oldestMs) }) : '';
  const rest = open + assigned - deliveries.length;
  const more = rest > 0 ? words.notShown({ count: rest }) : '';
  const unheard = queued > 0 ? words.unheard({ count: queued }) : '';
  const paused = couriers.filter(({ is_paused: isPaused }) => isPaused).length;
  const underWay = words.underWay({ count: assigned, couriers: couriers.length, paused });
  return <>{`${words.look({ count: open })}${since}.${unheard} ${underWay}${more}`}</>;
}

function Legend({ board, couriers, chosenId }: BoardProps) {
  const { colours } = groupByCourier(board.deliveries, couriers);
  const { dispatch, console: hub } = useMessages();
  const words = dispatch.board;
  const isChosen = board.deliveries.some(
    (each) => each.row.state === 'open' && idOf(each) === chosenId,
  );
  const isOpen = (wasOffered: boolean) =>
    board.deliveries.some(
      ({ row }) => row.state === 'open' && (row.queuedAtMs !== null) === wasOffered,
    );
  const origins = board.deliveries
    .filter(({ row }) => row.state === 'open')
    .map(({ origin: { lat, lng } }) => `${lat} ${lng}`);
  const keys = [
    ['bad', words.pickupUntaken, isOpen(true)],
    ['pickup warn', words.pickupUnassigned, isOpen(false)],
    ['count', words.pickupCount, new Set(origins).size < origins.length],
    ['pickup of-route', hub.courierMap.pickup, board.deliveries.some(isToFetch)],
    ['door', words.dropOff, isChosen],
    ['left', hub.courierMap.legendLeft, isChosen],
    ['stop', words.door, board.deliveries.some(({ row }) => row.state !== 'open')],
    ['route', hub.courierMap.legendRoute, colours.size > 0],
    [
      'good',
      words.courier,
      couriers.some(
        ({ id, lat, is_paused: paused }) => lat !== null && !paused && !colours.has(id),
      ),
    ],
    ['warn', words.pausedCourier, couriers.some((each) => each.is_paused && each.lat !== null)],
    ['several', words.several, couriers.length > CROWD_MIN],
    ['paused-key', words.pausedArea, board.pauses.length > 0],
  ] as const;
  return <MapLegend label={words.legend} keys={keys} />;
}

/** The page's data for the map's script; it contains only what the page shows anyway. */
function toMapData({ sight, board, couriers, chosenId, streets }: BoardProps): MapData {
  const { deliveries, pauses } = board;
  const byCourier = groupByCourier(deliveries, couriers);
  const marked = { markings: markingsOf(byCourier), chosenId };
  return {
    items: [
      ...couriers.flatMap((each) =>
        courierItem(each, each.is_paused ? 'warn' : 'good', byCourier.colours.get(each.id)),
      ),
      ...deliveries.flatMap((each) => deliveryItems(sight, each, marked)),
    ],
    lines: [
      ...routeLines(byCourier, couriers, streets),
      ...deliveries
        .filter((each) => idOf(each) === chosenId && each.row.state === 'open')
        .map(({ origin, destination }) => {
          const points = [origin, destination].map(({ lat, lng }): Position => [lng, lat]);
          return alongStreets({ kind: 'left', points }, streets);
        }),
    ],
    areas: pauses.flatMap((pause) => outlinesOf(pause)),
    chosen: chosenId,
    updates: { url: sight.liveAt, version: boardVersion(board) },
  };
}

interface Marked {
  readonly markings: ReadonlyMap<string, Marking>;
  readonly chosenId: string | null;
}

/**
 * A waiting delivery at its pickup, and also at its door if it is selected; one under way at its
 * door, with its place in the order of its courier.
 */
function deliveryItems(
  { seesPeople }: BoardSight,
  each: BoardDelivery,
  { markings, chosenId }: Marked,
): MapItem[] {
  const { row, origin, destination, trackingNumber } = each;
  const id = idOf(each);
  const line = seesPeople ? destinationLine(each.personal(), true) : null;
  const name = line === null ? trackingNumber : streetOf(line);
  const door = { kind: 'door', name, ...coordinatesOf(destination) } as const;
  if (row.state !== 'open') {
    const marking = markings.get(id);
    const { route } = marking ?? {};
    return [
      ...(isToFetch(each) && route !== undefined
        ? [{ id: `${id} pickup`, kind: 'pickup', of: id, route, ...coordinatesOf(origin) } as const]
        : []),
      { id, ...door, ...(marking && { ...marking, kind: 'stop' }) },
    ];
  }
  const tone = row.queuedAtMs === null ? 'warn' : 'bad';
  return [
    { id, kind: 'pickup', tone, ...coordinatesOf(origin) },
    ...(id === chosenId ? [{ id: `${id} door`, ...door }] : []),
  ];
}

/** Whether a courier has yet to fetch it. */
const isToFetch = ({ phase }: BoardDelivery) => phase === 'assigned';

const coordinatesOf = ({ lat, lng }: LatLng) => ({ lat, lng });
