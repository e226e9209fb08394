import { describe, expect, it } from 'vitest';
import { dayOfDate, localDay, zoneOffsetMs } from './zone-offset.ts';

const HOUR_MS = 3_600_000;

describe('a zone’s offset', () => {
  it('is nothing for no zone, an unknown zone and UTC', () => {
    for (const zone of [null, 'UTC', 'Nowhere/At']) expect(zoneOffsetMs(zone, 0)).toBe(0);
  });

  it('changes exactly when the clocks do, for questions in any order', () => {
    const changeMs = Date.parse('2026-03-08T07:00:00Z');
    expect(zoneOffsetMs('America/New_York', changeMs)).toBe(-4 * HOUR_MS);
    expect(zoneOffsetMs('America/New_York', changeMs - 1)).toBe(-5 * HOUR_MS);
    expect(zoneOffsetMs('America/New_York', changeMs + 1)).toBe(-4 * HOUR_MS);
  });

  it('stays correct for more hours than it caches', () => {
    const winterMs = Date.parse('2026-01-05T12:00:00Z');
    for (let hour = 0; hour < 21_000; hour += 1) zoneOffsetMs('Asia/Kolkata', hour * HOUR_MS);
    expect(zoneOffsetMs('Asia/Kolkata', winterMs)).toBe(5.5 * HOUR_MS);
    expect(zoneOffsetMs('Europe/Berlin', winterMs)).toBe(HOUR_MS);
  });
});

describe('days', () => {
  it('of a date and of an instant at a place are counted alike', () => {
    const noonMs = Date.parse('2026-01-05T12:00:00Z');
    expect(localDay('UTC', noonMs)).toBe(dayOfDate('2026-01-05'));
    expect(localDay('Pacific/Kiritimati', noonMs)).toBe(dayOfDate('2026-01-06'));
  });

  it('of something else than a date are null', () => {
    expect(dayOfDate('tomorrow')).toBeNull();
    expect(dayOfDate('2026-01-05T12:00')).toBeNull();
  });
});
