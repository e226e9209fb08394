import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { NO_POSTAL_CODES, type PostalCodes } from '../../../kernel/places/postal-codes.ts';
import { SpokenIn } from '../kit/language.ts';
import { spokenIn } from '../kit/spoken.tsx';
import { courseOf, ScanMap } from './scan-map.tsx';
import { locate, scanPlaces } from './scan-places.ts';

type Event = Parameters<typeof scanPlaces>[0][number];

const NOWHERE = { city: null, region: null, postalCode: null, country: null, facility: null };

function scan(
  local: string,
  place: Partial<NonNullable<Event['place']>>,
  facility?: unknown,
): Event {
  return {
    occurredAt: null,
    occurredLocal: local,
    facility: (facility ?? null) as Event['facility'],
    place: { ...NOWHERE, ...place },
  };
}

const BERLIN: PostalCodes = {
  count: 1,
  find: (country, code) =>
    country === 'DE' && code === '10115' ? { lat: 52.53, lng: 13.38 } : null,
};

it('lists where a parcel was, oldest first, and consecutive scans at one place once', () => {
  const hub = { id: 'f', name: 'Köln Hub', type: 'hub', lat: 50.9, lng: 7 };
  // In the order of a timeline: newest first.
  const events = [
    scan('2026-03-10T15:30:00', { city: 'BERLIN', country: 'DE', postalCode: '10115' }),
    scan('2026-03-10T09:00:00', { city: 'X', country: 'DE', facility: 'K1' }, hub),
    scan('2026-03-09T22:10:00', { city: 'X', country: 'DE', facility: 'K1' }, hub),
    scan('2026-03-09T08:00:00', { city: 'NORTON', region: 'VA', country: 'US' }),
    scan('2026-03-09T07:00:00', {}),
  ];
  const places = scanPlaces(events, [{ lat: 52.5, lng: 13.4, atMs: 1 }], BERLIN);
  expect(places).toEqual([
    {
      name: 'Norton, VA, US',
      firstLocal: '2026-03-09T08:00',
      lastLocal: '2026-03-09T08:00',
      at: { lat: 37.5, lng: -78.5, precision: 'region' },
      scans: 1,
    },
    {
      name: 'Köln Hub',
      firstLocal: '2026-03-09T22:10',
      lastLocal: '2026-03-10T09:00',
      at: { lat: 50.9, lng: 7, precision: 'building' },
      scans: 2,
    },
    {
      name: 'Berlin, DE',
      firstLocal: '2026-03-10T15:30',
      lastLocal: '2026-03-10T15:30',
      at: { lat: 52.53, lng: 13.38, precision: 'postal_code' },
      scans: 1,
    },
    {
      name: null,
      firstLocal: null,
      lastLocal: null,
      at: { lat: 52.5, lng: 13.4, precision: 'exact' },
      scans: 1,
    },
  ]);
});

it('locates an area as precisely as possible', () => {
  const area = { postalCode: '10115', region: null, country: 'DE' };
  expect(locate(area, BERLIN)?.precision).toBe('postal_code');
  expect(locate(area, NO_POSTAL_CODES)).toEqual({ lat: 51, lng: 10.5, precision: 'country' });
  expect(locate({ ...area, country: null }, BERLIN)).toBeNull();
});

it('shows known places in order with the destination, and nothing without places', () => {
  const place = (
    lat: number,
    lng: number,
    precision: 'building' | 'region' | 'country' = 'building',
  ) => ({
    name: 'A',
    firstLocal: null,
    lastLocal: null,
    scans: 1,
    at: { lat, lng, precision },
  });
  const lost = { ...place(0, 0), at: null };
  const destination = { lat: -33, lng: 151 };
  const places = [place(52.5, 13.4), lost, place(40, -100, 'region')];
  const course = courseOf({ places, destination, now: null });
  expect(course?.items.map(({ id, number }) => [id, number])).toEqual([
    ['door', undefined],
    ['scan-1', 1],
    ['scan-3', 2],
  ]);
  expect(course?.items.map(({ around = 0 }) => around > 0)).toEqual([false, false, true]);
  expect(course?.lines).toEqual([
    {
      kind: 'way',
      points: [
        [13.4, 52.5],
        [-100, 40],
      ],
    },
  ]);
  const rough = place(51, 10.5, 'country');
  expect(courseOf({ places: [lost, rough], destination, now: null })).toBeNull();
  const area = place(40, -100, 'region');
  expect(courseOf({ places: [area, area, lost], destination: null, now: null })).toBeNull();
  expect(courseOf({ places: [area], destination, now: null })).not.toBeNull();
  expect(courseOf({ places: [place(40, -100)], destination: null, now: null })).not.toBeNull();
});

it('puts the scan of a handover where the phone was', () => {
  const delivered = scan('2026-03-10T15:30:00', { city: 'Vaduz', country: 'LI' });
  const handover = { lat: 47.1, lng: 9.5, atMs: Date.parse('2026-03-10T14:29:00Z') };
  const placesAt = (occurredAt: string) =>
    scanPlaces([{ ...delivered, occurredAt }], [handover], NO_POSTAL_CODES).map(({ name, at }) => [
      name,
      at?.precision,
    ]);
  expect(placesAt('2026-03-10T14:30:00Z')).toEqual([['Vaduz, LI', 'exact']]);
  expect(placesAt('2026-03-10T18:30:00Z')).toEqual([
    ['Vaduz, LI', 'country'],
    [null, 'exact'],
  ]);
});

it('marks consecutive scans in one area once, and every later one apart', () => {
  const place = (lat: number) => ({
    ...{ name: 'A', firstLocal: null, lastLocal: null, scans: 1 },
    at: { lat, lng: 0, precision: 'region' as const },
  });
  const places = [place(1), place(2), place(2), place(2), place(1)];
  const course = courseOf({ places, destination: null, now: null });
  expect(course?.items.map(({ id, number }) => [id, number])).toEqual([
    ['scan-1', 1],
    ['scan-2', '2–4'],
    ['scan-5', 5],
  ]);
});

it('numbers the scans of the table as the map does; it lists no others', () => {
  const at = { lat: 1, lng: 0, precision: 'region' as const };
  const known = { ...{ name: 'A', firstLocal: null, lastLocal: null, scans: 1 }, at };
  const places = [known, { ...known, at: null }, { ...known, at: { ...at, lat: 2 } }];
  const course = { places, destination: null, now: null };
  const value = spokenIn({ language: 'en', locale: 'en', timeZone: 'UTC' });
  const table = h(ScanMap, { course, map: { styleUrls: {} } as never, nowMs: 0 });
  const html = renderToString(h(SpokenIn, { value, children: table }));
  expect(
    html
      .split('<tr')
      .slice(2)
      .map((row) => /<td[^>]*>([^<]*)</.exec(row)?.[1]),
  ).toEqual(['1', '2']);
});

it('shows the courier who brings it, and the way by the pickup to the door', () => {
  const courier = { name: 'Ada', lat: 1, lng: 2, heading: 90, atMs: 3, stopsBefore: 0 };
  const now = { courier, pickup: { lat: 3, lng: 4 } };
  const course = courseOf({ places: [], destination: { lat: 5, lng: 6 }, now });
  expect(course?.items.map(({ kind, heading }) => [kind, heading])).toEqual([
    ['door', undefined],
    ['pickup', undefined],
    ['courier', 90],
  ]);
  const points = [
    [2, 1],
    [4, 3],
    [6, 5],
  ];
  expect(course?.lines?.at(-1)).toEqual({ kind: 'left', points });
});
