import { expect, it } from 'vitest';
import type { PublicTrack } from '../../../../../tracking/ports/public-tracks.ts';
import type { LocationJson } from '../../recipients-view.ts';
import { loadLanguages } from '../texts.ts';
import { type CourierSpot, courierView } from './courier-view.ts';
import { wallClockFormats } from './wall-clock.ts';

const languages = loadLanguages();
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
const location: LocationJson = {
  tracking_number: 'K1',
  courier: { name: 'Ada', vehicle: 'van' },
  lat: 53.55,
  lng: 9.95,
  precision: 'exact',
  accuracy_m: 5,
  heading: null,
  is_old: false,
  stops_before: 2,
  updated_at: '2026-03-10T12:05:40.000Z',
};

function said(language: string, spot: Partial<CourierSpot> = {}, changes: object = {}) {
  const page = languages.get(language)?.page;
  if (page === undefined) throw new Error(language);
  const whole = { location, door: null, ...spot };
  const view = courierView(whole, { ...track, ...changes }, page, wallClockFormats(page.locale));
  return [view.seen.replaceAll(/\s/g, ' '), view.stops, view.rough] as const;
}
const event = (local: string | null) => ({
  occurred_at: '2026-03-10T11:00:00.000Z',
  occurred_local: local,
  status: 'in_transit',
});

it('says when the courier was last seen, by the clock of the page, and how many stops are before', () => {
  expect(said('en')).toEqual(['Ada was last seen at 12:05 PM.', '2 stops before you', '']);
  const local = { events: [event(null), event('2026-03-10T12:00:00')] };
  expect(said('de', {}, local)[0]).toBe('Ada: zuletzt gesehen um 13:05 Uhr.');
  const estimate = { estimated_delivery: { time_zone: 'Europe/Madrid' } };
  expect(said('es', {}, estimate)[0]).toBe('Ada: última posición a las 13:05.');
  for (const [stops, words] of [
    [0, 'Vous êtes le prochain arrêt'],
    [1, 'Encore 1 arrêt avant vous'],
    [null, ''],
  ] as const) {
    expect(said('fr', { location: { ...location, stops_before: stops } })[1]).toBe(words);
  }
});

it('says how far it is when the door is known, rounded to the precision of the position', () => {
  const door = (lat: number) => ({ door: { lat, lng: 9.95 } });
  expect(said('en', door(53.5611))[0]).toBe('Ada was last seen at 12:05 PM, about 1.2 km away.');
  expect(said('de', door(53.5531))[0]).toContain('etwa 350 m entfernt');
  expect(said('en', door(53.55))[0]).toContain('about 50 m away');
  const rough = { location: { ...location, precision: 'coarse' } as const, ...door(53.5515) };
  expect(said('en', rough)[0]).toContain('about 250 m away');
  expect(said('en', rough)[2]).toMatch(/^You see roughly where/);
});

it('hands the script every text with its arguments still to be filled in', () => {
  for (const [language, { page }] of languages) {
    const { words } = courierView({ location, door: null }, track, page, wallClockFormats('en'));
    const { texts } = JSON.parse(words);
    expect(
      Object.values(texts).every((text) => typeof text === 'string'),
      language,
    ).toBe(true);
    expect(texts.seen_away, language).toMatch(/\{name\}.*\{time\}.*\{distance\}/);
    expect(texts.stops_before, language).toContain('{count}');
  }
});
