import { describe, expect, it } from 'vitest';
import { fixedPolicy } from './fixed.ts';
import type { ParcelView } from './policy.ts';
import { NOON_MS, parcel, SPEND } from './test-parcel.ts';

const MINUTE_MS = 60_000;

function pauseMin(changes: Partial<ParcelView>, nowMs = NOON_MS): number {
  const view = parcel({ lastPolledAtMs: nowMs, ...changes });
  return (fixedPolicy.next(view, nowMs, SPEND).atMs - nowMs) / MINUTE_MS;
}

describe('the fixed timetable', () => {
  it('polls every 4 h without an EDD, or when the EDD is not a date', () => {
    expect(pauseMin({ edd: null })).toBe(240);
    expect(pauseMin({ edd: { date: 'soon' } })).toBe(240);
  });

  it('takes an EDD that has passed as today: every 30 min', () => {
    expect(pauseMin({ edd: { date: '2026-01-04' } })).toBe(30);
    expect(pauseMin({ edd: { date: '2025-11-01' } })).toBe(30);
  });

  it.each([
    ['today', '2026-01-05', 30],
    ['tomorrow', '2026-01-06', 30],
    ['the day after tomorrow', '2026-01-07', 240],
  ])('with an EDD %s (%s) asks every %i min', (_, date, minutes) => {
    expect(pauseMin({ edd: { date } })).toBe(minutes);
  });

  it('counts days at the parcel’s place, not in UTC', () => {
    const edd = { date: '2026-01-07' };
    // 12:00 UTC on the 5th is already the 6th on Kiritimati, and still the 5th in Honolulu.
    expect(pauseMin({ edd, timeZone: 'Pacific/Kiritimati' })).toBe(30);
    expect(pauseMin({ edd, timeZone: 'Pacific/Honolulu' })).toBe(240);
  });

  it.each([
    // New York changes to summer time on 8 March 2026 at 07:00 UTC: midnight before is at 05:00
    // UTC…
    ['2026-03-08T04:59:00Z', '2026-03-09', 240],
    ['2026-03-08T05:00:00Z', '2026-03-09', 30],
    // …and the one after it at 04:00 UTC.
    ['2026-03-09T03:59:00Z', '2026-03-10', 240],
    ['2026-03-09T04:00:00Z', '2026-03-10', 30],
    // It changes back on 1 November at 06:00 UTC.
    ['2026-11-02T04:59:00Z', '2026-11-03', 240],
    ['2026-11-02T05:00:00Z', '2026-11-03', 30],
  ])('finds local midnight across a change of the clocks: %s, EDD %s', (now, date, minutes) => {
    const changes = { edd: { date }, timeZone: 'America/New_York' };
    expect(pauseMin(changes, Date.parse(now))).toBe(minutes);
  });

  it('counts the pause from the last poll, and never answers an instant that has passed', () => {
    const late = parcel({ lastPolledAtMs: NOON_MS - 60 * MINUTE_MS });
    expect(fixedPolicy.next(late, NOON_MS, SPEND).atMs).toBe(NOON_MS + 180 * MINUTE_MS);
    const overdue = parcel({ lastPolledAtMs: NOON_MS - 600 * MINUTE_MS });
    expect(fixedPolicy.next(overdue, NOON_MS, SPEND).atMs).toBe(NOON_MS);
  });
});
