import { expect, it } from 'vitest';
import { placeCalendars } from '../calendar/place-calendar.ts';
import { BOOK } from '../calendar/test-calendar.ts';
import { SHIPPED } from '../policy/test-policy.ts';
import { NO_WARNING } from '../warning/decide.ts';
import { type ParcelPredictor, predictParcel } from './predict-parcel.ts';

const NOW = Date.parse('2026-11-20T13:00:00Z');
const MINUTE_MS = 60_000;

/** A parcel of own couriers that was picked up by a command: no scan says where it is. */
const predicted = (arrival: ParcelPredictor['arrival'], status: 'out_for_delivery' | 'picked_up') =>
  predictParcel(
    {
      policy: SHIPPED,
      calendarOf: placeCalendars(SHIPPED, BOOK),
      learner: null,
      records: { carrier: null, rule: null },
      profiles: {},
      arrival: arrival ?? null,
      nowMs: NOW,
    },
    {
      status,
      reason: null,
      isExpired: false,
      carrier: 'fleet',
      serviceLevel: null,
      way: null,
      estimate: null,
      promised: null,
      destination: { country: 'DE', region: null },
      origin: { country: 'DE', region: null },
      zone: 'Europe/Berlin',
      originZone: 'Europe/Berlin',
      before: { date: null, source: null, moved: null, warning: NO_WARNING },
    },
  );

it('shows the courier’s window without any scan, until that is too old', () => {
  const at = (minutes: number) => NOW + minutes * MINUTE_MS;
  const times = { p10Ms: at(20), p50Ms: at(25), p90Ms: at(35), stopsBefore: 2 };
  const fresh = { ...times, madeMs: at(-1) };
  expect(predicted(fresh, 'out_for_delivery')).toMatchObject({
    prediction: {
      date: '2026-11-20',
      from: '2026-11-20T14:20',
      to: '2026-11-20T14:35',
      source: 'model',
      stopsBefore: 2,
    },
  });
  expect(predicted(fresh, 'out_for_delivery')?.dueAtMs).toBeGreaterThan(NOW);
  const nothing = { prediction: { date: null, source: 'none' }, dueAtMs: null };
  expect(predicted(fresh, 'picked_up')).toMatchObject(nothing);
  expect(predicted({ ...times, madeMs: at(-16) }, 'out_for_delivery')).toMatchObject(nothing);
  expect(predicted(null, 'out_for_delivery')).toMatchObject(nothing);
});
