import { expect, test } from 'vitest';
import { readPosition, Staleness } from './staleness.ts';

test('places in the log are compared as numbers', () => {
  expect(readPosition('0/16B3748')).toBe(0x16b3748n);
  expect(readPosition('A/0')).toBeGreaterThan(readPosition('9/FFFFFFFF'));
});

test('nothing is known of a replica before it has reached a mark', () => {
  const staleness = new Staleness();
  expect(staleness.atMs(1_000)).toBe(Number.POSITIVE_INFINITY);
  staleness.primaryWas(10n, 1_000);
  staleness.replicaHas(9n);
  expect(staleness.atMs(2_000)).toBe(Number.POSITIVE_INFINITY);
});

test('a replica is as old as the newest mark it has reached', () => {
  const staleness = new Staleness();
  staleness.primaryWas(10n, 1_000);
  staleness.primaryWas(20n, 2_000);
  staleness.primaryWas(30n, 3_000);
  staleness.replicaHas(25n);
  expect(staleness.atMs(3_500)).toBe(1_500);
  staleness.replicaHas(30n);
  expect(staleness.atMs(3_500)).toBe(500);
});

test('it stays fresh while nothing is written, and grows old when it receives nothing', () => {
  const staleness = new Staleness();
  for (let atMs = 1_000; atMs <= 60_000; atMs += 1_000) {
    staleness.primaryWas(10n, atMs);
    staleness.replicaHas(10n);
  }
  expect(staleness.atMs(60_500)).toBe(500);
  for (let atMs = 61_000; atMs <= 90_000; atMs += 1_000) {
    staleness.primaryWas(BigInt(atMs), atMs);
    staleness.replicaHas(10n);
  }
  expect(staleness.atMs(90_500)).toBe(30_500);
});

test('a replica that is away for long costs no more and more memory, and is found fresh again', () => {
  const staleness = new Staleness();
  for (let atMs = 0; atMs < 30_000; atMs += 1) {
    staleness.primaryWas(BigInt(atMs), atMs);
    staleness.replicaHas(-1n);
  }
  staleness.replicaHas(30_000n);
  expect(staleness.atMs(30_000)).toBeLessThan(10);
});
