import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../kernel/test-runs.ts';
import { wallClockMs } from '../kernel/time/place-time.ts';
import { wallClockAt } from '../kernel/time/zoned-time.ts';
import { estimateLocals, estimateTimes } from './estimate.ts';

const NEW_YORK = 'America/New_York';

describe('an estimate on the wire', () => {
  it.each([
    [
      'a day alone is that day, from its beginning to its end',
      { date: '2026-03-12', from: null, to: null },
      NEW_YORK,
      {
        from: '2026-03-12T04:00:00.000Z',
        to: '2026-03-13T03:59:59.000Z',
        from_local: '2026-03-12',
        to_local: '2026-03-12',
        precision: 'day',
        time_zone: NEW_YORK,
        zone_source: 'postal_code',
      },
    ],
    [
      'a day alone of which nobody knows the clock has no instants',
      { date: '2026-03-12', from: null, to: null },
      null,
      {
        from: null,
        to: null,
        from_local: '2026-03-12',
        to_local: '2026-03-12',
        precision: 'day',
        time_zone: null,
        zone_source: 'none',
      },
    ],
    [
      'wall clocks are by the clock of the destination',
      { date: '2026-03-12', from: '2026-03-12T09:00', to: '2026-03-12T12:30:00' },
      NEW_YORK,
      {
        from: '2026-03-12T13:00:00.000Z',
        to: '2026-03-12T16:30:00.000Z',
        from_local: '2026-03-12T09:00:00',
        to_local: '2026-03-12T12:30:00',
        precision: 'time',
        time_zone: NEW_YORK,
        zone_source: 'postal_code',
      },
    ],
    [
      'wall clocks of which nobody knows the zone stay wall clocks',
      { date: '2026-03-12', from: '2026-03-12T09:00', to: '2026-03-12T12:30' },
      null,
      {
        from: null,
        to: null,
        precision: 'time',
        time_zone: null,
        zone_source: 'none',
        from_local: '2026-03-12T09:00:00',
        to_local: '2026-03-12T12:30:00',
      },
    ],
    [
      'an offset from the carrier makes instants of both ends',
      { date: '2014-03-11', from: '2014-03-11T08:00:00', to: '2014-03-11T17:00:00-04:00' },
      null,
      {
        from: '2014-03-11T12:00:00.000Z',
        to: '2014-03-11T21:00:00.000Z',
        from_local: '2014-03-11T08:00:00',
        to_local: '2014-03-11T17:00:00',
        precision: 'time',
        time_zone: '-04:00',
        zone_source: 'offset',
      },
    ],
    [
      'an instant is shown by the clock of the destination, whichever offset was written',
      { date: '2026-03-12', from: null, to: '2026-03-12T20:00:00Z' },
      NEW_YORK,
      {
        from: null,
        to: '2026-03-12T20:00:00.000Z',
        from_local: null,
        to_local: '2026-03-12T16:00:00',
        time_zone: NEW_YORK,
      },
    ],
    [
      'hours that would be on another day at the destination keep the offset they were reported with',
      { date: '2026-03-12', from: null, to: '2026-03-12T23:00:00-08:00' },
      'Europe/Berlin',
      {
        to: '2026-03-13T07:00:00.000Z',
        to_local: '2026-03-12T23:00:00',
        time_zone: '-08:00',
        zone_source: 'offset',
      },
    ],
    [
      'a window of days is shown from the first to the last',
      { date: '2026-11-24', from: '2026-11-23', to: '2026-11-26' },
      NEW_YORK,
      {
        from: '2026-11-23T05:00:00.000Z',
        to: '2026-11-27T04:59:59.000Z',
        from_local: '2026-11-23',
        to_local: '2026-11-26',
        precision: 'day',
      },
    ],
    [
      'midnight to midnight is a day, as carriers mean it',
      { date: '2026-03-12', from: '2026-03-12T00:00:00', to: '2026-03-12T23:59:59' },
      NEW_YORK,
      { from_local: '2026-03-12', to_local: '2026-03-12', precision: 'day' },
    ],
    [
      'a day beside an hour leaves that end open',
      { date: '2026-03-12', from: '2026-03-12', to: '2026-03-12T18:00' },
      NEW_YORK,
      { from: null, from_local: null, to: '2026-03-12T22:00:00.000Z', precision: 'time' },
    ],
    [
      'a window that ends before it begins says no more than its day',
      { date: '2026-03-12', from: '2026-03-12T18:00', to: '2026-03-12T09:00' },
      NEW_YORK,
      { from_local: '2026-03-12', to_local: '2026-03-12', precision: 'day' },
    ],
    [
      'a window that is not about its day says no more than the day',
      { date: '2026-03-12', from: '2026-03-14', to: '2026-03-15' },
      null,
      { from_local: '2026-03-12', to_local: '2026-03-12' },
    ],
  ])('%s', (_, announced, zone, expected) => {
    expect(estimateTimes(announced, zone)).toMatchObject({ date: announced.date, ...expected });
  });

  const day = fc.integer({ min: 0, max: 700 }).map((ahead) => dayAt(Date.UTC(2026, 0, 1), ahead));
  const clock = fc.constantFrom('00:00', '02:30', '09:00', '12:30:15', '23:59', '23:59:59');
  const offset = fc.constantFrom('', '', 'Z', '-08:00', '+05:30', '+13:00');
  const end = fc.option(
    fc.oneof(
      day,
      fc.constant('soon'),
      fc.tuple(day, clock, offset).map(([on, at, zone]) => `${on}T${at}${zone}`),
    ),
  );
  /** Ends near the day, as carriers send them, and anything else that they may write. */
  const near = (date: string) =>
    fc.option(
      fc
        .tuple(fc.integer({ min: -1, max: 2 }), fc.option(clock), offset)
        .map(([ahead, at, zone]) => {
          const on = dayAt(Date.parse(date), ahead);
          return at === null ? on : `${on}T${at}${zone}`;
        }),
    );
  const announced = day.chain((date) =>
    fc.oneof(
      fc.record({ date: fc.constant(date), from: near(date), to: near(date) }),
      fc.record({ date: fc.constant(date), from: end, to: end }),
    ),
  );
  const zone = fc.constantFrom(
    ...[null, NEW_YORK, 'Europe/Berlin', 'America/Santiago', 'Pacific/Auckland', 'Asia/Kolkata'],
  );

  it('holds its day between its ends, by its own clock, whatever a carrier sends', () => {
    fc.assert(
      fc.property(announced, zone, (estimate, destination) => {
        const is = estimateTimes(estimate, destination);
        const { from, to, from_local, to_local, precision, time_zone, zone_source } = is;
        expect(is.date).toBe(estimate.date);
        for (const instant of [from, to]) {
          if (instant !== null) expect(new Date(instant).toISOString()).toBe(instant);
        }
        if (from !== null && to !== null) expect(from <= to).toBe(true);
        if (from !== null) expect(dayIn(from, time_zone) <= is.date).toBe(true);
        if (to !== null) expect(dayIn(to, time_zone) >= is.date).toBe(true);
        if (from_local !== null) expect(from_local.slice(0, 10) <= is.date).toBe(true);
        if (to_local !== null) expect(to_local.slice(0, 10) >= is.date).toBe(true);
        const chars = precision === 'day' ? 10 : 19;
        for (const local of [from_local, to_local]) {
          expect(local?.length ?? chars).toBe(chars);
        }
        if (time_zone === null) expect({ from, to }).toEqual({ from: null, to: null });
        else expect([from === null, to === null]).toEqual([from_local === null, to_local === null]);
        if (destination !== null) expect(time_zone).not.toBeNull();
        if (precision === 'day') expect([from_local, to_local]).not.toContain(null);
        expect(zone_source === 'none').toBe(time_zone === null);
      }),
      { numRuns: runs(2_000), seed: 31 },
    );
  });

  it('on one day has both ends on that day', () => {
    fc.assert(
      fc.property(day, fc.option(clock), fc.option(clock), zone, (date, begins, ends, there) => {
        const at = (hour: string | null) => (hour === null ? null : `${date}T${hour}`);
        const is = estimateTimes({ date, from: at(begins), to: at(ends) }, there);
        for (const instant of [is.from, is.to]) {
          if (instant !== null) expect(dayIn(instant, is.time_zone)).toBe(date);
        }
      }),
      { seed: 31 },
    );
  });

  it('is read by its local times', () => {
    const before = { date: '2026-03-12', from: '2026-03-12T09:00:00-04:00', to: null };
    const { to_local: to, from_local: from } = estimateTimes(before, NEW_YORK);
    expect(estimateLocals(estimateTimes(before, NEW_YORK))).toEqual({
      date: '2026-03-12',
      from,
      to,
    });
    expect(estimateLocals('soon')).toEqual({ date: null, from: null, to: null });
  });
});

const DAY_MS = 86_400_000;

function dayAt(ms: number, ahead: number): string {
  return new Date(ms + ahead * DAY_MS).toISOString().slice(0, 10);
}

/** The day in that zone, derived only from the instant and the zone's name. */
function dayIn(instant: string, zone: string | null): string {
  const there = zone === null ? null : wallClockAt(instant, zone);
  if (there !== null) return there.slice(0, 10);
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone ?? '') ?? [];
  const min = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  expect(wallClockMs(instant.slice(0, 19)), `a zone: ${zone}`).not.toBeNull();
  return new Date(Date.parse(instant) + min * 60_000).toISOString().slice(0, 10);
}
