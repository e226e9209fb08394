import { beforeAll, describe, expect, it } from 'vitest';
import {
  makeParcels,
  SHIFTED_HABITS,
  toJsonLines,
  USUAL_HABITS,
} from '../../../test/support/parcels/parcel-histories.ts';
import { stalledAfterMs } from '../policy/policy.ts';
import { readJsonLines } from '../simulate/read-json-lines.ts';
import type { ParcelHistory } from './bins.ts';
import { compileTables, hazardAt } from './compile.ts';
import { learn } from './learn.ts';
import { SHIPPED_PRIOR } from './shipped-prior.ts';
import { cellKey, type HazardTable, hazardTableSchema } from './table.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The Monday on which generated parcels begin. */
const BEGIN_MS = Date.UTC(2026, 0, 5);

function histories(count: number, seed: number, habits = USUAL_HABITS): readonly ParcelHistory[] {
  const read = readJsonLines(toJsonLines(makeParcels(count, seed, habits)), 'made');
  if (!read.ok) throw new Error(read.message);
  return read.histories;
}

/** The half hour of the day with most updates of a kind, in hours. */
function busiestHour(
  table: HazardTable,
  service: string,
  status: string,
  update: 'out_for_delivery',
) {
  const clock = table.cells[cellKey('unnamed', service, status)]?.next[update]?.clock ?? [];
  return clock.indexOf(Math.max(...clock)) / 2;
}

let usual: HazardTable;
beforeAll(() => {
  const untilMs = BEGIN_MS + 40 * DAY_MS;
  usual = learn(histories(900, 1), SHIPPED_PRIOR, { untilMs, version: 'usual' });
});

describe('learning from nothing', () => {
  it('leaves the table before as it is', () => {
    const learned = learn([], SHIPPED_PRIOR, { untilMs: BEGIN_MS, version: 'empty' });
    expect(learned.cells).toEqual(SHIPPED_PRIOR.cells);
    expect(learned).toMatchObject({
      version: 'empty',
      learned: { parcels: 0, facts: 0 },
      drift: [],
    });
  });

  it('looks at nothing that happens after the instant of learning', () => {
    const all = histories(50, 2);
    const untilMs = BEGIN_MS + 5 * DAY_MS;
    const past = all
      .filter(({ createdAtMs }) => createdAtMs <= untilMs)
      .map((each) => ({ ...each, facts: each.facts.filter(({ atMs }) => atMs <= untilMs) }));
    const options = { untilMs, version: 'x' };
    expect(
      learn(
        all.filter(({ createdAtMs }) => createdAtMs <= untilMs),
        SHIPPED_PRIOR,
        options,
      ),
    ).toEqual(learn(past, SHIPPED_PRIOR, options));
  });

  it('survives facts out of order, at one instant, after the end, and silences of months', () => {
    const odd: ParcelHistory = {
      trackingNumber: 'T1',
      carrier: 'acme|%',
      service: null,
      timeZone: 'Nowhere/At',
      createdAtMs: BEGIN_MS,
      edd: { date: 'soon' },
      facts: [
        { atMs: BEGIN_MS - DAY_MS, status: 'picked_up' },
        { atMs: BEGIN_MS, status: 'in_transit' },
        { atMs: BEGIN_MS, status: 'in_transit' },
        { atMs: BEGIN_MS + 90 * DAY_MS, status: 'delivered' },
        { atMs: BEGIN_MS + 91 * DAY_MS, status: 'in_transit' },
      ],
    };
    const untilMs = BEGIN_MS + 100 * DAY_MS;
    const table = learn([odd], SHIPPED_PRIOR, { untilMs, version: 'x' });
    expect(() => hazardTableSchema.parse(table)).not.toThrow();
  });
});

describe('a learned table', () => {
  it('is the same after a round trip as JSON, and small enough to read', () => {
    const text = JSON.stringify(usual);
    expect(hazardTableSchema.parse(JSON.parse(text))).toEqual(usual);
    expect(text.length).toBeLessThan(150_000);
    expect(hazardTableSchema.parse(SHIPPED_PRIOR)).toEqual(SHIPPED_PRIOR);
  });

  it('finds when vans leave, and that they do not on Sundays', () => {
    expect(busiestHour(usual, '*', 'at_facility', 'out_for_delivery')).toBeGreaterThanOrEqual(7);
    expect(busiestHour(usual, '*', 'at_facility', 'out_for_delivery')).toBeLessThanOrEqual(9);
    const next = usual.cells[cellKey('unnamed', '*', 'at_facility')]?.next.out_for_delivery;
    expect(next?.weekday[6]).toBeLessThan(0.15);
    expect(next?.weekday[2]).toBeGreaterThan(0.8);
  });

  it('distinguishes services, and uses the coarser cell for an unknown one', () => {
    const tables = compileTables(usual);
    const silenceH = (service: string | null, carrier = 'unnamed') =>
      stalledAfterMs({ carrier, service, status: 'in_transit' }, tables) / HOUR_MS;
    expect(silenceH('express')).toBeLessThan(0.6 * silenceH('economy'));
    expect(silenceH('overnight')).toBe(silenceH(null));
    expect(silenceH('overnight')).toBeGreaterThan(silenceH('express'));
    expect(silenceH('express', 'unheard-of')).toBeGreaterThan(0);
  });

  it('expects as many facts as there are', () => {
    const tables = compileTables(usual);
    let came = 0;
    let expected = 0;
    for (const { facts, service } of histories(400, 3)) {
      const out = facts.findIndex(({ status }) => status === 'out_for_delivery');
      const [from, to] = [facts[out], facts[out + 1]];
      if (from === undefined || to === undefined) continue;
      came += 1;
      const cell = tables.cellOf('unnamed', service, 'out_for_delivery');
      for (let atMs = from.atMs; atMs < to.atMs; atMs += HOUR_MS / 4) {
        const age = Math.floor((atMs - from.atMs) / HOUR_MS / 0.25);
        const quarter = Math.floor((atMs % DAY_MS) / HOUR_MS / 0.25);
        // The EDD bin matters little once the parcel is on the van.
        expected += hazardAt(cell, cell.rate, age, quarter, 2, 5) / 4;
      }
    }
    expect(expected / came).toBeGreaterThan(0.8);
    expect(expected / came).toBeLessThan(1.25);
  });

  it('keeps a hazard above nothing where nothing ever happened', () => {
    for (const { next } of Object.values(usual.cells)) {
      for (const { age, clock, weekday, edd, per_hour } of Object.values(next)) {
        expect(Math.min(per_hour, ...age, ...clock, ...weekday, ...edd)).toBeGreaterThan(0);
      }
    }
  });
});

describe('relearning', () => {
  const shifted = () => histories(1_500, 4, SHIFTED_HABITS);

  it('finds no drift where habits did not change', () => {
    const untilMs = BEGIN_MS + 8 * DAY_MS;
    const again = learn(histories(800, 5), usual, { untilMs, version: 'again' });
    const moved = again.drift.filter(({ update }) => update === 'out_for_delivery');
    expect(moved).toEqual([]);
  });

  it('moves the shape for services it has hardly seen: vans leave later for all', () => {
    const untilMs = BEGIN_MS + 5 * DAY_MS;
    const past = shifted();
    const vans = past.filter(
      ({ service, facts }) =>
        service === 'ground' &&
        facts.some(({ atMs, status }) => status === 'out_for_delivery' && atMs < untilMs),
    );
    expect(vans.length).toBeLessThan(25);
    const again = learn(past, usual, { untilMs, version: 'again' });
    const moved = again.drift.find(
      ({ status, update }) => status === 'at_facility' && update === 'out_for_delivery',
    );
    expect(moved?.later_h).toBeGreaterThanOrEqual(1);
    expect(moved?.later_h).toBeLessThanOrEqual(2);
    const middleH = (table: HazardTable) => {
      const clock =
        table.cells[cellKey('unnamed', 'ground', 'at_facility')]?.next.out_for_delivery?.clock ??
        [];
      const sum = clock.reduce((all, each) => all + each, 0);
      return clock.reduce((all, each, bin) => all + (each * bin) / 2, 0) / sum;
    };
    expect(middleH(again) - middleH(usual)).toBeGreaterThan(0.9);
  });

  it('finds that legs take longer', () => {
    const untilMs = BEGIN_MS + 8 * DAY_MS;
    const { drift } = learn(shifted(), usual, { untilMs, version: 'again' });
    const legs = drift.find(
      ({ status, update }) => status === 'in_transit' && update === 'at_facility',
    );
    expect(legs?.stretch).toBeGreaterThan(1.1);
  });

  /** Returns four weeks of the usual habits, followed by vans that leave `laterH` later. */
  function movedAfterWeeks(laterH: number): readonly ParcelHistory[] {
    const habits = { legs: 1, outForDeliveryLaterH: laterH };
    const inFourWeeks = histories(500, 8, habits).map((each) => ({
      ...each,
      createdAtMs: each.createdAtMs + 28 * DAY_MS,
      edd: null,
      facts: each.facts.map((fact) => ({ ...fact, atMs: fact.atMs + 28 * DAY_MS })),
    }));
    return [...histories(500, 7).map((each) => ({ ...each, edd: null })), ...inFourWeeks];
  }

  const vanHour = (table: HazardTable) =>
    busiestHour(table, '*', 'at_facility', 'out_for_delivery');

  it.each([-3, 3, 5])(
    'follows vans that leave %d h later within days, beside weeks of the old hours',
    (laterH) => {
      const all = movedAfterWeeks(laterH);
      const first = { untilMs: BEGIN_MS + 33 * DAY_MS, version: 'first' };
      const moved = learn(all, usual, first);
      const note = moved.drift.find(
        ({ status, update }) => status === 'at_facility' && update === 'out_for_delivery',
      );
      expect(Math.abs((note?.later_h ?? 0) - laterH)).toBeLessThanOrEqual(1);
      expect(Date.parse(note?.since ?? '')).toBeGreaterThan(BEGIN_MS + 26 * DAY_MS);
      expect(Math.abs(vanHour(moved) - vanHour(usual) - laterH)).toBeLessThanOrEqual(1);
      const again = learn(all, moved, { untilMs: first.untilMs + DAY_MS, version: 'again' });
      expect(Math.abs(vanHour(again) - vanHour(usual) - laterH)).toBeLessThanOrEqual(1);
    },
  );

  it('reads facts from before a change of habits by the new hours, and remembers when it was', () => {
    const all = movedAfterWeeks(3);
    const moved = learn(all, usual, { untilMs: BEGIN_MS + 33 * DAY_MS, version: 'first' });
    const again = learn(all, moved, { untilMs: BEGIN_MS + 34 * DAY_MS, version: 'again' });
    const since = ({ since }: HazardTable['drift'][number]) => Date.parse(since) > 0;
    expect(again.past_drift).toEqual(moved.drift.filter(since));
    expect(again.past_drift).not.toEqual([]);
    expect(again.drift.filter(({ update }) => update === 'out_for_delivery')).toEqual([]);
    const later = learn(all, again, { untilMs: BEGIN_MS + 120 * DAY_MS, version: 'later' });
    expect(later.past_drift).toEqual([]);
  });

  it('ignores silence that nobody observed', () => {
    const [one] = histories(1, 9);
    if (one === undefined) throw new Error('there is one');
    const untilMs = one.createdAtMs + 10 * DAY_MS;
    const silent = { ...one, facts: [] };
    const perHour = (watchedUntilMs: number) => {
      const watched = { ...silent, watchedUntilMs };
      const table = learn([watched], usual, { untilMs, version: 'x' });
      return table.cells[cellKey('*', '*', 'created')]?.next.picked_up?.per_hour ?? Number.NaN;
    };
    const unseen = perHour(one.createdAtMs + 60_000);
    expect(unseen).toBeGreaterThan(perHour(untilMs));
    expect(unseen).toBeCloseTo(
      usual.cells[cellKey('*', '*', 'created')]?.next.picked_up?.per_hour ?? Number.NaN,
      3,
    );
  });

  it('retains what it knows of carriers without recent updates', () => {
    const others = histories(100, 6).map((each) => ({ ...each, carrier: 'other' }));
    const untilMs = BEGIN_MS + 40 * DAY_MS;
    const again = learn(others, usual, { untilMs, version: 'again' });
    const key = cellKey('unnamed', 'express', 'at_facility');
    expect(again.cells[key]).toEqual(usual.cells[key]);
  });
});
