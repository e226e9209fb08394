import { describe, expect, it } from 'vitest';
import { adjustToOutcome, createThrottle, forgetIdle, roomOf, SLOTS_MAX } from './throttle.ts';

const success = { delivered: true, isSlow: false, isPaused: false, durationMs: 5 };
const timeOut = { delivered: false, isSlow: true, isPaused: false, durationMs: 12_000 };

describe('an endpoint', () => {
  it('gets more requests at once while it uses them all, to a limit', () => {
    const throttle = createThrottle('e');
    const first = throttle.slots;
    adjustToOutcome(throttle, success);
    expect(throttle.slots).toBe(first);
    for (let i = 0; i < 1_000; i += 1) {
      throttle.inFlight = throttle.slots - 1;
      adjustToOutcome(throttle, success);
    }
    expect(throttle.slots).toBe(SLOTS_MAX);
  });

  it('that hangs is down to one request, and nothing is fetched ahead for it', () => {
    const throttle = createThrottle('e');
    for (let i = 0; i < 8; i += 1) adjustToOutcome(throttle, timeOut);
    expect(throttle.slots).toBe(1);
    expect(roomOf(throttle, 0)).toBe(1);
    throttle.inFlight = 1;
    expect(roomOf(throttle, 0)).toBe(0);
  });

  it('that fails fast keeps its slots: others of its events may go through', () => {
    const throttle = createThrottle('e');
    const before = throttle.slots;
    adjustToOutcome(throttle, { ...timeOut, isSlow: false, durationMs: 1 });
    expect(throttle.slots).toBe(before);
  });

  it('that answers fast has more taken ahead than one that is slow', () => {
    const [fast, slow] = [createThrottle('f'), createThrottle('s')];
    for (let i = 0; i < 50; i += 1) {
      adjustToOutcome(fast, success);
      adjustToOutcome(slow, { ...success, durationMs: 3_000 });
    }
    expect(roomOf(fast, 0)).toBeGreaterThan(4 * roomOf(slow, 0));
  });

  it('that is paused or disabled has no room', () => {
    const throttle = createThrottle('e');
    throttle.pausedUntilMs = 100;
    expect(roomOf(throttle, 99)).toBe(0);
    expect(roomOf(throttle, 100)).toBeGreaterThan(0);
    throttle.isClosed = true;
    expect(roomOf(throttle, 100)).toBe(0);
  });

  it('is forgotten when there is nothing to do, unless it is in trouble', () => {
    const [idle, troubled, busy] = [createThrottle('i'), createThrottle('t'), createThrottle('b')];
    adjustToOutcome(troubled, timeOut);
    busy.inFlight = 1;
    const throttles = new Map(
      [idle, troubled, busy].map((throttle) => [throttle.endpointId, throttle]),
    );
    forgetIdle(throttles);
    expect([...throttles.keys()]).toEqual(['t', 'b']);
  });
});
