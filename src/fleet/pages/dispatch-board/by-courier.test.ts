import { expect, it } from 'vitest';
import type { BoardDelivery } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import { groupByCourier, markingsOf, routeLines } from './by-courier.ts';

const SHOP = { lat: 47.1, lng: 9.5 };
const KIM = '019cd79e-4600-7000-8000-000000000001';
const SAM = '019cd79e-4600-7000-8000-000000000002';
const courierId = (uuid: string) => `cou_${uuid.replaceAll('-', '')}`;
const courier = (uuid: string, more: Partial<MapCourier> = {}) =>
  ({ id: courierId(uuid), lat: 47.2, lng: 9.6, ...more }) as MapCourier;

interface Made {
  readonly courier?: string;
  readonly arrivalAtMs?: number | null;
  readonly phase?: BoardDelivery['phase'];
}

/** A delivery to a door at that longitude. */
function delivery(lng: number, { courier: of = KIM, arrivalAtMs = null, phase }: Made = {}) {
  const shipmentId = `019cd79e-4600-7000-8000-0000000001${String(lng).padStart(2, '0')}`;
  const row = { shipmentId, state: 'assigned', courierId: of, arrivalAtMs };
  const destination = { lat: 47, lng };
  return { row, phase: phase ?? 'picked_up', origin: SHOP, destination } as BoardDelivery;
}

it('orders the deliveries of each courier by their arrival, and numbers them', () => {
  const [late, next, unknown] = [
    delivery(11, { arrivalAtMs: 9 }),
    delivery(12, { arrivalAtMs: 5 }),
    delivery(13),
  ];
  const byCourier = groupByCourier([unknown, late, next], [courier(KIM), courier(SAM)]);
  expect(byCourier.of.get(courierId(KIM))).toEqual([next, late, unknown]);
  expect(byCourier.of.get(courierId(SAM))).toEqual([]);
  expect([...markingsOf(byCourier).values()]).toEqual([
    { number: 1, route: 0 },
    { number: 2, route: 0 },
    { number: 3, route: 0 },
  ]);
});

it('draws a line from each courier by the pickup still to make to the doors', () => {
  const first = delivery(11, { arrivalAtMs: 1, phase: 'assigned' });
  const ofSam = delivery(12, { courier: SAM });
  const couriers = [courier(KIM), courier(SAM, { lat: null, lng: null })];
  const byCourier = groupByCourier([first, ofSam], couriers);
  expect(routeLines(byCourier, couriers, { along: () => null })).toEqual([
    {
      ...{ kind: 'route', of: courierId(KIM), route: 0, isStraight: true },
      points: [
        [9.6, 47.2],
        [9.5, 47.1],
        [11, 47],
      ],
    },
    { kind: 'route', of: courierId(SAM), route: 1, isStraight: true, points: [[12, 47]] },
  ]);
});

it('keeps deliveries apart whose courier is not on shift', () => {
  const left = delivery(11, { courier: SAM });
  const byCourier = groupByCourier([left], [courier(KIM)]);
  expect(byCourier.away).toEqual([left]);
  expect(byCourier.colours.size).toBe(0);
});
