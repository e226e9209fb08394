import { describe, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { createPace, type PaceWindow, paceWindows } from './tokens.ts';

/** When each of `count` simultaneous calls is admitted, in milliseconds from the first. */
async function turns(windows: readonly PaceWindow[], count: number): Promise<number[]> {
  const clock = manualClock(1_000_000);
  const pace = createPace(windows, clock, async (ms) => clock.advance(ms));
  const sent: number[] = [];
  const all = Array.from({ length: count }, async () => {
    await pace.turn();
    sent.push(clock.nowMs() - 1_000_000);
  });
  await Promise.all(all);
  return sent;
}

/** The most calls in any window of `perMs`, wherever it begins. */
function densest(sent: readonly number[], perMs: number): number {
  return Math.max(
    ...sent.map((from) => sent.filter((at) => at >= from && at < from + perMs).length),
  );
}

describe('the pace', () => {
  it('takes a tenth off every limit, and never less than one call', () => {
    expect(paceWindows({ callsPerSecond: 140, burst: { calls: 1_400, perS: 10 } })).toEqual([
      { calls: 126, perMs: 1_000 },
      { calls: 1_260, perMs: 10_000 },
    ]);
    expect(paceWindows({ callsPerSecond: 1 })).toEqual([{ calls: 1, perMs: 1_112 }]);
    expect(paceWindows({ callsPerSecond: 0.2 })).toEqual([{ calls: 1, perMs: 5_556 }]);
    expect(paceWindows({ callsPerSecond: null })).toEqual([]);
  });

  it('never lets more through in any window, and no fewer than it could', async () => {
    const windows = [
      { calls: 4, perMs: 1_000 },
      { calls: 6, perMs: 3_000 },
    ];
    const sent = await turns(windows, 25);
    expect(densest(sent, 1_000)).toBe(4);
    expect(densest(sent, 3_000)).toBe(6);
    expect(sent.slice(0, 8)).toEqual([0, 0, 0, 0, 1_000, 1_000, 3_000, 3_000]);
  });

  it('delays nobody without a limit', async () => {
    expect(await turns([], 3)).toEqual([0, 0, 0]);
  });

  it('waits no longer than its window after the clock was set back by an hour', async () => {
    const clock = manualClock(10_000_000);
    const waits: number[] = [];
    const pace = createPace([{ calls: 1, perMs: 1_000 }], clock, async (ms) => {
      waits.push(ms);
      clock.advance(ms);
    });
    await pace.turn();
    clock.advance(-3_600_000);
    await pace.turn();
    expect(waits).toEqual([1_000]);
  });

  it('waits again when it was woken too early', async () => {
    const clock = manualClock(0);
    const pace = createPace([{ calls: 1, perMs: 1_000 }], clock, async (ms) =>
      clock.advance(Math.ceil(ms / 2)),
    );
    await pace.turn();
    await pace.turn();
    expect(clock.nowMs()).toBeGreaterThanOrEqual(1_000);
  });
});
