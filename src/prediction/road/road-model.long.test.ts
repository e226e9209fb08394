import { beforeAll, describe, expect, it } from 'vitest';
import { ModelUnusable, WITHOUT_REST } from '../gbdt/index.ts';
import { isDriven } from './evaluate/backtest-rides.ts';
import { windowFigures } from './evaluate/evaluate-rides.ts';
import type { DrivenRide } from './ride/ride.ts';
import { RoadModel } from './road-model.ts';
import { roadModelFromJson, roadModelToJson } from './road-model-json.ts';
import { hourlyMinutes, UNKNOWN_ROADS } from './straight-line.ts';
import { cityOf } from './test-city.ts';
import { momentsOf } from './under-way/under-way-model.ts';

const { rides, fixes } = cityOf(12, 150);
const driven = rides.filter(isDriven);
const past = driven.slice(0, 1_500);
const later = driven.slice(1_500);
const traced = (some: readonly (typeof driven)[number][]) =>
  some.map((ride) => ({ ride, endMs: ride.endMs, fixes: fixes.get(ride.id) ?? [] }));
const training = { seed: 1, pause: WITHOUT_REST };
const model = new RoadModel();

beforeAll(() => {
  model.learn(past, training);
  model.learnUnderWay(traced(past), training);
});

const outcomes = (some: readonly DrivenRide[]) =>
  model.departAll(some).map((predicted, index) => ({
    predicted,
    tookMin: ((some[index]?.endMs ?? 0) - (some[index]?.atMs ?? 0)) / 60_000,
  }));

describe('drives it was not trained on', () => {
  it('are predicted better than by the straight line, in a window that holds about eight of ten', () => {
    const figures = windowFigures(outcomes(later));
    const { straight } = model.known();
    const naive = windowFigures(
      later.map((ride, index) => {
        const p50Min = hourlyMinutes(straight, ride);
        const tookMin = outcomes([later[index] as DrivenRide])[0]?.tookMin ?? 0;
        return { predicted: { p10Min: 0, p50Min, p90Min: 0 }, tookMin };
      }),
    );
    expect(figures.maeMin).toBeLessThan(0.9 * naive.maeMin);
    expect(figures.coverage80).toBeGreaterThan(0.7);
    expect(figures.coverage80).toBeLessThan(0.88);
    expect(figures.laterThanP50).toBeGreaterThan(0.4);
    expect(figures.laterThanP50).toBeLessThan(0.6);
  });

  it('give the same answer one by one and many at once, at departure and under way', () => {
    const some = later.slice(0, 40);
    expect(model.departAll(some)).toEqual(some.map((ride) => model.depart(ride)));
    const moments = momentsOf(traced(some));
    const single = moments.map(({ ride, now }) =>
      model.predictRest({ ride: ride.ride, fixes: ride.fixes.slice(0, now + 1) }),
    );
    expect(model.predictRests(moments)).toEqual(single);
    expect(moments.length).toBeGreaterThan(150);
  });

  it('have ends in order, and shrink on the way', () => {
    for (const { ride, fixes: trail } of traced(later.slice(0, 60))) {
      const predicted = trail
        .slice(0, -1)
        .map((_, now) => model.predictRest({ ride, fixes: trail.slice(0, now + 1) }));
      for (const { p10Min, p50Min, p90Min } of predicted) {
        expect(p10Min).toBeLessThanOrEqual(p50Min);
        expect(p50Min).toBeLessThanOrEqual(p90Min);
        expect(p10Min).toBeGreaterThanOrEqual(0);
      }
      if (predicted.length > 4)
        expect(predicted.at(-1)?.p50Min).toBeLessThan(predicted[0]?.p50Min ?? 0);
    }
  });
});

describe('without any drives', () => {
  const far = { ...(later[0] as DrivenRide), to: { lat: 47.07, lng: 15.44 } };

  it('only the straight line, its detour and speed apply', () => {
    const predicted = new RoadModel().depart(later[0] as DrivenRide);
    const minutes = hourlyMinutes(UNKNOWN_ROADS, later[0] as DrivenRide);
    expect(predicted.p50Min).toBe(minutes);
    expect(predicted.p10Min).toBeLessThan(minutes);
    expect(predicted.p90Min).toBeGreaterThan(minutes);
  });

  it('the fleet’s own pace is used as far as it is known', () => {
    const { straight } = model.known();
    expect(model.depart(far).p50Min).toBe(hourlyMinutes(straight, far));
    expect(model.departAll([far])).toEqual([model.depart(far)]);
    expect(model.predictRest({ ride: far, fixes: [{ atMs: far.atMs, ...far.from }] }).p50Min).toBe(
      hourlyMinutes(straight, far),
    );
  });

  it('too few rides teach a pace and nothing more', () => {
    const few = new RoadModel();
    few.learn(past.slice(0, 100), training);
    few.learnUnderWay(traced(past.slice(0, 100)), training);
    const { rides: known, underWay, straight } = few.known();
    expect([known, underWay]).toEqual([null, null]);
    expect(few.depart(later[0] as DrivenRide).p50Min).toBe(
      hourlyMinutes(straight, later[0] as DrivenRide),
    );
    expect(straight.minutesPerKm).not.toBe(UNKNOWN_ROADS.minutesPerKm);
  });
});

describe('what has ended', () => {
  it('teaches a new courier’s pace', () => {
    const slow = past.slice(0, 200).map((ride) => ({
      ...ride,
      courier: 'new',
      endMs: ride.atMs + 1.5 * (ride.endMs - ride.atMs),
    }));
    const wiser = roadModelFromJson(JSON.parse(JSON.stringify(roadModelToJson(model))));
    const ask = { ...(later[5] as DrivenRide), courier: 'new' };
    const before = wiser.depart(ask).p50Min;
    wiser.closeDay(slow, []);
    expect(wiser.depart(ask).p50Min).toBeGreaterThan(before * 1.02);
  });
});

describe('a stored model', () => {
  it('gives the same results when it is read back', () => {
    const text = JSON.stringify(roadModelToJson(model));
    const back = roadModelFromJson(JSON.parse(text));
    for (const [index, predicted] of back.departAll(later).entries()) {
      expect(predicted.p50Min).toBeCloseTo(model.depart(later[index] as DrivenRide).p50Min, 2);
    }
    const moments = momentsOf(traced(later.slice(0, 20)));
    const again = back.predictRests(moments);
    for (const [index, predicted] of model.predictRests(moments).entries()) {
      expect(again[index]?.p90Min).toBeCloseTo(predicted.p90Min, 2);
    }
    expect(text.length).toBeLessThan(2_000_000);
    const none = roadModelFromJson(JSON.parse(JSON.stringify(roadModelToJson(new RoadModel()))));
    expect(none.known().rides).toBeNull();
  });

  it.each([
    ['nothing', () => null, /the model/],
    ['another format', (json: Json) => ({ ...json, format: 'x' }), /format/],
    ['a pace of nought', (json: Json) => change(json, 'straight', { minutesPerKm: 0 }), /straight/],
    ['a member nobody knows', (json: Json) => ({ ...json, extra: 1 }), /extra/],
    ['trees under way without rides', (json: Json) => ({ ...json, rides: null }), /needs rides/],
    [
      'trees of something else',
      (json: Json) => ({ ...json, underWay: (json['rides'] as Json)['trees'] }),
      /underWay.middle.0: its columns/,
    ],
    ['counts of another group', (json: Json) => ({ ...json, moments: [] }), /moments/],
  ])('is rejected with %s', (_, spoil, words) => {
    const spoilt = spoil(JSON.parse(JSON.stringify(roadModelToJson(model))) as Json);
    expect(() => roadModelFromJson(spoilt)).toThrow(ModelUnusable);
    expect(() => roadModelFromJson(spoilt)).toThrow(words);
  });
});

type Json = Record<string, unknown>;

function change(json: Json, name: string, members: Json): Json {
  return { ...json, [name]: { ...(json[name] as Json), ...members } };
}
