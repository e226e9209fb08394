import { describe, expect, it } from 'vitest';
import { deliveredParcels } from '../../../test/support/parcels/delivered-parcels.ts';
import { trainModel } from '../evaluate/train-model.ts';
import { ModelUnusable } from '../gbdt/index.ts';
import { modelFromJson, modelToJson } from './model-json.ts';

const parcels = deliveredParcels({ days: 110, parcelsADay: 8, seed: 31 });
const model = trainModel(parcels, 1);
const text = JSON.stringify(modelToJson(model));

interface Json {
  readonly forests: readonly unknown[];
  readonly lanes: object;
  readonly calibration: object;
  readonly [member: string]: unknown;
}

/** The error message for the model with a change. */
function complaint(change: (json: Json) => object): string {
  try {
    modelFromJson(change(JSON.parse(text)));
  } catch (error) {
    if (error instanceof ModelUnusable) return error.message;
    throw error;
  }
  return 'usable';
}

describe('a model as JSON', () => {
  it('is the same for the same parcels and seed', () => {
    expect(JSON.stringify(modelToJson(trainModel(parcels, 1)))).toBe(text);
  });

  it('records its origin', () => {
    expect(model.card).toMatchObject({ parcels: parcels.length, first_day: '2026-01-05', seed: 1 });
    expect(model.card.last_weeks.n).toBeGreaterThan(0);
    expect(model.card.last_weeks.coverage_80).toBeGreaterThan(0.7);
  });

  it('gives the dates of the original model, except for rounding', () => {
    const read = modelFromJson(JSON.parse(text));
    expect(read.card).toEqual(model.card);
    let apart = 0;
    for (const parcel of parcels.slice(-100)) {
      const nowMs = (parcels.at(-1)?.handedOverAt.instantMs ?? 0) + 40 * 86_400_000;
      const wallMs = nowMs - 3_600_000;
      const open = { ...parcel, handedOverAt: { instantMs: wallMs, wallMs } };
      const [a, b] = [model.learner.score(open, nowMs), read.learner.score(open, nowMs)];
      apart +=
        Math.abs(a.day - b.day) + Math.abs(a.toDay - b.toDay) + Math.abs(a.fromDay - b.fromDay);
    }
    expect(apart).toBeLessThan(10);
  });

  it.each<[string, (json: Json) => object, RegExp]>([
    ['of another format', (json) => ({ ...json, format: 'x' }), /^format: /],
    ['with something more', (json) => ({ ...json, more: 1 }), /more/],
    ['without statistics', ({ lanes: _, ...json }) => json, /^lanes: /],
    [
      'with another feature',
      (json) => ({ ...json, features: ['a'] }),
      /^features\.0 is a; .+ train it again$/,
    ],
    [
      'with a forest too few',
      (json) => ({ ...json, forests: json.forests.slice(1) }),
      /^forests: 6 of them; expected 7$/,
    ],
    [
      'with forests in disorder',
      (json) => ({ ...json, forests: [...json.forests].reverse() }),
      /^forests\.0: its quantile is 0\.95/,
    ],
    ['with half a forest', (json) => ({ ...json, forests: [{}] }), /^forest/],
    [
      'with numbers that are none',
      (json) => ({ ...json, lanes: { ...json.lanes, day: 'NaN' } }),
      /^lanes\.day: /,
    ],
    [
      'with a calibration that no deliveries make',
      (json) => ({ ...json, calibration: { ...json.calibration, window: [['', 1e9]] } }),
      /^calibration\.window\.0\.1: /,
    ],
  ])('%s is rejected with the reason', (_, change, expected) => {
    expect(complaint(change)).toMatch(expected);
  });

  it('anything else is rejected', () => {
    for (const value of [null, 1, 'model', [], {}, { format: 'waybill-edd-1' }]) {
      expect(() => modelFromJson(value)).toThrow(ModelUnusable);
    }
  });
});
