import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givingWay, workShare } from './giving-way.ts';

/** A machine of two cores of which others use a share, and work that is done in stretches. */
function machineWith(othersBusy: (atMs: number) => number) {
  let nowMs = 1_000;
  let workedMs = 0;
  let busyMs = 500;
  const pass = (ms: number, isWork: boolean) => {
    busyMs += ms * (2 * othersBusy(nowMs) + (isWork ? 1 : 0));
    nowMs += ms;
    if (isWork) workedMs += ms;
  };
  const pause = givingWay({
    nowMs: () => nowMs,
    machine: () => ({ busyMs, allMs: 2 * nowMs }),
    cores: 2,
    rest: (ms) => pass(ms, false),
  });
  return {
    /** Lets time pass without work or rest. */
    halt: (ms: number) => pass(ms, false),
    /** Returns the share of time spent working. */
    workFor(ms: number): number {
      const from = { nowMs, workedMs };
      while (nowMs < from.nowMs + ms) {
        pass(0.7, true);
        pause();
      }
      return (workedMs - from.workedMs) / (nowMs - from.nowMs);
    },
  };
}

describe('work that gives way', () => {
  it('works without a rest while the machine is otherwise idle', () => {
    const { workFor } = machineWith(() => 0.1);
    workFor(1_000);
    expect(workFor(10_000)).toBeCloseTo(1, 6);
  });

  it('does not take its own work for that of others', () => {
    const { workFor } = machineWith(() => 0.24);
    workFor(1_000);
    expect(workFor(10_000)).toBeCloseTo(1, 6);
  });

  it('works a tenth of its time on a machine that is busy, and no less on one that is full', () => {
    const busy = machineWith(() => 0.75);
    busy.workFor(1_000);
    expect(busy.workFor(10_000)).toBeCloseTo(0.1, 2);
    expect(machineWith(() => 1).workFor(10_000)).toBeCloseTo(0.1, 2);
  });

  it('begins modestly, and adapts to the load of others', () => {
    const { workFor } = machineWith((atMs) => (atMs < 5_000 || atMs > 20_000 ? 0 : 0.8));
    expect(workFor(400)).toBeLessThan(0.2);
    workFor(1_000);
    expect(workFor(2_000)).toBeCloseTo(1, 6);
    workFor(3_000);
    expect(workFor(10_000)).toBeCloseTo(0.1, 2);
    workFor(5_000);
    expect(workFor(10_000)).toBeCloseTo(1, 6);
  });

  it('does not rest from having been halted', () => {
    const { workFor, halt } = machineWith(() => 0.8);
    workFor(2_000);
    halt(10_000);
    workFor(200);
    expect(workFor(2_000)).toBeCloseTo(0.1, 2);
  });

  it('works less the more others do', () => {
    const share = fc.double({ min: -1, max: 2, noNaN: true });
    fc.assert(
      fc.property(share, share, (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        expect(workShare(more)).toBeLessThanOrEqual(workShare(less));
        expect(workShare(more)).toBeGreaterThanOrEqual(0.1);
        expect(workShare(less)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is this machine, where none is named', () => {
    const pause = givingWay();
    const untilMs = performance.now() + 20;
    while (performance.now() < untilMs) pause();
    expect(performance.now()).toBeGreaterThan(untilMs);
  });
});
