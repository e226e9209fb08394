import { expect, test } from 'vitest';
import { manualTimers } from '../work/test-timers.ts';
import { collectAtRest } from './heap.ts';

/** A heap of 300 bytes, of which 100 are in use. */
function open() {
  const heap = { bytes: 300, busyShare: 0, collections: 0 };
  const timers = manualTimers();
  collectAtRest(
    {
      sizeBytes: () => heap.bytes,
      busy: () => heap.busyShare,
      collect() {
        heap.bytes = 100;
        heap.collections += 1;
      },
    },
    timers,
  );
  return { heap, check: () => timers.advance(15_000) };
}

test('garbage is collected at rest, and again only when there is more', () => {
  const { heap, check } = open();
  check();
  check();
  expect(heap.collections).toBe(1);
  heap.bytes = 129;
  check();
  expect(heap.collections).toBe(1);
  heap.bytes = 130;
  check();
  expect(heap.collections).toBe(2);
});

test('a busy process is left alone', () => {
  const { heap, check } = open();
  heap.busyShare = 0.9;
  check();
  expect(heap.collections).toBe(0);
});
