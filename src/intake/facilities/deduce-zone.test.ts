import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { describe, expect, it } from 'vitest';
import { zonesOfCountry } from '../../kernel/places/zones-of-place.ts';
import { deduceZone } from './deduce-zone.ts';

const at = (iso: string, offsetMin: number) => ({ atMs: Date.parse(iso), offsetMin });
const place = (country: string | null, region: string | null = null, postalCode = '') => ({
  country,
  region,
  postalCode: postalCode || null,
});
const WINTER = at('2026-01-20T15:00:00Z', -7 * 60);

describe('a zone is deduced', () => {
  it('from the country alone where it keeps one clock', () => {
    expect(deduceZone(place('DE'), [])).toBe('Europe/Berlin');
  });

  it('from the offsets where they leave one zone of several', () => {
    const winter = at('2026-01-20T15:00:00Z', -5 * 60);
    expect(deduceZone(place('US', 'TN'), [winter])).toBe('America/New_York');
    expect(deduceZone(place('AU'), [at('2026-07-01T00:00:00Z', 9 * 60 + 30)])).toBeNull();
    const both = [at('2026-07-01T00:00:00Z', 570), at('2026-01-01T00:00:00Z', 570)];
    expect(deduceZone(place('AU'), both)).toBe('Australia/Darwin');
  });

  it('on the day when summer time distinguishes Phoenix from Denver, and not before', () => {
    expect(deduceZone(place('US', 'AZ'), [WINTER])).toBeNull();
    const stays = at('2026-07-20T15:00:00Z', -7 * 60);
    expect(deduceZone(place('US', 'AZ'), [WINTER, stays])).toBe('America/Phoenix');
    const moves = at('2026-07-20T15:00:00Z', -6 * 60);
    expect(deduceZone(place('US', 'AZ'), [WINTER, moves])).toBe('America/Denver');
  });

  it('with the hour of the clock change on its own side', () => {
    // 8 March 2026, 09:00 UTC: two o'clock in Denver becomes three.
    const before = at('2026-03-08T08:59:00Z', -7 * 60);
    const after = at('2026-03-08T09:00:00Z', -6 * 60);
    expect(deduceZone(place('US', 'CO'), [before, after])).toBe('America/Denver');
    const late = at('2026-03-08T09:00:00Z', -7 * 60);
    expect(deduceZone(place('US', 'CO'), [before, late])).toBeNull();
  });
});

describe('no zone is deduced', () => {
  it('where one offset contradicts, however many agree', () => {
    const wrong = at('2026-01-21T15:00:00Z', 60);
    expect(deduceZone(place('DE'), [at('2026-01-20T15:00:00Z', 60), wrong])).toBe('Europe/Berlin');
    expect(deduceZone(place('DE'), [wrong, WINTER])).toBeNull();
    expect(deduceZone(place('US', 'WA', '98108'), [WINTER])).toBeNull();
  });

  it('without a country, or of an unknown one', () => {
    expect(deduceZone(place(null), [WINTER])).toBeNull();
    expect(deduceZone(place('XX'), [WINTER])).toBeNull();
  });

  it('that disagrees with the reported offsets, for any place and offsets', () => {
    const country = fc.constantFrom('US', 'AU', 'BR', 'CA', 'RU', 'DE', 'MX', 'XX');
    const offsets = fc.array(
      fc.record({
        atMs: fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2027, 0) }),
        offsetMin: fc.constantFrom(-480, -420, -360, -300, -180, 60, 120, 570, 600, 660),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(country, offsets, (code, offsets) => {
        const zone = deduceZone(place(code), offsets);
        if (zone === null) return;
        for (const { atMs, offsetMin } of offsets) {
          expect(IANAZone.create(zone).offset(atMs)).toBe(offsetMin);
        }
      }),
    );
  });

  it('but the true one, from the offsets of the true one', () => {
    const several = fc.constantFrom('US', 'AU', 'BR', 'CA', 'RU', 'MX', 'ID', 'CL');
    const months = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(several, fc.nat(), months, (code, pick, when) => {
        const zones = zonesOfCountry(code);
        const truth = zones[pick % zones.length] ?? '';
        const offsets = when.map((month) => {
          const atMs = Date.UTC(2025, month, 15);
          return { atMs, offsetMin: IANAZone.create(truth).offset(atMs) };
        });
        expect([null, truth]).toContain(deduceZone(place(code), offsets));
        if (when.length === 24) expect(deduceZone(place(code), offsets)).toBe(truth);
      }),
    );
  });
});
