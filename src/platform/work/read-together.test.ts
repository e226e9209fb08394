import { expect, it } from 'vitest';
import { readTogether } from './read-together.ts';

/** Reads that end when they are told to. */
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

it('who comes alone is read for at once, and who comes meanwhile together afterwards', async () => {
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

it('a read that fails fails for those it was for, and for nobody after them', async () => {
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
