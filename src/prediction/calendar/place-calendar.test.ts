import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { predictionPolicy } from '../policy/policy.ts';
import { SHIPPED } from '../policy/test-policy.ts';
import { addDays } from './local-date.ts';
import { acceptanceDay, placeCalendars } from './place-calendar.ts';
import { BOOK, calendarAt } from './test-calendar.ts';

fc.configureGlobal({ seed: 20_261_120 });

const delivering = (delivery: object) =>
  predictionPolicy.parse({ ...SHIPPED, delivery: { ...SHIPPED.delivery, ...delivery } });

describe('working days', () => {
  it('leave out weekends, and holidays of country and region', () => {
    // Christmas Eve is a Thursday; Saturday 26 and Sunday 27 are no working days either.
    expect(calendarAt('DE').addBusinessDays('2026-12-23', 2)).toBe('2026-12-28');
    const bavaria = calendarAt('DE-BY');
    expect(bavaria.closure('2026-01-06')).toEqual({ why: 'holiday', name: 'Epiphany' });
    expect(calendarAt('DE-BE').isBusinessDay('2026-01-06')).toBe(true);
    expect(calendarAt('DE').isBusinessDay('2026-01-06')).toBe(true);
    expect(calendarAt('BR').businessDaysBetween('2026-11-13', '2026-11-20')).toBe(4);
  });

  it('have the weekend of the country', () => {
    expect(calendarAt('EG').closure('2026-11-20')).toEqual({ why: 'weekend' });
    expect(calendarAt('EG').isBusinessDay('2026-11-22')).toBe(true);
    expect(calendarAt('EG').addBusinessDays('2026-11-19', 1)).toBe('2026-11-22');
    expect(calendarAt('DE').addBusinessDays('2026-11-19', 1)).toBe('2026-11-20');
  });

  it('recognize a region by its code, with and without the country, and by its name', () => {
    for (const region of ['BY', 'by', 'DE-BY', 'Bayern', ' bayern ']) {
      expect(BOOK.coverage('DE', region)).toBe('region');
      expect(BOOK.regionCode('de', region)).toBe('BY');
    }
    expect(BOOK.coverage('DE', 'Atlantis')).toBe('country');
    expect(BOOK.coverage('DE', 'constructor')).toBe('country');
    expect(calendarAt('DE-Atlantis').isBusinessDay('2026-12-25')).toBe(false);
  });

  it('in an unknown country leave out weekends only, and report it', () => {
    const nowhere = calendarAt('XX');
    expect(nowhere.coverage).toBe('none');
    expect(nowhere.isBusinessDay('2026-12-25')).toBe(true);
    expect(nowhere.isBusinessDay('2026-12-26')).toBe(false);
    for (const odd of [null, '', '__proto__', 'D']) expect(BOOK.coverage(odd, odd)).toBe('none');
  });

  it('count holidays of several days in full, and half holidays not at all', () => {
    const riyadh = calendarAt('SA');
    for (const date of ['2026-05-26', '2026-05-27', '2026-05-28']) {
      expect(riyadh.closure(date)?.why).toBe('holiday');
    }
    expect(calendarAt('DE').isBusinessDay('2026-12-24')).toBe(true);
    expect(calendarAt('IS').isBusinessDay('2026-12-24')).toBe(true);
  });

  it('are closed and worked as the settings say, by country or region', () => {
    const policy = predictionPolicy.parse({
      ...SHIPPED,
      holidays: {
        closed: { 'DE-BE': ['2027-03-08'], FR: ['2026-11-20'] },
        worked: { US: ['Columbus Day'] },
      },
    });
    const closed = (place: string, date: string) => calendarAt(place, { policy }).closure(date);
    expect(closed('DE-BE', '2027-03-08')).toEqual({ why: 'holiday', name: null });
    expect(closed('DE-BY', '2027-03-08')).toBeNull();
    expect(closed('FR', '2026-11-20')).toEqual({ why: 'holiday', name: null });
    expect(closed('US', '2026-10-12')).toBeNull();
    expect(calendarAt('US').closure('2026-10-12')?.why).toBe('holiday');
  });

  it('have these properties for any place and year', () => {
    const anywhere = fc.constantFrom('DE', 'US-CA', 'BR-SP', 'SA', 'IL', 'JP', 'IN', 'XX', 'GB');
    const day = fc.integer({ min: 0, max: 1_000 }).map((index) => addDays('2025-06-01', index));
    fc.assert(
      fc.property(anywhere, day, fc.integer({ min: 1, max: 9 }), (place, from, count) => {
        const calendar = calendarAt(place);
        const to = calendar.addBusinessDays(from, count);
        expect(calendar.isBusinessDay(to)).toBe(true);
        expect(calendar.businessDaysBetween(from, to)).toBe(count);
        expect(calendar.nextDeliveryDay(from) >= from).toBe(true);
        // A service only adds delivery days to working days.
        expect(calendar.nextDeliveryDay(from) <= calendar.addBusinessDays(from, 0)).toBe(true);
      }),
      { numRuns: runs(200) },
    );
  });
});

describe('calendars', () => {
  it('are created once for each place and service, and give the same results', () => {
    const calendars = placeCalendars(SHIPPED, BOOK);
    const of = (region: string | null, serviceLevel: string | null) =>
      calendars({ country: 'DE', region }, { carrier: 'acme', serviceLevel });
    expect(of('BY', null)).toBe(of('BY', null));
    const all = [of('BY', null), of(null, null), of(null, 'BY'), of('BY', 'express')];
    expect(new Set(all).size).toBe(4);
    expect(all.map((each) => each.isBusinessDay('2026-01-06'))).toEqual([false, true, true, false]);
  });
});

describe('delivery days', () => {
  it('are working days, and weekend days on which the service delivers', () => {
    const policy = delivering({
      carriers: {
        acme: {
          delivers_also: { DE: ['sat'], default: [] },
          service_levels: { sunday: { delivers_also: ['sat', 'sun'] } },
        },
      },
    });
    const next = (place: string, carrier: string, serviceLevel: string | null, date: string) =>
      calendarAt(place, { policy, carrier, serviceLevel }).nextDeliveryDay(date);
    expect(next('DE', 'acme', null, '2026-11-21')).toBe('2026-11-21');
    expect(next('FR', 'acme', null, '2026-11-21')).toBe('2026-11-23');
    expect(next('DE', 'bolt', null, '2026-11-21')).toBe('2026-11-23');
    expect(next('DE', 'acme', null, '2026-11-22')).toBe('2026-11-23');
    expect(next('DE', 'acme', 'Sunday', '2026-11-22')).toBe('2026-11-22');
    // Saturday the 26th of December counts as a holiday first.
    expect(next('DE', 'acme', 'Sunday', '2026-12-25')).toBe('2026-12-27');
  });

  it('include holidays if the service works on them, but no weekend because of that', () => {
    const some = delivering({ carriers: { acme: { holidays: ['Columbus Day'] } } });
    const all = delivering({ carriers: { acme: { holidays: 'all' } } });
    const comes = (policy: typeof all, place: string, date: string) =>
      calendarAt(place, { policy }).isDeliveryDay(date);
    expect(comes(some, 'US', '2026-10-12')).toBe(true);
    expect(comes(some, 'US', '2026-11-26')).toBe(false);
    expect(comes(all, 'US', '2026-11-26')).toBe(true);
    expect(comes(all, 'DE', '2026-12-26')).toBe(false);
    expect(comes(all, 'DE', '2026-12-25')).toBe(true);
  });
});

describe('the day of an acceptance', () => {
  const day = (iso: string) =>
    acceptanceDay(Date.parse(iso), 'America/New_York', calendarAt('US-NY'));

  it('is by the origin’s clock, and the next working day after the cut-off', () => {
    expect(day('2026-11-19T21:59:00Z')).toBe('2026-11-19');
    expect(day('2026-11-19T22:00:00Z')).toBe('2026-11-20');
    // 01:00 on the 20th in London is still the evening of the 19th, after the cut-off.
    expect(day('2026-11-20T01:00:00Z')).toBe('2026-11-20');
    expect(day('2026-11-20T22:30:00Z')).toBe('2026-11-23');
    expect(day('2026-11-21T15:00:00Z')).toBe('2026-11-23');
    expect(day('2026-11-25T23:00:00Z')).toBe('2026-11-27');
  });
});
