import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLookup, type EachTrack, isPlausible } from './lookup.ts';

interface PendingQuery {
  readonly numbers: readonly string[];
  /** Delivers one row. */
  row(number: string, carrier?: string): void;
  /** Ends the query without another row. */
  end(): void;
  /** Delivers the rows of all known numbers, then ends. */
  answer(): void;
  fail(error: Error): void;
}

/** A fake database that knows every number starting with K and answers on demand. */
function slowDatabase() {
  const queries: PendingQuery[] = [];
  const each: EachTrack = (numbers, onRow) =>
    new Promise((resolve, reject) => {
      const row = (number: string, carrier = 'acme'): void =>
        onRow({ trackingNumber: number, carrier, ...ANSWER });
      const answer = (): void => {
        for (const number of numbers) if (number.startsWith('K')) row(number);
        resolve();
      };
      queries.push({ numbers, row, end: resolve, answer, fail: reject });
    });
  return { each, queries };
}

const ANSWER = { body: '{}', etag: '"e"', maxAgeS: 10, merchantId: null, mode: null };
const same = (number: string) => [number];
const turn = () => new Promise((resolve) => setImmediate(resolve));

// The timeouts are milliseconds: fake timers make the test independent of machine speed.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('createLookup', () => {
  it('sends no query for a text that cannot be a number', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same });
    for (const number of ['', 'x'.repeat(65), 'a\u0000b', 'a\nb', '\u0085']) {
      expect(isPlausible(number)).toBe(false);
      expect(await lookup.find(number)).toEqual([]);
    }
    expect(await createLookup({ each, spellings: () => [] }).find('--')).toEqual([]);
    expect(queries).toEqual([]);
  });

  it('fails everybody in a batch when its query fails, and goes on', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same });
    const both = Promise.allSettled([lookup.find('K1'), lookup.find('K2')]);
    await turn();
    queries[0]?.fail(new Error('down'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = lookup.find('K3');
    await turn();
    queries[1]?.answer();
    expect(await next).toHaveLength(1);
  });

  it('answers a number as soon as the rows of the next one arrive', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same });
    const [first, second] = [lookup.find('K1'), lookup.find('K2')];
    const ended = vi.fn();
    void second.then(ended);
    await turn();
    queries[0]?.row('K1', 'b');
    queries[0]?.row('K1', 'a');
    queries[0]?.row('K2');
    expect((await first).map(({ carrier }) => carrier)).toEqual(['a', 'b']);
    await turn();
    expect(ended).not.toHaveBeenCalled();
    queries[0]?.end();
    expect(await second).toHaveLength(1);
  });

  it('fails only the lookups that were not answered before the query failed', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same });
    const all = Promise.allSettled(['K1', 'K2', 'miss'].map((number) => lookup.find(number)));
    await turn();
    queries[0]?.row('K1');
    queries[0]?.row('K2');
    queries[0]?.fail(new Error('down'));
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('answers a miss with nothing and a hit with its row, in one query', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same });
    const found = Promise.all(['K1', 'miss', 'K1', 'K2'].map((number) => lookup.find(number)));
    await turn();
    expect(queries.map(({ numbers }) => numbers)).toEqual([['K1', 'miss', 'K2']]);
    queries[0]?.answer();
    expect((await found).map((rows) => rows.map((row) => row.trackingNumber))).toEqual([
      ['K1'],
      [],
      ['K1'],
      ['K2'],
    ]);
  });

  it('gathers lookups while all queries are running', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same, batchesAtOnceMax: 1 });
    const first = lookup.find('K1');
    await turn();
    const later = [lookup.find('K2'), lookup.find('K3')];
    await turn();
    later.push(lookup.find('K4'));
    await turn();
    expect(queries).toHaveLength(1);
    queries[0]?.answer();
    await first;
    await vi.waitFor(() => expect(queries[1]?.numbers).toEqual(['K2', 'K3', 'K4']));
    queries[1]?.answer();
    expect((await Promise.all(later)).flat()).toHaveLength(3);
  });

  it('starts a second query beside a quick one only for enough lookups', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same, besideMin: 3 });
    const found = [lookup.find('K1')];
    await turn();
    found.push(lookup.find('K2'), lookup.find('K3'));
    await turn();
    expect(queries).toHaveLength(1);
    found.push(lookup.find('K4'));
    await turn();
    expect(queries[1]?.numbers).toEqual(['K2', 'K3', 'K4']);
    for (const batch of queries) batch.answer();
    expect((await Promise.all(found)).flat()).toHaveLength(4);
  });

  it('does not make later lookups wait for a slow query', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same });
    const slow = lookup.find('K1');
    await turn();
    const later = lookup.find('K2');
    await turn();
    expect(queries.length).toBe(1);
    vi.advanceTimersByTime(3);
    await turn();
    queries[1]?.answer();
    expect(await later).toHaveLength(1);
    queries[0]?.answer();
    expect(await slow).toHaveLength(1);
  });

  it('never queries more than one batch at once', async () => {
    const { each, queries } = slowDatabase();
    const lookup = createLookup({ each, spellings: same, batchMax: 2, batchesAtOnceMax: 2 });
    const found = Promise.all(['K1', 'K2', 'K3', 'K4', 'K5'].map((each) => lookup.find(each)));
    await turn();
    expect(queries.map(({ numbers }) => numbers.length)).toEqual([2, 2]);
    for (const batch of queries) batch.answer();
    await vi.waitFor(() => expect(queries[2]?.numbers).toEqual(['K5']));
    queries[2]?.answer();
    expect((await found).flat()).toHaveLength(5);
  });

  it('looks up every spelling and returns all matches', async () => {
    const { each, queries } = slowDatabase();
    const spellings = () => ['K1', 'none', 'K2'];
    const found = createLookup({ each, spellings }).find('k1');
    await turn();
    queries[0]?.answer();
    expect((await found).map((row) => row.trackingNumber)).toEqual(['K1', 'K2']);
  });
});
