import { describe, expect, it } from 'vitest';
import { deliveredParcels } from '../../../../test/support/parcels/delivered-parcels.ts';
import { duel, type Parcel, pooledSender, thinFloods } from '../../../prediction/index.ts';
import type { JourneyRow } from '../serving/journeys.sql.ts';
import { journeyParcel } from './learn.ts';
import { journeyRows, MERCHANT, TERMS } from './test-journeys.ts';

const DAY_MS = 86_400_000;
const CLEAN = deliveredParcels({ days: 130, parcelsADay: 16, seed: 3 });
const NOW_MS = Math.max(...CLEAN.map(({ deliveredAt }) => deliveredAt?.instantMs ?? 0)) + DAY_MS;
const ROWS = journeyRows(CLEAN);

function learnable(rows: readonly JourneyRow[]): Parcel[] {
  return [...thinFloods(rows.flatMap((row) => journeyParcel(row, NOW_MS) ?? []))];
}

/** The dates of parcels handed over now, by what was learned from the rows. */
function datesFrom(rows: readonly JourneyRow[]) {
  const { learner } = duel(learnable(rows), null, TERMS, 1).model;
  const handedOverAt = { instantMs: NOW_MS, wallMs: NOW_MS };
  return CLEAN.slice(-300).map(({ deliveredAt: _, ...parcel }) =>
    learner.score(
      {
        ...parcel,
        handedOverAt,
        labelAt: null,
        promisedDay: null,
        sender: pooledSender(MERCHANT, parcel.sender),
      },
      NOW_MS,
    ),
  );
}

const clean = datesFrom(ROWS);

/** By how many days dates and windows differ on average from those of the clean rows. */
function apart(rows: readonly JourneyRow[]): { readonly mean: number; readonly width: number } {
  let mean = 0;
  let width = 0;
  for (const [index, dates] of datesFrom(rows).entries()) {
    const was = clean[index] ?? dates;
    mean += Math.abs(dates.day - was.day) / clean.length;
    width += (dates.toDay - dates.fromDay - (was.toDay - was.fromDay)) / clean.length;
  }
  return { mean, width };
}

/** A number from 0 to 1, the same for the same arguments. */
function chance(index: number, salt: number): number {
  const x = Math.sin(index * 12.9898 + salt * 78.233) * 43_758.5453;
  return x - Math.floor(x);
}

const delivered = (ms: number) => ({ deliveredMs: ms, deliveredWallMs: ms });
const handedOver = (ms: number) => ({ handedOverMs: ms, handedOverWallMs: ms });

/** Changes that make a row so bad that no time in transit can be computed from it. */
const IMPOSSIBLE: readonly ((row: JourneyRow) => Partial<JourneyRow>)[] = [
  ({ handedOverMs }) => delivered(handedOverMs - 3 * DAY_MS),
  ({ handedOverMs }) => delivered(handedOverMs + 95 * DAY_MS),
  () => ({ ...handedOver(NOW_MS + 40 * DAY_MS), deliveredMs: null, deliveredWallMs: null }),
  () => ({ ...delivered(NOW_MS + 2 * DAY_MS), ...handedOver(NOW_MS - DAY_MS) }),
  () => handedOver(Number.NaN),
  () => delivered(Number.POSITIVE_INFINITY),
  ({ handedOverMs }) => ({ handedOverWallMs: handedOverMs + 30 * DAY_MS }),
];

describe('what says impossible things', () => {
  it('changes nothing at all', () => {
    const poison = ROWS.slice(0, 700).map((row, index) => ({
      ...row,
      ...IMPOSSIBLE[index % IMPOSSIBLE.length]?.(row),
    }));
    for (const row of poison) expect(journeyParcel(row, NOW_MS)).toBeNull();
    expect(datesFrom([...poison, ...ROWS])).toEqual(clean);
  });

  it('in what only describes a parcel is left out by itself', () => {
    const [row] = ROWS;
    if (row === undefined) throw new Error('no rows');
    const place = { country: 7, region: null, postal: {}, lat: 'NaN', lng: 1e9 };
    const odd = { weightG: -5, labelMs: NOW_MS, promisedDay: 1e9 };
    const parcel = journeyParcel({ ...row, ...odd, origin: place, destination: 'x' }, NOW_MS);
    const nowhere = { country: '', region: '', postal: '', lat: null, lng: null };
    expect(parcel).toMatchObject({
      origin: nowhere,
      destination: nowhere,
      weightG: null,
      labelAt: null,
      promisedDay: null,
    });
  });
});

describe('what might be true and is not', () => {
  it('moves dates by less than a day and widens windows by less than 0.6, in one parcel of ten', () => {
    const poisoned = ROWS.map((row, index): JourneyRow => {
      if (index % 10 !== 0) return row;
      const transitMs =
        [0, 300 * chance(index, 1) * DAY_MS, 30 * chance(index, 2) * DAY_MS][index % 3] ?? 0;
      const moved = Math.floor(row.handedOverMs + transitMs);
      const isLate = moved > NOW_MS;
      return {
        ...row,
        deliveredMs: isLate ? null : moved,
        deliveredWallMs: isLate ? null : moved,
        weightG: Math.floor(1e7 * chance(index, 3)),
      };
    });
    const { mean, width } = apart(poisoned);
    expect(mean).toBeLessThan(1);
    expect(Math.abs(width)).toBeLessThan(0.6);
  });

  it('on a lane that has eight of nine parcels moves dates of the others by less than a day', () => {
    const flood = ROWS.flatMap((row, index): JourneyRow[] => {
      const place = { country: 'XX', region: 'ZZ', postal: '9999', lat: null, lng: null };
      const moved = row.handedOverMs + 3_600_000 * (1 + chance(index, 4));
      const flooded = {
        ...row,
        origin: place,
        destination: place,
        senderId: 'flooder',
        deliveredMs: moved,
        deliveredWallMs: moved,
      };
      return Array.from({ length: 8 }, (_, copy) => copy).map((copy) => ({
        ...flooded,
        id: `${row.id}-${copy}`,
      }));
    });
    const { mean, width } = apart([...ROWS, ...flood]);
    expect(mean).toBeLessThan(1);
    // Wider than one parcel in ten makes them: without coordinates, which no live parcel has, lanes
    // are distinguished by their areas alone (0.69 days seen).
    expect(Math.abs(width)).toBeLessThan(0.8);
  });
});
