import { Gauge } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { createMetrics } from './metrics.ts';

it('leaves out a metric that cannot be read in time, and reports the others', async () => {
  vi.useFakeTimers();
  const metrics = createMetrics({ processMetrics: false });
  const registers = [metrics];
  new Gauge({ name: 'failing', help: 'x', registers, collect: () => Promise.reject('away') });
  new Gauge({ name: 'hanging', help: 'x', registers, collect: () => new Promise(() => {}) });
  new Gauge({ name: 'known', help: 'x', registers });
  const text = metrics.metrics();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await text).toBe('# HELP known x\n# TYPE known gauge\nknown 0\n');
});
