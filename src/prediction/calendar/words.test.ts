import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localeOf, messagesIn } from '../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language } from '../../platform/messages/languages.ts';
import type { Prediction, Reason } from '../chain/prediction.ts';
import { addDays } from './local-date.ts';
import { whyInWords, whyMoved } from './moved-words.ts';
import { dayFormats, type LocalNow, localeAt, windowInWords } from './window-words.ts';

fc.configureGlobal({ seed: 20_261_120 });

const textsOf = (language: Language) => messagesIn(language).prediction;
const NOW: LocalNow = { date: '2026-11-11', minutes: 9 * 60 };
const say = (
  date: string | null,
  from: string | null,
  to: string | null,
  { language = 'en', country = 'DE', now = NOW }: Ways = {},
) => {
  const words = textsOf(language);
  const formats = dayFormats(localeAt(localeOf(language), country));
  // Between hour and PM stands a narrow space that does not break.
  return windowInWords({ date, from, to }, now, words, formats)?.replace(/\s/gu, ' ') ?? null;
};
interface Ways {
  readonly language?: Language;
  readonly country?: string | null;
  readonly now?: LocalNow;
}

describe('a window in words', () => {
  it('is hours, a day or days, as a person says them', () => {
    expect(say('2026-11-11', '2026-11-11T10:00', '2026-11-11T14:00')).toBe(
      'today between 10:00 and 14:00',
    );
    expect(say('2026-11-12', '2026-11-12', '2026-11-12')).toBe('tomorrow');
    expect(say('2026-11-13', '2026-11-12', '2026-11-14')).toBe('tomorrow – Sat, 14 Nov');
    expect(say('2026-11-14', '2026-11-13', '2026-11-16')).toBe('Fri, 13 Nov – Mon, 16 Nov');
    expect(say('2026-11-14', null, null)).toBe('Sat, 14 Nov');
    expect(say(null, null, null)).toBeNull();
  });

  it('is said in each language', () => {
    const hours = (language: Ways['language'] & string, country: string) =>
      say('2026-11-11', '2026-11-11T10:00', '2026-11-11T14:00', { language, country });
    expect(hours('de', 'DE')).toBe('heute zwischen 10:00 und 14:00 Uhr');
    expect(hours('es', 'ES')).toBe('hoy entre las 10:00 y las 14:00');
    expect(hours('fr', 'FR')).toBe('aujourd’hui entre 10:00 et 14:00');
    expect(say('2026-11-14', '2026-11-13', '2026-11-16', { language: 'de' })).toBe(
      'Fr., 13. Nov. bis Mo., 16. Nov.',
    );
    expect(say('2026-11-12', null, null, { language: 'de' })).toBe('morgen');
  });

  it('is in the ways of the place it comes to', () => {
    const hours = (country: string | null) =>
      say('2026-11-12', '2026-11-12T10:00:00-05:00', '2026-11-12T14:00:00-05:00', { country });
    expect(hours('US')).toBe('tomorrow between 10:00 AM and 2:00 PM');
    expect(hours('GB')).toBe('tomorrow between 10:00 and 14:00');
    expect(hours('BR')).toBe('tomorrow between 10:00 AM and 2:00 PM');
    expect(hours(null)).toBe('tomorrow between 10:00 AM and 2:00 PM');
  });

  it('that has begun is described by its end, and midnight is not an hour', () => {
    const now = { date: '2026-11-11', minutes: 11 * 60 };
    const today = (from: string | null, to: string | null) => say('2026-11-11', from, to, { now });
    expect(today('2026-11-11T10:00', '2026-11-11T14:00')).toBe('today by 14:00');
    expect(today('2026-11-11T11:00', '2026-11-11T14:00')).toBe('today by 14:00');
    expect(today('2026-11-11T12:00', null)).toBe('today from 12:00');
    expect(today('2026-11-11T00:00', '2026-11-11T23:59')).toBe('today');
    expect(today(null, '2026-11-11T13:00:00+01:00')).toBe('today by 13:00');
  });

  it('says no "today" where nobody knows the clock, and nothing of what is not a time', () => {
    expect(say('2026-11-11', null, null, { now: null })).toBe('Wed, 11 Nov');
    expect(say('2026-11-11', 'soon', '2026-11-31')).toBe('today');
    expect(say('2026-02-30', null, null)).toBeNull();
  });

  it('leaves no place empty, for any window in any language', () => {
    const day = fc.integer({ min: -2, max: 9 }).map((index) => addDays('2026-11-11', index));
    const time = fc.tuple(day, fc.constantFrom('', 'T10:00', 'T23:59', 'T08:30:00Z', 'Tnoon'));
    const end = fc.option(time.map((parts) => parts.join('')));
    const way = fc.record({
      language: fc.constantFrom(...LANGUAGES),
      country: fc.constantFrom('DE', 'US', null, 'ZZ', '<b>'),
      now: fc.constantFrom(NOW, null),
    });
    fc.assert(
      fc.property(day, end, end, way, (date, from, to, ways) => {
        const said = say(date, from, to, ways);
        expect(said).toMatch(/^[^{}]+$/);
        expect(said).not.toMatch(/undefined|null|Invalid/);
      }),
    );
  });
});

describe('why a day moved', () => {
  const moved = (
    date: string,
    reasons: readonly Reason[] = [],
    source: Prediction['source'] = 'model',
  ): Prediction => ({ date, from: null, to: null, source, confidence: 0.5, late: false, reasons });
  const before = { date: '2026-11-12', source: 'model' } as const;
  const why = (is: Prediction, reported: string | null = null) => whyMoved(before, is, reported);

  it('is what the carrier reports, the calendar, or how it travels', () => {
    expect(why(moved('2026-11-13'), 'weather_delay')).toMatchObject({ code: 'reported' });
    expect(why(moved('2026-11-13', [], 'carrier'))).toEqual({ code: 'carrier' });
    expect(why(moved('2026-11-13', [{ code: 'out_for_delivery', by: 'lane' }]))).toEqual({
      code: 'out_for_delivery',
    });
    const holiday = { code: 'holiday', date: '2026-11-12', name: null } as const;
    expect(why(moved('2026-11-13', [holiday]))).toEqual({ code: 'holiday', date: '2026-11-12' });
    expect(why(moved('2026-11-13', [{ code: 'day_over' }]))).toEqual({ code: 'day_over' });
    const late = { code: 'promise_passed', date: '2026-11-12' } as const;
    expect(why(moved('2026-11-13', [late]))).toEqual({ code: 'late' });
    expect(why(moved('2026-11-13'))).toEqual({ code: 'slower' });
    expect(why(moved('2026-11-11'), 'weather_delay')).toEqual({ code: 'faster' });
  });

  it("is no parcel that is faster or slower where the day before was the carrier's", () => {
    const carriers = { ...before, source: 'carrier' } as const;
    expect(whyMoved(carriers, moved('2026-11-11'), null)).toEqual({ code: 'estimate' });
    expect(whyMoved(carriers, moved('2026-11-13'), null)).toEqual({ code: 'estimate' });
    const passed = moved('2026-11-13', [{ code: 'carrier_passed', date: '2026-11-12' }]);
    expect(whyMoved(carriers, passed, null)).toEqual({ code: 'late' });
  });

  it('is no weekend that came after the day expected before', () => {
    const weekend = { code: 'weekend', date: '2026-11-14' } as const;
    expect(why(moved('2026-11-16', [weekend]))).toEqual({ code: 'slower' });
  });

  it('is nothing where it did not move, or there was no day', () => {
    expect(why(moved('2026-11-12'))).toBeNull();
    expect(whyMoved({ date: null, source: null }, moved('2026-11-12'), null)).toBeNull();
    expect(whyMoved(before, { ...moved(''), date: null }, null)).toBeNull();
  });

  it('is a whole sentence in each language', () => {
    const codes = ['carrier', 'out_for_delivery', 'day_over', 'late', 'slower', 'faster'] as const;
    const all = [
      ...codes.map((code) => ({ code })),
      ...(['holiday', 'weekend'] as const).map((code) => ({ code, date: '2026-12-25' })),
      { code: 'reported', reason: 'weather_delay' } as const,
    ];
    for (const language of LANGUAGES) {
      const words = textsOf(language);
      const formats = dayFormats(localeOf(language));
      const said = all.map((each) => whyInWords(each, words, formats, () => 'Wetter'));
      expect(new Set(said).size).toBe(all.length);
      for (const sentence of said) expect(sentence).toMatch(/^[A-ZÀ-Ý][^{}]+\.$/);
    }
    const de = textsOf('de');
    const german = (date: string) =>
      whyInWords({ code: 'holiday', date }, de, dayFormats('de-DE'), () => null);
    expect(german('2026-12-25')).toBe('Am Fr., 25. Dez. wird nicht zugestellt (Feiertag).');
    const nameless = { code: 'reported', reason: 'odd' } as const;
    expect(whyInWords(nameless, de, dayFormats('de-DE'), () => null)).toBe(de.moved.slower);
  });
});
