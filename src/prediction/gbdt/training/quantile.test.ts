import { expect, it } from 'vitest';
import { below, seededRandom } from '../../../kernel/seeded-random.ts';
import { pinballLoss, selectQuantile } from './quantile.ts';

it('selects the same as sorting, with equals, few values and all orders', () => {
  const random = seededRandom(5);
  for (let index = 0; index < 500; index += 1) {
    const count = 1 + below(random, 60);
    const values = Float64Array.from({ length: count }, () => below(random, 1 + (index % 40)));
    if (index % 3 === 1) values.sort();
    if (index % 3 === 2) values.sort().reverse();
    const quantile = below(random, 1_001) / 1_000;
    const sorted = values.toSorted();
    const position = (count - 1) * quantile;
    const low = sorted[Math.floor(position)] ?? 0;
    const high = sorted[Math.ceil(position)] ?? 0;
    const expected = low + (high - low) * (position - Math.floor(position));
    const more = Float64Array.from([...values, Number.NEGATIVE_INFINITY]);
    expect(selectQuantile(more, count, quantile)).toBeCloseTo(expected, 9);
  }
});

it('weighs errors above by the quantile and errors below by the rest', () => {
  const target = Float64Array.of(3, 1);
  expect(pinballLoss(target, Float64Array.of(1, 2), 0.9)).toBeCloseTo((0.9 * 2 + 0.1 * 1) / 2, 12);
});

it('propagates a missing prediction', () => {
  expect(pinballLoss(Float64Array.of(3), Float64Array.of(Number.NaN), 0.9)).toBeNaN();
});
