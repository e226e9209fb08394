import { useMessages } from '../../../http/console/kit/language.ts';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import type { MapData, MapItem, Position } from '../../../http/maps/map-data.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import { destinationLine } from '../../api/deliveries/delivery-json.ts';
import { type BoardDelivery, outlinesOf } from '../../deliveries/index.ts';
import { courierItem } from '../courier-map/map-state.ts';
import { streetOf } from '../courier-map/stops-ahead.ts';
import { alongStreets } from '../courier-map/street-lines.ts';
import { courierTone, MarkLegend } from '../map-marks.tsx';
import { ageOf } from './age.ts';
import { BoardAlerts, BoardFigures } from './alerts.tsx';
import { boardVersion } from './board-updates.ts';
import { groupByCourier, type Marking, markingsOf, routeLines } from './by-courier.ts';
import { Columns } from './columns.tsx';
import { idOf, pickupOf } from './delivery-texts.ts';
import { endedCount } from './done.tsx';
import { PausedAreas, PauseForm } from './paused-areas.tsx';
import type { BoardProps, BoardSight } from './sight.ts';
import { waitingOf } from './waiting.ts';

/**
 * Shows deliveries to assign, under way and done, in columns and on a map. The page runs the map's
 * script, which refetches the same page.
 */
export function BoardParts(props: BoardProps) {
  const { sight, board, chosenId, merchants, tenants } = props;
  const found = board.deliveries.find((each) => idOf(each) === chosenId);
  const { dispatch, console: hub } = useMessages();
  const words = dispatch.board;
  const data = toMapData(props);
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
        <section class="map-side" id="map" aria-label={hub.courierMap.title}>
          <PageMap map={sight.map} label={words.mapLabel} data={data} isLive />
          <MarkLegend data={data} />
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
          </div>
          <div id="map-figures">
            <BoardFigures board={board} nowMs={sight.nowMs} />
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
  const { dispatch, console: hub } = useMessages();
  const words = dispatch.board;
  const { toAssign, underWay, done } = words.columns;
  const { figures } = board;
  const targets = [
    ['to-assign', toAssign, figures.open],
    ['under-way', underWay, figures.assigned],
    ['map', hub.courierMap.title, null],
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

/** The page's data for the map's script; it contains only what the page shows anyway. */
function toMapData({ sight, board, couriers, chosenId, streets }: BoardProps): MapData {
  const { deliveries, pauses } = board;
  const byCourier = groupByCourier(deliveries, couriers);
  const letters = waitingOf(deliveries).map(({ each, mark }): [string, Marking] => [
    idOf(each),
    { number: mark },
  ]);
  const marked = { markings: new Map([...markingsOf(byCourier), ...letters]), chosenId };
  return {
    items: [
      ...couriers.flatMap((each) =>
        courierItem(each, courierTone(each), byCourier.colours.get(each.id)),
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
  const pickupName = pickupOf(each, seesPeople);
  const pickup = {
    kind: 'pickup',
    ...(pickupName === null ? {} : { name: pickupName }),
    ...coordinatesOf(origin),
  } as const;
  const marking = markings.get(id);
  if (row.state !== 'open') {
    return [
      ...(isToFetch(each) && marking
        ? [{ id: `${id} pickup`, of: id, ...pickup, ...marking } as const]
        : []),
      { id, ...door, ...(marking && { ...marking, kind: 'stop' }) },
    ];
  }
  const tone = row.queuedAtMs === null ? 'warn' : 'bad';
  return [
    { id, tone, ...pickup, ...marking },
    ...(id === chosenId ? [{ id: `${id} door`, ...door }] : []),
  ];
}

/** Whether a courier has yet to fetch it. */
const isToFetch = ({ phase }: BoardDelivery) => phase === 'assigned';

const coordinatesOf = ({ lat, lng }: LatLng) => ({ lat, lng });
