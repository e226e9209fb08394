import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GAP_PX, keepApart, toPixel } from './client/keep-apart.ts';
import type { MapItem } from './map-data.ts';

const ZOOM = 14;
const WIDTH_PX = 512 * 2 ** ZOOM;
const AT = { lat: 47.14, lng: 9.52 };
const stop = (id: string, more: Partial<MapItem> = {}): MapItem => ({
  ...{ id, kind: 'stop', ...AT },
  ...more,
});
const distancePx = (a: MapItem, b: MapItem) => {
  const [from, to] = [a, b].map(({ lng, lat }) => toPixel([lng, lat], WIDTH_PX));
  return Math.hypot((from?.[0] ?? 0) - (to?.[0] ?? 0), (from?.[1] ?? 0) - (to?.[1] ?? 0));
};

it('leaves marks that are apart, and areas, where they are', () => {
  const items = [stop('a'), stop('b', { lng: 9.6 }), stop('around', { around: 40 })];
  expect(keepApart(items, ZOOM)).toEqual(items);
});

it('moves a stop off a courier', () => {
  const courier = stop('c', { kind: 'courier' });
  const items = keepApart([stop('s'), courier], ZOOM);
  expect(items[1]).toBe(courier);
  expect(items[0]).not.toMatchObject(AT);
});

it('keeps the pickups of one place together', () => {
  const pickups = ['a', 'b'].map((id) => stop(id, { kind: 'pickup' }));
  const [, a, b] = keepApart([stop('c', { kind: 'courier' }), ...pickups], ZOOM);
  expect({ ...b, id: 'a' }).toEqual(a);
  expect(a).not.toMatchObject(AT);
});

it('keeps some tens of marks legible and near their places, in their order', () => {
  const near = fc.double({ min: 0, max: 0.002, noNaN: true });
  const items = fc
    .array(fc.record({ east: near, north: near }), { maxLength: 20 })
    .map((all) =>
      all.map(({ east, north }, index) =>
        stop(`${index}`, { lng: AT.lng + east, lat: AT.lat + north }),
      ),
    );
  fc.assert(
    fc.property(items, (all) => {
      const apart = keepApart(all, ZOOM);
      expect(apart.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      for (const [index, item] of apart.entries()) {
        expect(distancePx(item, all[index] ?? item)).toBeLessThan(2.5 * GAP_PX);
      }
      const moved = apart.filter((item, index) => item !== all[index]);
      for (const item of moved) {
        const others = apart.filter((other) => other !== item);
        expect(Math.min(...others.map((other) => distancePx(item, other)))).toBeGreaterThan(
          GAP_PX - 0.01,
        );
      }
    }),
  );
});
