import { expect } from 'vitest';
import { HOUR_MS, type VirtualHub } from './hubs/virtual-hub.ts';

/** No limit of the carrier was exceeded, as counted by the sandbox in sliding windows. */
export function expectNoCallTooMany({ sandbox }: VirtualHub, carrier: string): void {
  const figures = sandbox.rateFigures(carrier);
  expect(figures.length).toBeGreaterThan(0);
  for (const { limit, peak, violations } of figures) {
    expect(violations, `${carrier}: beyond its limit of the ${limit.name}`).toBe(0);
    expect(peak, `${carrier}: most calls within ${limit.perS} s`).toBeLessThanOrEqual(limit.calls);
  }
  expect(sandbox.callFigures(carrier).byStatus['429']).toBeUndefined();
}

/** The longest time without a poll for each number, in hours, from then until now. */
export function longestWaitsH(
  { wire, hub }: VirtualHub,
  numbers: readonly string[],
  fromMs: number,
): number[] {
  const endMs = hub.clock.nowMs();
  return numbers.map((number) => {
    const calls = wire.calls.filter((call) => call.numbers.includes(number));
    const times = calls.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs);
    const waits = [...times, endMs].map((atMs, index) => atMs - (times[index - 1] ?? fromMs));
    return Math.max(...waits) / HOUR_MS;
  });
}

/** Scenarios so slow that none ends within a week, with pauses between their starts. */
export async function trackSlowParcels(
  virtual: VirtualHub,
  carrier: string,
  count: number,
): Promise<readonly string[]> {
  const numbers = virtual.numbers(carrier, count);
  const nowMs = virtual.hub.clock.nowMs();
  const pace = carrier === 'dhl' ? 0.14 : 0.5;
  for (const [index, number] of numbers.entries()) {
    const atMs = nowMs - (index * HOUR_MS) / 4;
    await virtual.track(carrier, number, { scenario: 'moving', atMs, pace });
  }
  return numbers;
}
