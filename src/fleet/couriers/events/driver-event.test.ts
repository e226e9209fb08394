import { expect, it } from 'vitest';
import { correctQueue } from './driver-event.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
const S = 1_000;
const HOUR = 3_600 * S;
const YEAR = 365 * 24 * HOUR;

it.each([
  ['what the device says', HOUR, [NOW + HOUR - 5], HOUR, [HOUR]],
  ['nothing that the network explains', 1_500, [NOW - 5], 0, [0]],
  ['nothing of what is past', null, [NOW - HOUR], 0, [0]],
  [
    'as much as the latest is ahead, where the device says nothing',
    null,
    [NOW - 9, NOW + HOUR],
    HOUR,
    [HOUR, HOUR],
  ],
  ['what a clock is behind', -HOUR, [NOW - 2 * HOUR], -HOUR, [-HOUR]],
  ['nothing where there is nothing', null, [], 0, []],
])('a queue is corrected by %s', (_, offsetMs, atsMs, clockMs, eachMs) => {
  expect(correctQueue(offsetMs, atsMs, NOW)).toEqual({ clockMs, eachMs });
});

it.each([
  ['a clock that is said to be right', 0, 10 * YEAR],
  ['a clock that says nothing', null, 10 * YEAR],
  ['a clock that says nothing, and an event of tomorrow', null, 24 * HOUR],
])('an event far ahead is corrected on its own: %s', (_, offsetMs, ahead) => {
  const { clockMs, eachMs } = correctQueue(offsetMs, [NOW - 60 * S, NOW + ahead, NOW], NOW);
  expect(clockMs).toBe(0);
  expect(eachMs).toEqual([0, ahead, 0]);
});

it('events still ahead after the device’s own correction keep their order and end now', () => {
  const atsMs = [NOW + 2 * HOUR, NOW, NOW + 4 * HOUR, NOW + 3 * HOUR];
  const { clockMs, eachMs } = correctQueue(HOUR, atsMs, NOW);
  expect(clockMs).toBe(HOUR);
  expect(atsMs.map((atMs, index) => atMs - (eachMs[index] ?? 0) - NOW)).toEqual([
    -2 * S,
    -HOUR,
    -S,
    0,
  ]);
});
