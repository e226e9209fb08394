import { expect, it } from 'vitest';
import type { TrackOutcome } from '../../adapters/contract/pull.ts';
import { CLOSED } from '../accounts/breaker.ts';
import { troubleAfter } from './trouble.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const limited: TrackOutcome = {
  outcome: 'rate_limited',
  trackingNumber: 'A',
  reason: 'too many',
  retryAfterS: 3_600,
};
const answered: TrackOutcome = { outcome: 'not_found', trackingNumber: 'B', reason: 'unknown' };

it('leaves a requested pause in force when a call that was already under way succeeds', () => {
  const paused = troubleAfter(null, [limited], CLOSED, NOW_MS);
  expect(paused).toMatchObject({ state: 'rate_limited', untilMs: NOW_MS + 3_600_000 });
  expect(troubleAfter(paused, [answered], CLOSED, NOW_MS + 50)).toBe(paused);
});

it('ends the pause with the first call that goes well after it', () => {
  const paused = troubleAfter(null, [limited], CLOSED, NOW_MS);
  expect(troubleAfter(paused, [answered], CLOSED, NOW_MS + 3_600_000)).toBeNull();
});

it('obeys a refusal although other numbers of the call were answered', () => {
  expect(troubleAfter(null, [answered, limited], CLOSED, NOW_MS)).not.toBeNull();
});
