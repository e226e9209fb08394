import { expect, test, vi } from 'vitest';
import { ReadPool, readPosition, Staleness } from './read-pool.ts';

const RUN = 'C';

/** The staleness of a replica that has reported its position once. */
function known(at = -1n): Staleness {
  const staleness = new Staleness();
  staleness.replicaHas(at, RUN);
  return staleness;
}

test('places in the log are compared as numbers', () => {
  expect(readPosition('0/16B3748')).toBe(0x16b3748n);
  expect(readPosition('A/0')).toBeGreaterThan(readPosition('9/FFFFFFFF'));
});

test('nothing is known of a replica before it has reached a mark', () => {
  const staleness = known();
  expect(staleness.atMs(1_000)).toBe(Number.POSITIVE_INFINITY);
  staleness.primaryWas(10n, 1_000);
  staleness.replicaHas(9n, RUN);
  expect(staleness.atMs(2_000)).toBe(Number.POSITIVE_INFINITY);
});

test('a replica is as old as the newest mark it has reached', () => {
  const staleness = known();
  staleness.primaryWas(10n, 1_000);
  staleness.primaryWas(20n, 2_000);
  staleness.primaryWas(30n, 3_000);
  staleness.replicaHas(25n, RUN);
  expect(staleness.atMs(3_500)).toBe(1_500);
  staleness.replicaHas(30n, RUN);
  expect(staleness.atMs(3_500)).toBe(500);
});

test('it stays fresh while nothing is written, and grows old when it receives nothing', () => {
  const staleness = known();
  for (let atMs = 1_000; atMs <= 60_000; atMs += 1_000) {
    staleness.primaryWas(10n, atMs);
    staleness.replicaHas(10n, RUN);
  }
  expect(staleness.atMs(60_500)).toBe(500);
  for (let atMs = 61_000; atMs <= 90_000; atMs += 1_000) {
    staleness.primaryWas(BigInt(atMs), atMs);
    staleness.replicaHas(10n, RUN);
  }
  expect(staleness.atMs(90_500)).toBe(30_500);
});

test('a replica that is down for long needs no growing memory, and is found fresh again', () => {
  const staleness = known();
  for (let atMs = 0; atMs < 30_000; atMs += 1) {
    staleness.primaryWas(BigInt(atMs), atMs);
    staleness.replicaHas(-1n, RUN);
  }
  staleness.replicaHas(30_000n, RUN);
  expect(staleness.atMs(30_000)).toBeLessThan(10);
});

test('a replica that has more than the primary follows another one: its position says nothing', () => {
  const staleness = known(90n);
  staleness.primaryWas(100n, 1_000);
  staleness.replicaHas(100n, RUN);
  expect(staleness.atMs(1_000)).toBe(0);
  // A server that was at 50 was promoted.
  for (const [position, atMs] of [
    [60n, 2_000] as const,
    [90n, 3_000] as const,
    [120n, 4_000] as const,
  ]) {
    staleness.primaryWas(position, atMs);
    staleness.replicaHas(100n, RUN);
    expect(staleness.atMs(atMs)).toBe(Number.POSITIVE_INFINITY);
  }
  // Nor does it become fresh when it continues to receive from the previous primary.
  staleness.replicaHas(130n, RUN);
  staleness.primaryWas(140n, 5_000);
  staleness.replicaHas(150n, RUN);
  expect(staleness.atMs(5_000)).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  ['rewound', 70n, RUN],
  ['made anew, and further by then', 200n, 'C, started again'],
])('one that was %s counts from what the primary says after it', (_, at, run) => {
  const staleness = known(100n);
  staleness.primaryWas(60n, 1_000);
  staleness.replicaHas(at, run);
  expect(staleness.atMs(1_000)).toBe(Number.POSITIVE_INFINITY);
  staleness.primaryWas(210n, 2_000);
  staleness.replicaHas(209n, run);
  expect(staleness.atMs(2_500)).toBe(Number.POSITIVE_INFINITY);
  staleness.replicaHas(210n, run);
  expect(staleness.atMs(2_500)).toBe(500);
});

test('another replica is not assumed to be as fresh as the one before it', () => {
  const staleness = known(10n);
  staleness.primaryWas(20n, 1_000);
  staleness.replicaHas(20n, RUN);
  staleness.replicaHas(5n, 'D');
  expect(staleness.atMs(1_000)).toBe(Number.POSITIVE_INFINITY);
});

test('a primary that takes no connection does not delay the look at the replica', async () => {
  vi.useFakeTimers();
  const primary = { connect: () => new Promise(() => {}) };
  const pool = new ReadPool({ port: 1 }, { primary: primary as never, stalenessMsMax: 0 });
  const checked = pool.check();
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
  await checked;
  await pool.end();
});
