import { expect, it } from 'vitest';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { dateTexts } from '../kit/dates.ts';
import { type NextStepInput, nextStep } from './next-step.ts';

const NOW_MS = Date.parse('2026-11-25T22:30:00Z');
const words = {
  ...{ today: 'Today', yesterday: 'Yesterday', tomorrow: 'Tomorrow' },
  localTime: ({ time }: { readonly time: unknown }) => `${time} local time`,
};
const dates = dateTexts('en', { nowMs: NOW_MS, timeZone: 'America/New_York', words });
const { next } = messagesIn('en').shipmentPage;

const PARCEL: NextStepInput = {
  status: 'in_transit',
  carrier: 'FedEx',
  isOwn: false,
  hasCourier: false,
  mayArrive: true,
  estimate: null,
  arrival: null,
  source: null,
  today: '2026-11-25',
  readersToday: '2026-11-25',
  delivered: null,
  problem: null,
  place: null,
};

const ESTIMATE: NonNullable<NextStepInput['estimate']> = {
  date: '2026-11-27',
  from: null,
  to: null,
  from_local: '2026-11-27T11:00:00',
  to_local: '2026-11-27T13:00:00',
  precision: 'time',
  time_zone: null,
  zone_source: 'none',
  source: 'carrier',
  confidence: null,
};

/** Node.js puts a narrow space before PM. */
const plain = (text: string) => text.replaceAll(/\s/gu, ' ');

it('says when and where, and nothing that the status beside it says', () => {
  const say = (input: Partial<NextStepInput>) =>
    plain(nextStep({ ...PARCEL, ...input }, next, dates));
  expect(say({ estimate: ESTIMATE })).toBe('Expected Fri, Nov 27, 11:00 AM – 1:00 PM local time.');
  expect(say({ estimate: { ...ESTIMATE, time_zone: 'America/New_York' } })).toContain('1:00 PM.');
  expect(say({ estimate: { ...ESTIMATE, late: true, precision: 'day' } })).toContain(
    'has passed; now expected Fri, Nov 27.',
  );
  const said = { ...ESTIMATE, precision: 'day', time_zone: 'UTC' } as const;
  expect(say({ estimate: said, source: 'says the carrier' })).toBe(
    'Expected Fri, Nov 27, says the carrier.',
  );
  const passed = { estimate: { ...ESTIMATE, precision: 'day' }, today: '2026-11-30' } as const;
  expect(say(passed)).toBe('Late: was expected Fri, Nov 27. The carrier has given no new date.');
  const awaited = { ...ESTIMATE, date: '2026-11-24', to_local: null, precision: 'day' } as const;
  const west = { today: '2026-11-24', estimate: { ...awaited, from_local: null } } as const;
  expect(say(west)).toBe('Expected Tue, Nov 24.');
  const delivered = { status: 'delivered', delivered: '2026-11-25T14:05:00' } as const;
  expect(say(delivered)).toBe('Delivered today at 2:05 PM.');
  expect(say({ ...delivered, place: 'Hamburg' })).toBe('Delivered today at 2:05 PM in Hamburg.');
  expect(say({ status: 'created' })).toBe('FedEx has not scanned the parcel yet.');
  expect(say({ status: 'created', isOwn: true })).toBe('No courier is assigned yet.');
  const brought = { status: 'created', isOwn: true, hasCourier: true } as const;
  expect(say({ ...brought, estimate: ESTIMATE })).toMatch(/^Expected Fri/);
  const arrival = { when: 'today, about 6:34 PM', by: '6:49 PM' };
  expect(say({ ...brought, estimate: ESTIMATE, arrival })).toBe(
    'Expected today, about 6:34 PM. Promised by 6:49 PM.',
  );
  expect(say({ status: 'exception' })).toBe('No delivery date is known yet.');
  expect(say({ status: 'exception', mayArrive: false, estimate: ESTIMATE })).toBe('');
  const problem = { what: 'Nobody was there', at: '2026-11-24T14:05:00' };
  expect(say({ status: 'delivery_attempted', problem, estimate: ESTIMATE })).toBe(
    'Nobody was there, yesterday at 2:05 PM. Expected Fri, Nov 27, 11:00 AM – 1:00 PM local time.',
  );
  // Nothing is expected of a parcel that goes back.
  expect(say({ status: 'returning', estimate: ESTIMATE })).toBe('');
});

it('ends each sentence with one full stop in every language', () => {
  const of = (language: 'de' | 'es' | 'fr') => {
    const near = dateTexts(language, { nowMs: NOW_MS, timeZone: 'America/New_York', words });
    const input = { ...PARCEL, estimate: { ...ESTIMATE, precision: 'day' } };
    return plain(nextStep(input as NextStepInput, messagesIn(language).shipmentPage.next, near));
  };
  expect(of('de')).toBe('Erwartet: Fr., 27. Nov.');
  expect(of('es')).toMatch(/^Se espera .*[^.]\.$/);
  expect(of('fr')).toMatch(/^Attendu : .*[^.]\.$/);
});

it('names days as people do, by the reader’s own day', () => {
  expect(dates.heading('2026-11-25')).toBe('Today');
  expect(dates.heading('2026-11-24')).toBe('Yesterday');
  expect(dates.heading('2026-11-22')).toBe('Sunday, Nov 22');
  expect(dates.day('2025-12-31')).toBe('Wed, Dec 31, 2025');
  const inTokyo = dateTexts('de', { nowMs: NOW_MS, timeZone: 'Asia/Tokyo', words });
  expect(inTokyo.heading('2026-11-26')).toBe('Today');
  expect(inTokyo.time('2026-11-24T20:39:00')).toBe('20:39');
});
