import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import {
  answered,
  type BreakerState,
  CLOSED,
  failed,
  permit,
  readBreaker,
  unused,
} from './breaker.ts';

const T = 1_750_000_000_000;

function failing(times: number, state: BreakerState = CLOSED, nowMs = T): BreakerState {
  let after = state;
  for (let i = 0; i < times; i += 1) after = failed(after, nowMs, 0.5);
  return after;
}

describe('a closed breaker', () => {
  test('opens at the fifth failure in a row and says when to ask again', () => {
    expect(permit(failing(4), T).allowed).toBe(true);
    expect(permit(failing(5), T)).toMatchObject({ allowed: false, retryAtMs: T + 15_000 });
  });

  test('forgets failures with an answer between', () => {
    expect(failing(4, answered(failing(4), T)).phase).toBe('closed');
  });
});

describe('an open breaker', () => {
  test('after its pause lets one call through, and no second while that is under way', () => {
    const first = permit(failing(5), T + 15_000);
    expect(first.allowed).toBe(true);
    expect(permit(first.state, T + 15_001).allowed).toBe(false);
  });

  test('does not wait for a time to which the clock has been set back', () => {
    expect(permit(failing(5), T - 3_600_000).allowed).toBe(true);
  });

  test('closes after two probes were answered', () => {
    const one = answered(permit(failing(5), T + 15_000).state, T + 16_000);
    expect(one.phase).toBe('half_open');
    const two = permit(one, T + 16_000);
    expect(two.allowed).toBe(true);
    expect(answered(two.state, T + 17_000)).toEqual(CLOSED);
  });

  test('pauses twice as long after each failed probe, and never beyond five minutes and a fifth', () => {
    let state = failing(5);
    let nowMs = T;
    const pausesMs: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const untilMs = permit(state, nowMs).retryAtMs ?? nowMs;
      pausesMs.push(untilMs - nowMs);
      nowMs = untilMs;
      state = failed(permit(state, nowMs).state, nowMs, 0.5);
    }
    expect(pausesMs.slice(0, 4)).toEqual([15_000, 30_000, 60_000, 120_000]);
    expect(Math.max(...pausesMs)).toBe(300_000);
  });

  test('does not take a late answer to an earlier call for a probe', () => {
    const open = failing(5);
    expect(answered(open, T + 1)).toBe(open);
    expect(failed(open, T + 1, 0)).toBe(open);
  });

  test('gets a probe back that was not sent, and one that was never reported', () => {
    const probe = permit(failing(5), T + 15_000).state;
    expect(permit(unused(probe, T + 15_001), T + 15_001).allowed).toBe(true);
    expect(permit(probe, T + 15_000 + 90_000).allowed).toBe(true);
  });
});

test('accounts that opened together do not probe together', () => {
  const untils = [0, 0.25, 0.5, 0.75].map((random) => {
    const state = failed(failing(4), T, random);
    return state.phase === 'open' ? state.untilMs : 0;
  });
  expect(new Set(untils).size).toBe(4);
});

test('in every case it is stored and read back alike, and does not stay open for ever', () => {
  const step = fc.tuple(fc.constantFrom('answered', 'failed', 'permit', 'unused'), fc.nat(400_000));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let state = CLOSED;
      let nowMs = T;
      for (const [what, waitMs] of steps) {
        nowMs += waitMs;
        if (what === 'answered') state = answered(state, nowMs);
        else if (what === 'failed') state = failed(state, nowMs, 0.9);
        else if (what === 'unused') state = unused(state, nowMs);
        else state = permit(state, nowMs).state;
        expect(readBreaker(JSON.parse(JSON.stringify(state)))).toEqual(state);
      }
      expect(permit(state, nowMs + 360_001).allowed).toBe(true);
    }),
    { seed: 3, numRuns: runs(300) },
  );
});

test.each([[null], ['open'], [{}], [{ phase: 'open', trips: 1 }], [{ phase: 'x' }]])(
  'what cannot be read (%j) is a closed breaker',
  (stored) => {
    expect(readBreaker(stored)).toEqual(CLOSED);
  },
);
