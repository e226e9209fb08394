import { describe, expect, it } from 'vitest';
import { watchSustainedLag } from './loop-lag.ts';

/** An event loop whose only timer runs this many milliseconds late. */
function loop() {
  let nowMs = 0;
  let everyMs = 0;
  let tick = () => {};
  const lag = watchSustainedLag({
    nowMs: () => nowMs,
    every(ms, work) {
      everyMs = ms;
      tick = work;
      return () => {};
    },
    after: () => () => {},
  });
  return {
    lag,
    late(...lateMs: number[]) {
      for (const ms of lateMs) {
        nowMs += everyMs + ms;
        tick();
      }
    },
    /** Time that passes within one turn. */
    run(ms: number) {
      nowMs += ms;
    },
  };
}

describe('the sustained lag of the event loop', () => {
  it('is zero while the loop is on time', () => {
    const { lag, late } = loop();
    late(0, 0, 0);
    expect(lag.lagMs()).toBe(0);
  });

  it('hardly notices a single pause, however long', () => {
    const { lag, late } = loop();
    late(0, 10_000);
    expect(lag.lagMs()).toBeLessThan(15);
  });

  it('grows within a turn that does not end', () => {
    const { lag, run } = loop();
    run(20 + 30);
    expect(lag.lagMs()).toBe(0);
    run(20);
    expect(lag.lagMs()).toBe(20);
  });

  it('follows turns that are all late, and falls when they are on time again', () => {
    const { lag, late } = loop();
    late(40, 40, 40);
    expect(lag.lagMs()).toBeGreaterThan(15);
    late(...Array.from({ length: 20 }, () => 0));
    expect(lag.lagMs()).toBeLessThan(1);
  });
});
