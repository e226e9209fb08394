import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrackOutcome } from '../../adapters/contract/pull.ts';
import { credentialsChanged } from '../accounts/health.ts';
import { readState } from '../accounts/state.sql.ts';
import type { Refusals } from '../accounts/state.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import { isAccountRefused, readRefusals, refusalsAfter } from './trouble.ts';

const outcome = (kind: 'refused' | 'not_found' | 'unsent', index = 0): TrackOutcome => ({
  outcome: kind,
  trackingNumber: `N${index}`,
  reason: '403',
});
const refused = (count: number) =>
  Array.from({ length: count }, (_, index) => outcome('refused', index));
const refusalsOf = (...calls: (readonly TrackOutcome[])[]) =>
  calls.reduce<Refusals | null>((before, call) => refusalsAfter(before, call, START_MS), null);

describe('refusals are the account’s', () => {
  it('not before three calls, however many numbers they held', () => {
    expect(isAccountRefused(refusalsOf(refused(30), refused(30)))).toBe(false);
    expect(isAccountRefused(refusalsOf(refused(30), refused(30), refused(30)))).toBe(true);
  });

  it('not before ten numbers, however many calls they took', () => {
    const nine = Array.from({ length: 9 }, () => refused(1));
    expect(isAccountRefused(refusalsOf(...nine))).toBe(false);
    expect(isAccountRefused(refusalsOf(...nine, refused(1)))).toBe(true);
  });

  it('not when a number of any of the calls was answered', () => {
    const mixed = [...refused(5), outcome('not_found')];
    expect(refusalsOf(refused(5), refused(5), mixed)).toBeNull();
    expect(isAccountRefused(refusalsOf(refused(9), mixed, refused(9), refused(9)))).toBe(false);
  });

  it('also when calls between them could not be sent', () => {
    const calls = refusalsOf(refused(5), [outcome('unsent')], refused(5), refused(5));
    expect(isAccountRefused(calls)).toBe(true);
  });

  it('and none when the stored value is something else', () => {
    for (const odd of [null, 3, {}, { calls: 'x', numbers: 2, sinceMs: 3 }]) {
      expect(readRefusals(odd)).toBeNull();
    }
  });
});

/**
 * Runs an account for a day of the test's clock; slow only because other work shares the machine.
 */
const SLOW = { timeout: 180_000 };

describe('an account that is refused for every number', SLOW, () => {
  const NUMBERS = Array.from({ length: 14 }, (_, index) => `N${index}`);
  let poller: TestPoller;
  beforeEach(async () => {
    poller = await openTestPoller();
    for (const number of NUMBERS) {
      poller.carrier.parcels.set(number, [{ code: 'PICK', atMs: START_MS - 60_000 }]);
      poller.carrier.special.set(number, 'refused');
    }
    await poller.ingestAll(NUMBERS);
  });
  afterEach(() => poller.close());

  const state = () => readState(poller.db.pipeline, poller.account.id);
  const count = async (condition: string) => {
    const { rows } = await poller.db.pipeline.query(
      `select count(*)::int as n from poll_targets where ${condition}`,
    );
    return rows[0]?.n;
  };

  it('lacks a permission, is left alone for a while, and gives no number up', async () => {
    await poller.run();
    expect(await state()).toMatchObject({
      health: 'missing_scope',
      // A number that was already in a call may be one of them.
      healthReason: expect.stringMatching(/refused all of the last 1[01] numbers/),
      trouble: { state: 'missing_scope', times: 1 },
    });
    const callsBefore = poller.carrier.calls.length;
    await poller.runUntil(START_MS + 15 * 60_000);
    expect(poller.carrier.calls).toHaveLength(callsBefore);
    expect(await count('ended_at is not null')).toBe(0);
    await poller.runUntil(START_MS + 24 * 3_600_000);
    expect(await count('ended_at is not null')).toBe(0);
    expect(poller.carrier.calls.length).toBeLessThan(60);
  });

  it('polls all of its numbers again once it is answered', async () => {
    await poller.run();
    poller.carrier.special.clear();
    await poller.runUntil(START_MS + 2 * 3_600_000);
    expect(await state()).toMatchObject({ health: 'ok', trouble: null, refusals: null });
    expect(await count('known')).toBe(NUMBERS.length);
  });

  it('does not count numbers that the adapter rejects by format', async () => {
    poller.carrier.special.clear();
    await poller.ingestAll(NUMBERS.map((number) => `?${number}`));
    await poller.runUntil(START_MS + 3_600_000);
    expect(await count(`end_reason = 'refused'`)).toBe(NUMBERS.length);
    expect(await state()).toMatchObject({ health: 'ok', trouble: null });
  });

  it('gives up the numbers that are still refused after that', async () => {
    await poller.run();
    for (const number of NUMBERS.slice(1)) poller.carrier.special.delete(number);
    const isGivenUp = async () => (await count(`end_reason = 'refused'`)) > 0;
    for (let hour = 1; hour <= 24 && !(await isGivenUp()); hour += 1) {
      await poller.runUntil(START_MS + hour * 3_600_000);
    }
    expect(await count(`end_reason = 'refused'`)).toBe(1);
    expect(await count('known')).toBe(NUMBERS.length - 1);
  });

  it('starts again with other credentials', async () => {
    await poller.run();
    await credentialsChanged({ ...poller.deps, wake: () => {} }, poller.account.id);
    expect(await state()).toMatchObject({ trouble: null, refusals: null });
  });
});
