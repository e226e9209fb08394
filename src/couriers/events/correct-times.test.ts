import { expect, it } from 'vitest';
import { queueCorrectionMs } from './correct-times.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
const HOUR = 3_600_000;

it.each([
  ['what the device says', HOUR, [NOW + HOUR - 5], HOUR],
  ['nothing that the network explains', 1_500, [NOW - 5], 0],
  ['nothing of what is past', null, [NOW - HOUR], 0],
  [
    'as much as the latest is ahead, where the device says nothing',
    null,
    [NOW - 9, NOW + HOUR],
    HOUR,
  ],
  [
    'more than it says, where that leaves something in the future',
    HOUR,
    [NOW + 3 * HOUR],
    3 * HOUR,
  ],
  ['what a clock is behind', -HOUR, [NOW - 2 * HOUR], -HOUR],
  ['nothing where there is nothing', null, [], 0],
])('a queue is corrected by %s', (_, offsetMs, atsMs, expected) => {
  expect(queueCorrectionMs(offsetMs, atsMs, NOW)).toBe(expected);
});
