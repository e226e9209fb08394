import type { MapData, MapItem } from '../../../http/maps/map-data.ts';
import { type BoardDelivery, outlinesOf } from '../../deliveries/index.ts';
import {
  placeOf as addressOf,
  idOf,
  pickupOf,
  streetOf,
} from '../dispatch-board/delivery-texts.ts';
import type { BoardProps } from '../dispatch-board/sight.ts';
import { type Waiting, waitingOf } from '../dispatch-board/waiting.ts';
import { courierTone } from '../map-marks.tsx';
import { courierItem, placeOf } from './map-state.ts';
import { parcelsAt, routeColours, routeOnMap } from './stops-ahead.ts';
import { alongStreets } from './street-lines.ts';

/**
 * What every dispatcher's map shows: couriers with their routes, pickups that wait, and paused
 * areas. It contains only what the page shows anyway. Pure.
 */
export function dispatchMap(shown: BoardProps): MapData & Required<Pick<MapData, 'lines'>> {
  const { sight, board, couriers, routes, streets, chosenId } = shown;
  const colours = routeColours([...routes.keys()]);
  const ways = couriers.flatMap((courier) => {
    const more = { from: placeOf(courier), route: colours.get(courier.id), streets };
    const stops = routes.get(courier.id);
    return stops ? [routeOnMap(stops, courier.id, more)] : [];
  });
  const waiting = waitingOf(board.deliveries);
  const chosen = waiting.find(({ each }) => idOf(each) === chosenId)?.each;
  const drawn = new Set(parcelsAt([...routes.values()].flat()));
  const door = (each: BoardDelivery, id: string): MapItem => {
    const name = sight.seesPeople ? streetOf(addressOf(each, true)) : each.trackingNumber;
    const { lat, lng } = each.destination;
    return { id, kind: 'door', name, lat, lng };
  };
  const leftLine = (each: BoardDelivery) => {
    const points = [each.origin, each.destination].map(({ lat, lng }) => [lng, lat] as const);
    return alongStreets({ kind: 'left', points }, streets);
  };
  return {
    items: [
      ...couriers.flatMap((each) => courierItem(each, courierTone(each), colours.get(each.id))),
      ...ways.flatMap(({ items }) => items),
      ...waiting.map((each) => pickupItem(each, sight.seesPeople)),
      ...(chosen ? [door(chosen, `${chosenId} door`)] : []),
      ...board.deliveries
        .filter(({ row }) => row.state !== 'open' && !drawn.has(row.shipmentId))
        .map((each) => door(each, idOf(each))),
    ],
    lines: [...ways.flatMap(({ lines }) => lines), ...(chosen ? [leftLine(chosen)] : [])],
    areas: board.pauses.flatMap((pause) => outlinesOf(pause)),
    chosen: chosenId,
  };
}

function pickupItem({ each, mark }: Waiting, seesPeople: boolean): MapItem {
  const { lat, lng } = each.origin;
  const name = pickupOf(each, seesPeople);
  return {
    ...{ id: idOf(each), tone: each.row.queuedAtMs === null ? 'warn' : 'bad', kind: 'pickup' },
    ...(name === null ? {} : { name }),
    ...{ lat, lng, number: mark },
  };
}
