import { seededRandom } from '../../kernel/seeded-random.ts';
import type { Column, Dataset } from './bins/dataset.ts';

/**
 * Synthetic parcels, always the same: their transit time depends on distance, weekday, hour, lane
 * and service, through steps, bends and products, with noise that grows with the distance and an
 * occasional stuck parcel. A fifth of one column is missing, partly at random.
 */
export function syntheticParcels(
  rows: number,
  seed: number,
): { readonly data: Dataset; readonly target: Float64Array } {
  const draw = drawFrom(seed);
  const lanes = laneEffects();
  const columns: Column[] = [
    ['distance_km', 'number'],
    ['weight_g', 'number'],
    ['hour', 'number'],
    ['weekday', 'category'],
    ['lane', 'category'],
    ['service', 'category'],
    ['residual_7d', 'number'],
    ['residual_30d', 'number'],
    ['under_way_share', 'number'],
    ['volume', 'number'],
    ['carrier_days', 'number'],
    ['latitude', 'number'],
    ['longitude', 'number'],
    ['noise', 'number'],
    ['constant', 'number'],
  ].map(([name, kind]) => ({
    name: name as string,
    kind: kind as Column['kind'],
    values: new Float64Array(rows),
  }));
  const target = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const distance = 3_000 * draw.share() ** 1.5;
    const weight = Math.round(Math.exp(5 + 1.2 * draw.normal()));
    const hour = Math.floor(24 * draw.share());
    const weekday = Math.floor(7 * draw.share());
    const lane = Math.floor(120 * draw.share() ** 2);
    const service = Math.floor(4 * draw.share());
    const drift = draw.normal();
    const load = draw.share();
    const latitude = 180 * draw.share() - 90;
    const longitude = 360 * draw.share() - 180;
    const days =
      1 +
      (service === 0 ? 0.3 : 1) * (distance / 400) +
      (weekday >= 5 ? 7 - weekday : weekday === 4 && hour > 15 ? 2 : 0) +
      (lanes[lane] ?? 0) +
      0.8 * drift +
      (load > 0.8 ? 6 * (load - 0.8) * (1 + distance / 1_000) : 0) +
      Math.sin(latitude / 20) * Math.cos(longitude / 40) +
      (weight > 1_000 ? 0.7 : 0);
    const spread = 0.4 + distance / 1_500 + (service === 3 ? 0.8 : 0);
    const stuck = draw.share() < 0.03 ? 8 * draw.share() : 0;
    target[row] = Math.max(0.1, days + spread * draw.normal() + stuck);
    const isPromised = draw.share() > (service === 2 ? 0.6 : 0.05);
    const samples = [
      distance,
      draw.share() < 0.1 ? Number.NaN : weight,
      hour,
      weekday,
      lane,
      draw.share() < 0.05 ? Number.NaN : service,
      drift + 0.5 * draw.normal(),
      drift + 0.8 * draw.normal(),
      load,
      Math.round(1_000 * draw.share() ** 3),
      isPromised ? Math.ceil(days + 2 * draw.share()) : Number.NaN,
      latitude,
      longitude,
      draw.normal(),
      1,
    ];
    for (const [index, { values }] of columns.entries()) values[row] = samples[index] ?? Number.NaN;
  }
  return { data: { rows, columns }, target };
}

/** Independent of the data set's seed: data sets of different seeds describe one world. */
function laneEffects(): readonly number[] {
  const draw = drawFrom(77);
  return Array.from({ length: 120 }, () => 1.5 * draw.normal());
}

function drawFrom(seed: number) {
  const random = seededRandom(seed);
  const share = () => random() / 2 ** 32;
  return {
    share,
    /**
     * The sum of twelve uniform numbers is near enough to normal, and rounds the same on every
     * machine.
     */
    normal: () => {
      let sum = -6;
      for (let index = 0; index < 12; index += 1) sum += share();
      return sum;
    },
  };
}
