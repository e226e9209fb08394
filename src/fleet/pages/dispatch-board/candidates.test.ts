import { describe, expect, it } from 'vitest';
import type { BoardDelivery } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import { candidatesAmong } from './candidates.ts';

const SHOP = { lat: 47.14, lng: 9.52 };
const NOW_MS = Date.UTC(2026, 4, 4, 10);
const WANTED = {
  row: { merchantId: 'm', mode: 'live', readyAtMs: NOW_MS, packageSize: 'small', weightG: null },
  origin: SHOP,
  destination: { lat: 47.17, lng: 9.51 },
} as BoardDelivery;

function courier(id: string, more: Partial<MapCourier> = {}): MapCourier {
  return {
    ...{
      id,
      name: id,
      merchant_id: 'm',
      mode: 'live',
      facility: null,
      time_zone: null,
      vehicle: 'bike',
    },
    ...{ holds: 0, to_load: 0, pause: null, ...SHOP, heading: null, at: null, battery: null },
    ...{ position: 'current', battery_low: false, location: null, silent_since: null },
    limits: { capacityParcels: null, capacityWeightG: null, shiftEndsAtMs: null },
    ...more,
  };
}
const near = { lat: 47.141 };
const far = { lat: 47.16 };
const ranked = (...couriers: MapCourier[]) =>
  candidatesAmong(couriers, NOW_MS)(WANTED).map(({ courier: { id } }) => id);

describe('the candidates for a delivery', () => {
  it('are ranked by the way there and by what they carry', () => {
    expect(ranked(courier('far', far), courier('near', near))).toEqual(['near', 'far']);
    expect(ranked(courier('far', far), courier('busy', { ...near, holds: 2 }))).toEqual([
      'far',
      'busy',
    ]);
  });

  it('leave out who is full, paused, out of contact, about to end, or of another merchant or mode', () => {
    const limits = { capacityParcels: 1, capacityWeightG: null, shiftEndsAtMs: null };
    expect(
      ranked(
        courier('full', { limits, to_load: 1 }),
        courier('ends', { limits: { ...limits, shiftEndsAtMs: NOW_MS - 1 } }),
        courier('other', { merchant_id: 'n' }),
        courier('test', { mode: 'test' }),
        courier('paused', { pause: { endsAtMs: null } }),
        courier('silent', { position: 'lost', lat: null }),
        courier('fits'),
      ),
    ).toEqual(['fits']);
  });

  it('say when nobody knows where a courier is', () => {
    const [found] = candidatesAmong([courier('lost', { lat: null, lng: null })], NOW_MS)(WANTED);
    expect(found).toMatchObject({ approachS: null, load: 0 });
  });

  it('are ranked as if more urgent deliveries had gone to their best courier', () => {
    const [first, second, third] = ['a', 'b', 'c'].map((shipmentId) => ({
      ...WANTED,
      row: { ...WANTED.row, shipmentId },
    }));
    if (!(first && second && third)) throw new Error('three are made above');
    const waiting = [
      { each: first, mark: 'A' },
      { each: second, mark: 'B' },
    ];
    const couriers = [courier('near', near), courier('far', { lat: 47.15 })];
    const find = candidatesAmong(couriers, NOW_MS, waiting);
    const found = (of: BoardDelivery) =>
      find(of).map(({ courier: { id }, load, alsoFor }) => [id, load, alsoFor.join()]);
    expect(found(first)).toEqual([
      ['near', 0, ''],
      ['far', 0, 'B'],
    ]);
    expect(found(second)).toEqual([
      ['far', 0, ''],
      ['near', 0, 'A'],
    ]);
    const alone = candidatesAmong([courier('near', near)], NOW_MS, waiting);
    expect(waiting.map(({ each }) => alone(each)[0]?.alsoFor)).toEqual([['B'], ['A']]);
    // One that has a courier is ranked by itself.
    expect(found(third)).toEqual([
      ['near', 0, ''],
      ['far', 0, ''],
    ]);
  });
});
