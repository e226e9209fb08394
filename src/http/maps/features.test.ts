import { expect, it } from 'vitest';
import { shapesOf } from './client/features.ts';
import { bearing, distanceM, fieldAround } from './client/geometry.ts';
import { initialsOf } from './map-data.ts';

const AT = { lat: 47.14, lng: 9.52 };

it('keeps couriers, pickups and everything else apart', () => {
  const shapes = shapesOf(
    {
      items: [
        { id: 'c', kind: 'courier', name: 'Kim', tone: 'good', heading: 90, ...AT },
        { id: 'p', kind: 'pickup', tone: 'bad', ...AT },
        { id: 'w', kind: 'pickup', tone: 'warn', ...AT },
        { id: 'f', kind: 'pickup', of: 'c', ...AT },
        { id: 'd', kind: 'door', ...AT },
        { id: 's', kind: 'stop', number: 2, ...AT },
      ],
      lines: [{ kind: 'trail', points: [[9.5, 47.1]] }],
    },
    's',
  );
  const idsOf = (name: keyof typeof shapes) =>
    shapes[name].features.map((each) => each.properties?.['id']);
  expect([idsOf('crowd'), idsOf('pickups'), idsOf('stops'), idsOf('selected')]).toEqual([
    ['c'],
    ['p', 'w'],
    ['f', 'd', 's'],
    ['s'],
  ]);
  expect(shapes.crowd.features[0]?.properties).toMatchObject({
    icon: 'waybill-arrow-good',
    heading: 90,
  });
  expect(shapes.pickups.features.map(({ properties }) => properties)).toMatchObject([
    { icon: 'waybill-pickup-bad', bad: 1 },
    { icon: 'waybill-pickup-warn', bad: 0 },
  ]);
  expect(shapes.stops.features[1]?.properties?.['icon']).toBe('waybill-door-plain');
  expect(shapes.stops.features[2]?.properties?.['number']).toBe('2');
  expect(shapes.lines.features[0]?.properties?.['kind']).toBe('trail');
});

it('points a courier who needs attention, or stands still, nowhere', () => {
  const icons = [
    { tone: 'warn', heading: 90 },
    { tone: 'good', heading: null },
    { tone: 'good' },
  ] as const;
  const items = icons.map((more) => ({ id: 'c', kind: 'courier', ...AT, ...more }) as const);
  expect(
    shapesOf({ items }, null).crowd.features.map(({ properties }) => properties?.['icon']),
  ).toEqual(['waybill-diamond-warn', 'waybill-dot-good', 'waybill-dot-good']);
});

it('shortens a name to what fits inside a mark', () => {
  const names = ['Ada Example', 'Sina Wille-Vogt', 'kim', 'Dr. Ö. Östlund', ''];
  expect(names.map(initialsOf)).toEqual(['AE', 'SW', 'K', 'DÖ', '']);
  expect(initialsOf('cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80')).toBe('80');
});

it('measures short ways', () => {
  const north = { ...AT, lat: AT.lat + 0.01 };
  expect(distanceM(AT, north)).toBeCloseTo(1_112, 0);
  expect(bearing(AT, north)).toBeCloseTo(0);
  expect(bearing(AT, { ...AT, lng: AT.lng - 0.01 })).toBeCloseTo(270);
  const field = fieldAround([AT.lng, AT.lat], 250);
  const [a, b] = field.map(([lng, lat]) => ({ lng, lat }));
  expect(a && b && distanceM(a, b)).toBeCloseTo(250, 0);
});

it('lets other routes step back behind the selected one, but nothing that has no route', () => {
  const of = (id: string, route?: number) =>
    ({ id, kind: 'stop', ...AT, ...(route === undefined ? {} : { route }) }) as const;
  const lines = [0, 1].map((route) => ({ kind: 'route', route, points: [] }) as const);
  const faint = (selected: string | null) => {
    const shapes = shapesOf({ items: [of('a', 0), of('b', 1), of('c')], lines }, selected);
    return [shapes.stops, shapes.lines].map(({ features }) =>
      features.map(({ properties }) => properties['isFaint']),
    );
  };
  expect(faint('a')).toEqual([
    [false, true, false],
    [false, true],
  ]);
  for (const nothing of ['c', null]) expect(faint(nothing).flat()).not.toContain(true);
});
