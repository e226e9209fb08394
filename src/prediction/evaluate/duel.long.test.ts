import { describe, expect, it } from 'vitest';
import { deliveredParcels } from '../../../test/support/parcels/delivered-parcels.ts';
import { modelToJson } from '../model/model-json.ts';
import type { Parcel } from '../sample/parcel.ts';
import { backtest } from './backtest.ts';
import { duel, treesOf } from './duel.ts';
import { thinFloods } from './evaluate.ts';
import { refreshModel } from './refresh-model.ts';
import { scoreDates } from './score-dates.ts';

const DAY_MS = 86_400_000;
const TERMS = {
  hold_out_days: 14,
  parcels_min: 20,
  coverage: { from: 0.5, to: 1 },
  coverage_tolerance: 0.5,
};
const PARCELS = deliveredParcels({ days: 110, parcelsADay: 10, seed: 61 });
const FIRST = duel(PARCELS, null, TERMS, 1);

describe('a duel', () => {
  it('judges two weeks, the last of which have nearly all arrived', () => {
    const { judgedFromMs, judgedToMs, challenger, model } = FIRST;
    const lastMs = Math.max(...PARCELS.map(({ handedOverAt }) => handedOverAt.instantMs));
    const late = PARCELS.filter(
      ({ handedOverAt, deliveredAt }) =>
        handedOverAt.instantMs >= judgedFromMs &&
        handedOverAt.instantMs < judgedToMs &&
        (deliveredAt?.instantMs ?? 0) > lastMs,
    );
    expect(judgedToMs - judgedFromMs).toBe(14 * DAY_MS);
    expect(challenger.n).toBeGreaterThan(130);
    expect(late.length).toBeLessThan(0.1 * challenger.n);
    expect(model.card.trees_at).toBe(new Date(judgedFromMs).toISOString());
  });

  it('judges longer with few parcels, but half of the time at most', () => {
    const longer = duel(PARCELS, null, { ...TERMS, parcels_min: 300 }, 1);
    expect(longer.outcome).toBe('first');
    expect(longer.challenger.n).toBeGreaterThanOrEqual(300);
    expect(longer.challenger.n).toBeLessThan(320);
    const few = duel(PARCELS, null, { ...TERMS, parcels_min: 900 }, 1);
    const firstMs = Math.min(...PARCELS.map(({ handedOverAt }) => handedOverAt.instantMs));
    expect(few.outcome).toBe('too_few');
    expect(few.judgedFromMs).toBe((firstMs + few.judgedToMs) / 2);
    expect(few.judgedToMs).toBe(longer.judgedToMs);
  });

  it('has trees that have not seen what they are judged on', () => {
    const changed = PARCELS.map((parcel): Parcel => {
      if (parcel.handedOverAt.instantMs <= FIRST.judgedFromMs) return parcel;
      const ms = parcel.handedOverAt.instantMs + DAY_MS / 2;
      return { ...parcel, deliveredAt: { instantMs: ms, wallMs: ms } };
    });
    const trees = (of: readonly Parcel[]) => {
      const { forests } = backtest(of, {
        fromMs: FIRST.judgedFromMs,
        seed: 1,
        trees: 'once',
      }).learner.learned();
      return JSON.stringify(forests.map(({ leafValue }) => [...leafValue]));
    };
    expect(trees(changed)).toBe(trees(PARCELS));
  });

  it('activates exactly what was examined, the same each time, with pauses or without', () => {
    let rests = 0;
    const again = duel(PARCELS, null, TERMS, 1, () => {
      rests += 1;
    });
    // The pause is called at each event of each parcel, and far more often at the nodes of trees.
    expect(rests).toBeGreaterThan(8 * PARCELS.length);
    expect(JSON.stringify(modelToJson(again.model))).toBe(JSON.stringify(modelToJson(FIRST.model)));
  });

  it('does not let a champion calibrate on its training data', () => {
    // The trees have seen every parcel: if the replay ignored that, their windows would be too
    // narrow.
    const known = { ...FIRST.model, card: { ...FIRST.model.card, trees_at: null } };
    const honest = backtest(PARCELS, {
      fromMs: FIRST.judgedFromMs,
      seed: 1,
      trees: treesOf(FIRST.model),
    });
    const naive = backtest(PARCELS, { fromMs: FIRST.judgedFromMs, seed: 1, trees: treesOf(known) });
    const width = (of: typeof honest) => scoreDates(of.predicted, () => true).width80Days;
    expect(width(honest)).toBeGreaterThan(width(naive));
  });

  it('judges by no single lane, however many parcels it has', () => {
    const [sample] = PARCELS;
    if (sample === undefined) throw new Error('no parcels');
    const { predicted } = backtest(PARCELS, { fromMs: FIRST.judgedFromMs, seed: 1, trees: 'once' });
    const wrong = predicted.slice(0, 1).flatMap((one) =>
      Array.from({ length: 5_000 }, () => ({
        ...one,
        parcel: { ...one.parcel, origin: { ...one.parcel.origin, region: 'ZZ' } },
        days: one.days.map(() => 300),
      })),
    );
    const plain = scoreDates(predicted, () => true).pinball;
    const flooded = scoreDates([...predicted, ...wrong], () => true).pinball;
    const alone = scoreDates(wrong, () => true).pinball;
    expect((flooded - plain) / (alone - plain)).toBeLessThan(0.41);
  });
});

describe('a refresh', () => {
  it('keeps the trees and the seed, and is the same each time', () => {
    const once = refreshModel(PARCELS, FIRST.model, 1);
    const trees = (of: typeof once) =>
      JSON.stringify(of.learner.learned().forests.map(({ leafValue }) => [...leafValue]));
    expect(trees(once)).toBe(trees(FIRST.model));
    expect(once.card.trees_at).toBe(FIRST.model.card.trees_at);
    const again = refreshModel(PARCELS, FIRST.model, 1);
    expect(JSON.stringify(modelToJson(again))).toBe(JSON.stringify(modelToJson(once)));
  });
});

describe('a flooded lane', () => {
  it('is thinned to two thirds of all others, the same parcels each time, and nothing else is', () => {
    expect(thinFloods(PARCELS)).toEqual(PARCELS);
    const flood = Array.from({ length: 20_000 }, (_, index): Parcel => {
      const [sample] = PARCELS;
      if (sample === undefined) throw new Error('no parcels');
      return { ...sample, id: `F${index}`, origin: { ...sample.origin, region: 'ZZ' } };
    });
    const left = thinFloods([...PARCELS, ...flood]);
    const ofFlood = left.filter(({ id }) => id.startsWith('F')).length;
    expect(left.length - ofFlood).toBe(PARCELS.length);
    expect(ofFlood / PARCELS.length).toBeGreaterThan(0.55);
    expect(ofFlood / PARCELS.length).toBeLessThan(0.8);
    expect(thinFloods([...flood, ...PARCELS]).length).toBe(left.length);
  });
});
