import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { expect, it } from 'vitest';
import { runs } from '../test-runs.ts';
import { offsetAt } from './zoned-time.ts';

const HOUR_MS = 3_600_000;
const ZONES = [
  'America/Chicago',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'America/Caracas',
  'Africa/Monrovia',
];

it('offsets that are remembered by the day are those of the zone, at any instant', () => {
  const instant = fc.integer({ min: Date.UTC(1960, 0), max: Date.UTC(2060, 0) });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), instant, (name, ms) => {
      const zone = IANAZone.create(name);
      expect(offsetAt(zone, ms)).toBe(zone.offset(ms));
    }),
    { numRuns: runs(2_000) },
  );
});

it.each(ZONES)('also in every hour of every day on which %s changed, for twelve years', (name) => {
  const zone = IANAZone.create(name);

  for (let day = Date.UTC(2009, 11); day < Date.UTC(2022, 0); day += 24 * HOUR_MS) {
    if (zone.offset(day) === zone.offset(day + 24 * HOUR_MS)) continue;

    for (let ms = day - HOUR_MS; ms < day + 26 * HOUR_MS; ms += HOUR_MS / 4) {
      expect([ms, offsetAt(zone, ms)]).toEqual([ms, zone.offset(ms)]);
    }
  }
});
