import { describe, expect, test } from 'vitest';
import {
  type Evidence,
  evidenceOf,
  NO_PUSH,
  PUSH_GRACE_MS,
  type PulledFacts,
  withEvidence,
} from './push-health.ts';

const T = Date.parse('2026-03-02T10:00:00Z');
const H = 3_600_000;

function pulled(over: Partial<PulledFacts>): PulledFacts {
  return { hadBeenPulled: true, knownFactAtMs: T - 10 * H, newFactsAtMs: [], ...over };
}

describe('a pull', () => {
  test('that finds an old fact no push reported shows a missed push', () => {
    expect(evidenceOf(pulled({ newFactsAtMs: [T - 2 * H] }), T)).toBe('missed');
    expect(evidenceOf(pulled({ newFactsAtMs: [T - 2 * H], knownFactAtMs: null }), T)).toBe(
      'missed',
    );
  });

  test('that finds only known facts confirms a push, to the minute', () => {
    const knownFactAtMs = T - 2 * H + 40_000;
    expect(evidenceOf(pulled({ newFactsAtMs: [T - 2 * H], knownFactAtMs }), T)).toBe('confirmed');
  });

  test('that finds both shows a missed push', () => {
    const facts = { newFactsAtMs: [T - 3 * H, T - 2 * H], knownFactAtMs: T - 3 * H };
    expect(evidenceOf(pulled(facts), T)).toBe('missed');
  });

  test('that finds a fact whose push may still be on its way shows nothing', () => {
    expect(evidenceOf(pulled({ newFactsAtMs: [T - PUSH_GRACE_MS + 1] }), T)).toBe('nothing');
  });

  test('that is the first of its parcel, or finds nothing new, shows nothing', () => {
    const newFactsAtMs = [T - 2 * H];
    expect(evidenceOf(pulled({ newFactsAtMs, hadBeenPulled: false }), T)).toBe('nothing');
    expect(evidenceOf(pulled({}), T)).toBe('nothing');
  });
});

describe('an account’s push', () => {
  const judged = (evidence: readonly Evidence[], from = NO_PUSH) => withEvidence(from, evidence, T);
  const healthy = judged(['confirmed', 'confirmed']);

  test('counts as none until pushes were seen to come', () => {
    expect(judged(['missed', 'missed', 'missed']).state).toBe('none');
    expect(judged(['confirmed', 'missed', 'confirmed']).state).toBe('none');
    expect(healthy).toMatchObject({ state: 'healthy', sinceMs: T });
  });

  test('is silent after two misses without a push between them', () => {
    expect(judged(['missed', 'nothing', 'confirmed', 'missed'], healthy).state).toBe('healthy');
    expect(judged(['missed', 'nothing', 'missed'], healthy).state).toBe('silent');
  });

  test('is healthy again when pushes come again', () => {
    const silent = judged(['missed', 'missed'], healthy);
    expect(judged(['confirmed'], silent).state).toBe('silent');
    expect(judged(['confirmed', 'confirmed'], silent).state).toBe('healthy');
  });
});
