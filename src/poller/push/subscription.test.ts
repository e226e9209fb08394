import { describe, expect, test } from 'vitest';
import { afterSubscribing, isAccountFailure } from './subscription.ts';

const T = Date.parse('2026-03-02T10:00:00Z');
const DAY = 86_400_000;
const subscribed = {
  outcome: 'subscribed',
  trackingNumber: 'N1',
  subscriptionId: 's-1',
  expiresAtMs: null,
  pending: false,
} as const;

describe('a refusal', () => {
  const refused = { outcome: 'refused', trackingNumber: 'N1', reason: 'unknown number' } as const;

  test('of a number is retried twice, a day apart each, and then not', () => {
    expect([0, 1, 2].map((tries) => afterSubscribing(refused, tries, T).tryAtMs)).toEqual([
      T + DAY,
      T + DAY,
      null,
    ]);
  });

  test('of a whole account is retried every day: somebody may fix it', () => {
    expect(afterSubscribing({ ...refused, trackingNumber: null }, 9, T).tryAtMs).toBe(T + DAY);
    expect(isAccountFailure(refused)).toBe(false);
  });
});

test('a failure is tried again later and later, and not before the carrier said', () => {
  const failed = { outcome: 'error', trackingNumber: null, reason: '503' } as const;
  const pauses = [0, 1, 2, 20].map(
    (tries) => (afterSubscribing(failed, tries, T).tryAtMs ?? 0) - T,
  );
  expect(pauses).toEqual([300_000, 600_000, 1_200_000, DAY / 2]);
  const limited = { ...failed, outcome: 'rate_limited', retryAfterS: 7_200 } as const;
  expect(afterSubscribing(limited, 0, T)).toMatchObject({
    state: 'wanted',
    tryAtMs: T + 7_200_000,
  });
  expect(isAccountFailure(limited)).toBe(true);
});

test.each([
  [14, 12.6],
  [30, 28],
  [0.05, 0.05 - 1 / 24],
])('one that lives %d days is renewed after %d', (days, after) => {
  const subscription = afterSubscribing({ ...subscribed, expiresAtMs: T + days * DAY }, 3, T);
  expect(subscription).toMatchObject({ state: 'active', tries: 0 });
  expect(((subscription.tryAtMs ?? 0) - T) / DAY).toBeCloseTo(after, 5);
});

test('one without an end is never renewed, and one that waits for a handshake not for ever', () => {
  expect(afterSubscribing(subscribed, 0, T).tryAtMs).toBeNull();
  const pending = afterSubscribing({ ...subscribed, pending: true }, 0, T);
  expect(pending).toMatchObject({ state: 'pending', tryAtMs: T + DAY / 4 });
});
