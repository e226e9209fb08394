import { expect, it } from 'vitest';
import type { Channel } from '../contract.ts';
import { openThrottles, type Queue, type Throttle, throttleOf } from './throttles.ts';

const tenantOf = (index: number) => ({
  merchantId: `019a0000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  mode: 'live' as const,
});
const SHARED: Throttle = { key: 'smtp', isShared: true };
const own = (index: number): Throttle => ({ key: `own-${index}`, isShared: false });
const queue = (index: number, throttle: Throttle = own(index)): Queue => ({
  tenant: tenantOf(index),
  throttle,
});
const ACCEPTED = { isAccepted: true, tookMs: 500 };
const TIMED_OUT = { isAccepted: false, tookMs: 15_000 };

/** Begins all sends for which there are slots; returns how many. */
function fill(throttles: ReturnType<typeof openThrottles>, queues: readonly Queue[]): number[] {
  const shares = throttles.shareOut(queues);
  for (const { queue, many: count } of shares)
    for (let i = 0; i < count; i += 1) throttles.begin(queue.throttle);
  return queues.map((each) => shares.find((share) => share.queue === each)?.many ?? 0);
}

it('gives a throttle that nobody knows a few, and more with all that it takes', () => {
  const throttles = openThrottles();
  expect(fill(throttles, [queue(1)])).toEqual([4]);
  expect(fill(throttles, [queue(1)])).toEqual([0]);
  for (let i = 0; i < 4; i += 1) throttles.end(own(1), ACCEPTED);
  expect(fill(throttles, [queue(1)])).toEqual([32]);
});

it('leaves one to a throttle whose tries time out, until one is taken', () => {
  const throttles = openThrottles();
  fill(throttles, [queue(1, SHARED)]);
  for (let i = 0; i < 32; i += 1) throttles.end(SHARED, TIMED_OUT);
  expect(fill(throttles, [queue(1, SHARED)])).toEqual([1]);
  throttles.end(SHARED, ACCEPTED);
  expect(fill(throttles, [queue(1, SHARED)])).toEqual([2]);
});

it('takes nothing from who refuses at once, or had nothing to try', () => {
  const throttles = openThrottles();
  for (let i = 0; i < 10; i += 1) {
    throttles.begin(own(1));
    throttles.end(own(1), i % 2 === 0 ? null : { isAccepted: false, tookMs: 200 });
  }
  expect(fill(throttles, [queue(1)])).toEqual([4]);
});

it('shares out in turn among those who go through the same throttle', () => {
  const throttles = openThrottles();
  expect(fill(throttles, [queue(1, SHARED), queue(2, SHARED), queue(3, SHARED)])).toEqual([
    11, 11, 10,
  ]);
});

it('keeps half for those who are well, however many servers hang', () => {
  const throttles = openThrottles();
  const dead = Array.from({ length: 1_000 }, (_, index) => queue(index + 10));
  const held = fill(throttles, dead).reduce((sum, count) => sum + count, 0);
  expect(held).toBe(64);
  expect(fill(throttles, dead)).toEqual(dead.map(() => 0));
  expect(fill(throttles, [...dead, queue(1, SHARED)]).at(-1)).toBe(32);
});

it('never has more under way than there is room for', () => {
  const throttles = openThrottles();
  const known = Array.from({ length: 20 }, (_, index) => queue(index));
  for (let round = 0; round < 4; round += 1) {
    for (const { throttle } of known) throttles.begin(throttle);
    for (const { throttle } of known) throttles.end(throttle, ACCEPTED);
  }
  expect(fill(throttles, known).reduce((sum, count) => sum + count, 0)).toBe(128);
  expect(fill(throttles, known)).toEqual(known.map(() => 0));
});

it('tells accounts apart, and merchants where they say where to', () => {
  const channel = (provider: string, account?: string): Channel => ({
    provider,
    kind: 'email',
    repeat: 'never',
    ...(account === undefined ? {} : { account }),
    send: async () => ({ outcome: 'accepted', providerId: null }),
  });
  const keys = (kind: 'email' | 'webhook', ...channels: Channel[]) =>
    [1, 2].map((index) => throttleOf(kind, tenantOf(index), channels));
  const [first, second] = keys('email', channel('smtp'));
  expect(first).toEqual({ key: 'smtp', isShared: true });
  expect(second).toEqual(first);
  expect(keys('email', channel('smtp', 'a'))[0]).toEqual({ key: 'a', isShared: false });
  const [one, other] = keys('webhook', channel('http'));
  expect(one?.key).not.toBe(other?.key);
  expect(one?.isShared).toBe(false);
});
