import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { manualTimers } from '../work/test-timers.ts';
import { heapOptions, settleHeap } from './heap.ts';

test('Node knows all options, and what the operator has set is not changed', () => {
  const options = heapOptions('');
  expect(options.join(' ')).toContain('--max-semi-space-size=8');
  execFileSync(process.execPath, [...options, '--eval', '']);

  const others = heapOptions('--max_semi_space_size=32 --no-warnings');
  expect(others.join(' ')).not.toContain('--max-semi-space-size');
  expect(others.join(' ')).toContain('--initial-old-space-size');
});

test('the garbage of a start is collected once, when the start has settled', () => {
  const timers = manualTimers();
  settleHeap('', timers);
  timers.advance(29_999);
  expect(timers.set).toBe(1);
  timers.advance(1);
  expect(timers.set).toBe(0);
});
