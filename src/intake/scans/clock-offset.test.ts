import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK_OFFSET_MIN_MS, clockOffsetMs, correctionMs } from './clock-offset.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);

describe('the offset of a clock', () => {
  it.each(['', 'noon', '2026-03-10', '2026-03-10T12:00:00', '2026-02-30T12:00:00Z', '12:00Z'])(
    'is not known from "%s"',
    (text) => expect(clockOffsetMs(text, NOW_MS)).toBeNull(),
  );

  it('is the lead of the sender’s time over ours, whatever its offset from UTC', () => {
    const shown = fc.integer({ min: -10 * 365 * 86_400_000, max: 10 * 365 * 86_400_000 });
    const zones = fc.integer({ min: -14 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(shown, zones, (aheadMs, zoneMin) => {
        const wall = new Date(NOW_MS + aheadMs + zoneMin * 60_000).toISOString().slice(0, 23);
        const sign = zoneMin < 0 ? '-' : '+';
        const two = (value: number) => String(value).padStart(2, '0');
        const zone = `${sign}${two(Math.floor(Math.abs(zoneMin) / 60))}:${two(Math.abs(zoneMin) % 60)}`;
        expect(clockOffsetMs(wall + zone, NOW_MS)).toBe(aheadMs);
      }),
    );
  });

  it('corrects nothing that the network alone may have made', () => {
    expect(correctionMs(CLOCK_OFFSET_MIN_MS - 1)).toBe(0);
    expect(correctionMs(1 - CLOCK_OFFSET_MIN_MS)).toBe(0);
    expect(correctionMs(-CLOCK_OFFSET_MIN_MS)).toBe(-CLOCK_OFFSET_MIN_MS);
  });
});
