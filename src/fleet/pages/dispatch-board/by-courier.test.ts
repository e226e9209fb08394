import { expect, it } from 'vitest';
import type { BoardDelivery } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import type { StopAhead } from '../courier-map/stops-ahead.ts';
import { groupByCourier } from './by-courier.ts';

const KIM = '019cd79e-4600-7000-8000-000000000001';
const SAM = '019cd79e-4600-7000-8000-000000000002';
const courierId = (uuid: string) => `cou_${uuid.replaceAll('-', '')}`;
const courier = (uuid: string) => ({ id: courierId(uuid) }) as MapCourier;

interface Made {
  readonly courier?: string;
  readonly arrivalAtMs?: number | null;
}

function delivery(name: string, { courier: of = KIM, arrivalAtMs = null }: Made = {}) {
  const row = { shipmentId: name, state: 'assigned', courierId: of, arrivalAtMs };
  return { row } as BoardDelivery;
}

const stop = (number: number, ...names: string[]) =>
  ({ number, parcels: names.map((shipmentId) => ({ shipmentId })) as object }) as StopAhead;

it('has the deliveries of each courier in the order of the route, then by arrival', () => {
  const [late, next, first, second] = [
    delivery('late', { arrivalAtMs: 9 }),
    delivery('next', { arrivalAtMs: 5 }),
    delivery('first'),
    delivery('second', { arrivalAtMs: 1 }),
  ];
  const routes = new Map([[courierId(KIM), [stop(2, 'first'), stop(4, 'second')]]]);
  const couriers = [courier(KIM), courier(SAM)];
  const byCourier = groupByCourier([late, second, next, first], couriers, routes);
  expect(byCourier.of.get(courierId(KIM))).toEqual([first, second, next, late]);
  expect(byCourier.of.get(courierId(SAM))).toEqual([]);
  expect(byCourier.stops.get('second')?.number).toBe(4);
  expect(byCourier.colours).toEqual(new Map([[courierId(KIM), 0]]));
});

it('keeps deliveries apart whose courier is not on shift', () => {
  const left = delivery('left', { courier: SAM });
  const byCourier = groupByCourier([left], [courier(KIM)], new Map());
  expect(byCourier.away).toEqual([left]);
  expect(byCourier.colours.size).toBe(0);
});
