import { expect, it } from 'vitest';
import { waitWhile } from './wait-while.ts';

it('continues at once when nothing blocks it', async () => {
  const { signal } = new AbortController();
  await waitWhile(undefined, { signal });
  await waitWhile(() => false, { signal });
});

it('looks until it may go on', async () => {
  const { signal } = new AbortController();
  let checks = 0;
  await waitWhile(() => ++checks < 4, { signal, everyMs: 1 });
  expect(checks).toBe(4);
});

it('ends when stopped, however long the condition would have lasted', async () => {
  const stopping = new AbortController();
  const waiting = waitWhile(() => true, { signal: stopping.signal, everyMs: 3_600_000 });
  stopping.abort();
  await waiting;
});
