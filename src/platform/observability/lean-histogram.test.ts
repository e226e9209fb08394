import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { LeanHistogram } from './lean-histogram.ts';

const CONFIGURATION = {
  name: 'answers_seconds',
  help: 'How long answers took.',
  labelNames: ['route', 'status'] as const,
  buckets: [0.01, 0.1, 1],
};
const OBSERVED = [0, 0.01, 0.0100001, 0.05, 0.1, 0.5, 1, 1.5, 100];

test('the output equals that of prom-client’s own histogram, line by line', async () => {
  const [lean, own] = [new Registry(), new Registry()];
  const leanHistogram = new LeanHistogram({ ...CONFIGURATION, registers: [lean] });
  const ownHistogram = new Histogram({ ...CONFIGURATION, registers: [own] });
  for (const labels of [
    { route: '/a', status: 200 },
    { route: '/b "quoted"', status: 404 },
  ]) {
    const series = leanHistogram.series(labels);
    for (const seconds of OBSERVED) {
      series.observe(seconds);
      ownHistogram.observe(labels, seconds);
    }
  }
  expect(await lean.metrics()).toBe(await own.metrics());
  const [leanJson] = await lean.getMetricsAsJSON();
  const [ownJson] = await own.getMetricsAsJSON();
  expect(leanJson).toMatchObject({ name: ownJson?.name, type: 'histogram' });
});
