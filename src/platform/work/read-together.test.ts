import { afterEach, expect, it, vi } from 'vitest';
import { readTogether } from './read-together.ts';

/** Reads that end when the test says so. */
function slowReads() {
  const reads: { readonly items: readonly string[]; end(error?: Error): void }[] = [];
  const reading = readTogether<object, string, string>(
    (_, items) =>
      new Promise((resolve, reject) => {
        reads.push({
          items: [...items],
          end: (error) => (error ? reject(error) : resolve(items.map((item) => `${item}!`))),
        });
      }),
  );
  const source = {};
  return { reads, read: (item: string) => reading(source, item) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
afterEach(() => vi.useRealTimers());

it('a lone item is read at once, and items that arrive meanwhile together afterwards', async () => {
  const { reads, read } = slowReads();
  const first = read('a');
  await turn();
  const others = Promise.all([read('b'), read('c'), read('b')]);
  await turn();
  expect(reads.map(({ items }) => items)).toEqual([['a']]);
  reads[0]?.end();
  expect(await first).toBe('a!');
  await turn();
  expect(reads.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'b']]);
  reads[1]?.end();
  expect(await others).toEqual(['b!', 'c!', 'b!']);
});

it('a failed read fails for its own items, and for none after them', async () => {
  const { reads, read } = slowReads();
  const failing = [read('a'), read('b')].map((each) => each.catch(String));
  await turn();
  reads[0]?.end(new Error('away'));
  expect(await Promise.all(failing)).toEqual(['Error: away', 'Error: away']);
  const later = read('c');
  await turn();
  reads[1]?.end();
  expect(await later).toBe('c!');
});

it('a read that hangs is waited for a moment, and then holds up only those it is for', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { reads, read } = slowReads();
  const hanging = read('a').catch(String);
  await turn();
  const others = [read('b'), read('c')];
  await turn();
  expect(reads.length).toBe(1);
  vi.advanceTimersByTime(100);
  await turn();
  expect(reads[1]?.items).toEqual(['b', 'c']);
  reads[1]?.end();
  expect(await Promise.all(others)).toEqual(['b!', 'c!']);
  // An item that arrives now waits for neither of the two.
  const late = read('d');
  await turn();
  expect(reads[2]?.items).toEqual(['d']);
  reads[0]?.end(new Error('away'));
  expect(await hanging).toBe('Error: away');
  reads[2]?.end();
  expect(await late).toBe('d!');
});

it('the number of hanging reads is limited, and further items wait for one of them', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { reads, read } = slowReads();
  const pending: Promise<string>[] = [];
  for (const item of ['a', 'b', 'c', 'd', 'e']) {
    pending.push(read(item));
    await turn();
    vi.advanceTimersByTime(100);
    await turn();
  }
  expect(reads.map(({ items }) => items.join())).toEqual(['a', 'b', 'c', 'd']);
  for (const each of reads) each.end();
  await turn();
  reads[4]?.end();
  expect(await Promise.all(pending)).toEqual(['a!', 'b!', 'c!', 'd!', 'e!']);
});
