import { expect, test } from 'vitest';
import { bestHost, type Probe, type SessionAttrs } from './host-list.ts';

const primary = (url: string, timeline: number): Probe => ({
  url,
  name: url,
  timeline,
  writes: true,
});
const standby = (url: string): Probe => ({ url, name: url, timeline: 0, writes: false });
const urls = ['a', 'b', 'c'];
const best = (found: readonly Probe[], wants: SessionAttrs, sinceTimeline = 0) =>
  bestHost(found, { urls, wants, sinceTimeline })?.url ?? null;

test('the writable one, at any place in the list', () => {
  const found = [standby('a'), standby('b'), primary('c', 1)];
  expect(best(found, 'read-write')).toBe('c');
  expect(best(found, 'primary')).toBe('c');
  expect(best(found.slice(0, 2), 'read-write')).toBeNull();
});

test('of two that write the one that was promoted later', () => {
  expect(best([primary('a', 3), primary('b', 4)], 'read-write')).toBe('b');
  expect(best([primary('b', 4), primary('a', 3)], 'any')).toBe('b');
});

test('a primary that was replaced is none, also where no other is seen', () => {
  expect(best([primary('a', 3)], 'read-write', 4)).toBeNull();
  expect(best([primary('a', 3), standby('c')], 'prefer-standby', 4)).toBe('c');
});

test('standbys: wanted, or preferred; of equals the first in the URL', () => {
  const found = [standby('c'), primary('a', 1), standby('b')];
  expect(best(found, 'standby')).toBe('b');
  expect(best(found, 'read-only')).toBe('b');
  expect(best(found, 'prefer-standby')).toBe('b');
  expect(best([primary('a', 1)], 'prefer-standby')).toBe('a');
  expect(best([primary('a', 1)], 'standby')).toBeNull();
});
