import { expect, it } from 'vitest';
import { keyFindings } from './bootstrap-keys.ts';

const key = (id: string, day: number) => ({
  id,
  prefix: `wb_test_${id}`,
  createdAtMs: Date.UTC(2026, 10, day),
});

it('one bootstrap key is listed, and several are a warning with what to do', () => {
  expect(keyFindings([], false)).toEqual([]);
  expect(keyFindings([key('one', 3)], false)).toMatchObject([
    { verdict: 'ok', found: 'wb_test_one… (one, 2026-11-03) is valid' },
  ]);
  expect(keyFindings([key('two', 4), key('one', 3)], false)).toMatchObject([
    { verdict: 'warn', found: expect.stringContaining('2 are valid: wb_test_two…') },
  ]);
  expect(keyFindings([key('two', 4), key('one', 3)], true)).toMatchObject([
    { verdict: 'warn', fix: expect.stringContaining('next start') },
  ]);
});
