import { expect, it } from 'vitest';
import type { PublicTrack } from '../../../../tracking/ports/public-tracks.ts';
import { openTrackingPages, type TrackOnPage } from './tracking-pages.tsx';

const SHOWN = { version: 'v1' };

const pages = openTrackingPages({
  carrier: (carrier) => ({ name: carrier, url: null, isOwn: carrier === 'own' }),
});
const track: PublicTrack = {
  tracking_number: 'K1',
  carrier: 'own',
  status: 'out_for_delivery',
  sub_status: null,
  status_text: '',
  confirmed: true,
  estimated_delivery: null,
  events: [],
};
const location = {
  tracking_number: 'K1',
  courier: { name: 'Ada', vehicle: 'van' as const },
  lat: 53,
  lng: 9,
  precision: 'exact' as const,
  accuracy_m: 5,
  heading: null,
  is_old: false,
  stops_before: 2,
  updated_at: '2026-03-10T12:05:40.000Z',
};

const only = (demos: readonly TrackOnPage[]) => ({ history: [], demos });

it.each(['en', 'de', 'fr', 'es'])(
  'shows the courier’s position on a tinted map, in %s',
  (language) => {
    const request = { language, path: '/', query: new URLSearchParams() };
    const demo = { track, token: 'a+b', courier: { location, door: null } };
    const page = pages.start(
      request,
      only([demo, { track: { ...track, carrier: 'other' } }]),
      SHOWN,
    );
    // The map takes the tone of the element around it; without one it stays empty.
    expect(page).toMatch(/<div class="riding" data-tone="arriving"><section class="courier card"/);
    expect(page).toContain('href="/track/own/K1?t=a%2Bb"');
    expect(page).toContain('Ada');
    expect(page).toContain('data-version="v1"');
    expect(pages.start(request, only([{ track }]), SHOWN)).not.toContain('id="courier"');
  },
);

it('shows the demo history before everything else', () => {
  const request = { language: 'en', path: '/', query: new URLSearchParams() };
  const tracks = { history: [{ track: { ...track, carrier: 'history' } }], demos: [{ track }] };
  const page = pages.start(request, tracks, SHOWN);
  expect(page.indexOf('/track/history/K1')).toBeGreaterThan(0);
  expect(page.indexOf('/track/history/K1')).toBeLessThan(page.indexOf('/track/own/K1'));
  expect(page).toContain('href="/console/demo"');
  expect(pages.start(request, only([{ track }]), SHOWN)).not.toContain('href="/console/demo"');
});

it.each([
  ['en', 'Own couriers'],
  ['de', 'Eigene Kuriere'],
  ['es', 'Repartidores propios'],
  ['fr', 'Coursiers internes'],
])('uses the name for the merchant’s own couriers in %s', (language, name) => {
  const request = { language, path: '/', query: new URLSearchParams() };
  expect(pages.start(request, only([{ track }]), SHOWN)).toContain(name);
  const parcel = pages.track(request, track, 'v1').toString();
  expect(parcel).toContain(name);
  expect(parcel).not.toContain('>own<');
});
