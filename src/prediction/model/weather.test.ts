import { describe, expect, it } from 'vitest';
import { deliveredParcels } from '../../../test/support/parcels/delivered-parcels.ts';
import { trainModel } from '../evaluate/train-model.ts';
import { type Parcel, weatherSeverity } from '../sample/parcel.ts';
import { forecastParcel } from './forecast-parcel.ts';
import { modelFromJson, modelToJson } from './model-json.ts';

const DAY_MS = 86_400_000;
const parcels = deliveredParcels({ days: 110, parcelsADay: 10, seed: 33 });
/**
 * Every fourth day nothing moves at the destination, and parcels of that day take three days
 * longer.
 */
const stormy = parcels.map((parcel): Parcel => {
  const { handedOverAt, deliveredAt } = parcel;
  const isStorm = Math.floor(handedOverAt.wallMs / DAY_MS) % 4 === 0;
  const laterMs = isStorm ? 3 * DAY_MS : 0;
  const later = (ms: number) => ms + laterMs;
  return {
    ...parcel,
    weather: isStorm ? 0.9 : 0.1,
    deliveredAt: deliveredAt && {
      instantMs: later(deliveredAt.instantMs),
      wallMs: later(deliveredAt.wallMs),
    },
  };
});
const without = trainModel(parcels, 1);
const withIt = trainModel(stormy, 1);
const featuresOf = (model: typeof without) =>
  (modelToJson(model) as { features: string[] }).features;

const nowMs = Math.max(...stormy.map(({ deliveredAt }) => deliveredAt?.instantMs ?? 0)) + DAY_MS;
const last = parcels.at(-1);
if (last === undefined) throw new Error('there are some');
const open = (weather?: number): Parcel => ({
  ...last,
  deliveredAt: null,
  handedOverAt: { instantMs: nowMs, wallMs: nowMs },
  ...(weather === undefined ? {} : { weather }),
});

describe('weather where a parcel goes', () => {
  it('is learned if a source exists, and moves dates', () => {
    expect(featuresOf(withIt).at(-1)).toBe('weather (number)');
    const day = (weather?: number) => withIt.learner.score(open(weather), nowMs).day;
    expect(day(0.9) - day(0.1)).toBeGreaterThanOrEqual(1);
    expect(Number.isFinite(day())).toBe(true);
    const { drivers } = forecastParcel(withIt.learner, open(0.9), nowMs, (ms) => ms);
    expect(drivers.find(({ feature }) => feature === 'weather')?.days).toBeGreaterThan(0);
  });

  it('survives as JSON with its column', () => {
    const read = modelFromJson(JSON.parse(JSON.stringify(modelToJson(withIt))));
    const day = (weather: number) => read.learner.score(open(weather), nowMs).day;
    expect(day(0.9) - day(0.1)).toBeGreaterThanOrEqual(1);
  });

  it('is no column of a model trained without it: it is read as before, whatever is known later', () => {
    expect(featuresOf(without)).not.toContain('weather (number)');
    const read = modelFromJson(JSON.parse(JSON.stringify(modelToJson(without))));
    expect(read.learner.score(open(0.9), nowMs)).toEqual(read.learner.score(open(), nowMs));
  });

  it.each([
    ['a severity', async () => 0.4, 0.4],
    ['nothing', async () => null, null],
    ['what is none', async () => 7, null],
    ['no number', async () => Number.NaN, null],
    [
      'that it is broken',
      () => {
        throw new Error('no network');
      },
      null,
    ],
  ])('that the port reports as %s is %s', async (_, severityAt, is) => {
    expect(await weatherSeverity({ severityAt }, last.destination, last.handedOverAt)).toBe(is);
  });
});
