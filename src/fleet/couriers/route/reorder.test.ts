import { describe, expect, it } from 'vitest';
import { reordered } from './reorder.ts';
import type { RouteParcel, RouteStop } from './route.ts';

const parcel = (shipmentId: string, state: RouteParcel['state'] = 'to_load') =>
  ({ shipmentId, state }) as RouteParcel;
const stop = (id: string, more: Partial<RouteStop> = {}): RouteStop => ({
  ...{ id, locked: false, window: null, notes: [], parcels: [parcel(`of-${id}`)] },
  ...more,
});
const shipments = (of: ReturnType<typeof reordered>) =>
  of.kind === 'done' ? of.entries.map(({ shipmentId }) => shipmentId) : of.kind;

describe('an order of stops', () => {
  const done = stop('z', { parcels: [parcel('of-z', 'done')] });

  it('is that of all open stops, each once', () => {
    const stops = [done, stop('a'), stop('b'), stop('c')];
    expect(shipments(reordered(stops, ['c', 'a', 'b']))).toEqual(['of-c', 'of-a', 'of-b']);
    for (const order of [['a', 'b'], ['a', 'b', 'b'], ['a', 'b', 'z'], ['a', 'b', 'c', 'c'], []]) {
      expect(reordered(stops, order)).toEqual({ kind: 'changed' });
    }
  });

  it('leaves a locked stop at its place', () => {
    const stops = [stop('a'), stop('b', { locked: true }), stop('c')];
    expect(reordered(stops, ['b', 'a', 'c'])).toEqual({ kind: 'locked' });
    expect(shipments(reordered(stops, ['c', 'b', 'a']))).toEqual(['of-c', 'of-b', 'of-a']);
  });

  it('keeps the windows and notes of each stop', () => {
    const window = { fromMs: 1, toMs: 2 };
    const parcels = [parcel('one'), parcel('two', 'done'), parcel('three', 'loaded')];
    const stops = [stop('a'), stop('b', { window, parcels, notes: ['floor', 'bell', 'dog'] })];
    expect(reordered(stops, ['b', 'a'])).toMatchObject({
      entries: [
        { shipmentId: 'one', window, notes: 'floor', locked: false },
        { shipmentId: 'three', window, notes: 'bell\ndog', locked: false },
        { shipmentId: 'of-a', window: null, notes: null },
      ],
    });
  });
});
