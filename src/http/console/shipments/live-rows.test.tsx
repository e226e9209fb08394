import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { SpokenIn } from '../kit/language.ts';
import { spokenIn } from '../kit/spoken.tsx';
import { Cell } from './live-rows.tsx';

const NOW_MS = Date.parse('2026-11-25T12:00:00Z');
const deps = { parts: { clock: { nowMs: () => NOW_MS } } } as never;
const value = spokenIn({ language: 'en', locale: 'en', timeZone: 'Europe/Zurich' });
const PLACE = { city: 'Hodgkins', region: 'IL', postalCode: null, country: 'US' };
const EVENT = { reason: null, milestone: null, known: true, place: PLACE };

const cell = (column: 'last' | 'expected', each: object) =>
  renderToString(
    <SpokenIn value={value}>
      <Cell {...{ deps, column }} each={each as never} />
    </SpokenIn>,
  )
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();

it('says the last event in few words, then its place and its age', () => {
  const last = (of: object) =>
    cell('last', { last: { ...EVENT, ...of }, last_event_at: '2026-11-25T10:00:00.000Z' });
  expect(last({ status: 'at_facility', milestone: 'arrived' })).toBe(
    'Arrived at facility Hodgkins 2 h ago',
  );
  expect(last({ status: 'in_transit', milestone: 'departed', place: null })).toBe(
    'Left facility 2 h ago',
  );
  expect(last({ status: 'exception', reason: 'customs_hold' })).toMatch(/^Customs hold Hodgkins/);
  expect(last({ status: 'delivery_attempted', reason: 'recipient_unavailable' })).toMatch(
    /^Delivery attempted Hodgkins/,
  );
});

it('says the window of a parcel that arrives today, and when it came', () => {
  const window = { from: '2026-11-25T13:00:00Z', to: '2026-11-25T13:35:00Z' };
  const estimate = { date: '2026-11-25', to_local: '2026-11-25T14:35:00', precision: 'time' };
  const each = { status: 'created', daysLate: null, promised: null, delivered_at: null };
  const own = {
    ...each,
    time_zone: 'Europe/Vaduz',
    estimated_delivery: { ...estimate, ...window },
  };
  expect(cell('expected', own)).toBe('Today, 2:00 – 2:35 PM');
  const came = { ...own, status: 'delivered', delivered_at: '2026-11-25T13:20:00Z' };
  expect(cell('expected', came)).toBe('Today, 2:20 PM');
});
