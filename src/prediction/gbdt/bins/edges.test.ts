import { describe, expect, it } from 'vitest';
import { below, seededRandom } from '../../../kernel/seeded-random.ts';
import { binOfNumber, numberEdges } from './edges.ts';

function binsOf(values: Float64Array, binsMax: number): Float64Array {
  const edges = numberEdges(values, binsMax);
  const counts = new Float64Array(edges.length + 1);
  for (const value of values) {
    const bin = binOfNumber(value, edges);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

describe('numberEdges', () => {
  it('gives few distinct values a bin each', () => {
    expect([...numberEdges(Float64Array.of(3, 1, 1, 2), 255)]).toEqual([1.5, 2.5]);
  });

  it('fills bins evenly, and leaves none empty', () => {
    const random = seededRandom(1);
    const counts = binsOf(Float64Array.from({ length: 10_000 }, random), 100);
    expect(counts.length).toBe(100);
    expect(Math.min(...counts)).toBeGreaterThan(90);
    expect(Math.max(...counts)).toBeLessThan(110);
  });

  it('gives a frequent value a bin of its own', () => {
    const random = seededRandom(1);
    const values = Float64Array.from({ length: 9_000 }, (_, index) =>
      index % 3 === 0 ? 0.5 : below(random, 1_000_000) / 1_000_000,
    );
    const edges = numberEdges(values, 20);
    const bin = binOfNumber(0.5, edges);
    expect(
      values.filter((value) => binOfNumber(value, edges) === bin).every((v) => v === 0.5),
    ).toBe(true);
    expect(edges.length).toBeGreaterThan(15);
  });

  it('samples many values: their bins are as even as a sample allows', () => {
    const random = seededRandom(2);
    const counts = binsOf(Float64Array.from({ length: 300_000 }, random), 50);
    expect(counts.length).toBe(50);
    expect(Math.min(...counts)).toBeGreaterThan(0.9 * 6_000);
    expect(Math.max(...counts)).toBeLessThan(1.1 * 6_000);
  });

  it('never lets rounding or overflow move a value over an edge', () => {
    const next = 1 + Number.EPSILON;
    const huge = Number.MAX_VALUE;
    for (const values of [
      [1, next],
      [huge, huge / 2, -huge, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      [Number.MIN_VALUE, 0, -Number.MIN_VALUE],
    ]) {
      const edges = numberEdges(Float64Array.from(values), 255);
      expect([...edges].every(Number.isFinite)).toBe(true);
      const distinct = new Set(values.map((value) => Math.max(-huge, Math.min(huge, value))));
      expect(new Set(values.map((value) => binOfNumber(value, edges))).size).toBe(distinct.size);
    }
  });

  it('has nothing to cut where all is missing or equal', () => {
    expect([...numberEdges(Float64Array.of(Number.NaN, Number.NaN), 255)]).toEqual([]);
    expect([...numberEdges(Float64Array.of(0, -0, 0), 255)]).toEqual([]);
  });
});
