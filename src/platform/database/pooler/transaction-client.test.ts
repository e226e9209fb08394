import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { withTransaction } from '../database.ts';
import { isSpoiled, transactionClient } from './transaction-client.ts';

/** A query that was submitted to the driver, and the function that answers it. */
interface PendingQuery {
  readonly query: pg.QueryConfig | string;
  answer(error?: Error): void;
}

const queries: PendingQuery[] = [];
afterEach(() => void queries.splice(0));

/** A driver that records what it receives. */
class Driver extends pg.Client {
  override query(query: unknown): never {
    const answered = new Promise((resolve, reject) => {
      queries.push({
        query: query as pg.QueryConfig | string,
        answer: (error) => (error ? reject(error) : resolve({ command: 'COMMIT', rows: [] })),
      });
    });
    return answered as never;
  }
}

const open = (keepsNames: boolean) => {
  const Client = transactionClient(Driver, { settings: 'set local role reader', keepsNames });
  return new Client({});
};
const texts = () => queries.map(({ query }) => (typeof query === 'string' ? query : query.text));
const BEGUN = 'begin; set local role reader';

test('a statement of its own leaves in one piece, as the role', async () => {
  const answer = open(false).query('select 1');
  expect(texts()).toEqual([BEGUN, 'select 1', 'commit']);
  for (const each of queries) each.answer();
  await expect(answer).resolves.toMatchObject({ command: 'COMMIT' });
});

test.each([
  ['begin', BEGUN],
  ['begin read only; set local x = 1', 'begin read only; set local role reader; set local x = 1'],
])('"%s" takes the role first', (begin, sent) => {
  const client = open(false);
  void client.query(begin);
  void client.query('select 1');
  void client.query('commit');
  expect(texts()).toEqual([sent, 'select 1', 'commit']);
});

test.each([false, true])('names are retained: %s', (keepsNames) => {
  void open(keepsNames).query({ name: 'one', text: 'select $1', values: [1] });
  const sent = { text: 'select $1', values: [1] };
  expect(queries[1]?.query).toEqual(keepsNames ? { name: 'one', ...sent } : sent);
});

test('how long a statement may go unanswered is passed on with it', () => {
  const query = { text: 'select', query_timeout: 10 };
  void open(true).query(query);
  expect(queries[1]?.query).toEqual(query);
});

test('statements after a commit wait for its answer, in their order', async () => {
  const client = open(false);
  const all = [client.query('select 1'), client.query('begin'), client.query('select 2')];
  expect(texts()).toEqual([BEGUN, 'select 1', 'commit']);
  for (const each of queries) each.answer();
  await all[0];
  expect(texts().slice(3)).toEqual([BEGUN, 'select 2']);
});

test('the first failure is the one reported', async () => {
  const answer = open(false).query('select 1');
  const [begun, selected, ended] = queries;
  ended?.answer();
  selected?.answer(new Error('the transaction is aborted'));
  begun?.answer(new Error('no such role'));
  await expect(answer).rejects.toThrow('no such role');
});

test('a commit without an answer is reported, whatever the statement returned', async () => {
  const answer = open(false).query('insert');
  const [begun, inserted, ended] = queries;
  begun?.answer();
  inserted?.answer();
  ended?.answer(new Error('Connection terminated'));
  await expect(answer).rejects.toThrow('Connection terminated');
});

test.each([
  [true, 'one', true],
  [true, undefined, false],
  [false, 'one', false],
])(
  'names retained: %s, and a statement of the name %s fails: it is spoiled: %s',
  async (keepsNames, name, spoiled) => {
    const client = open(keepsNames);
    void client.query('begin');
    const answer = client.query({ ...(name && { name }), text: 'select 1' });
    expect(isSpoiled(client)).toBe(false);
    queries[1]?.answer(new Error('current transaction is aborted'));
    await expect(answer).rejects.toThrow('aborted');
    expect(isSpoiled(client)).toBe(spoiled);
  },
);

test('a spoiled connection is closed when its transaction is over', async () => {
  const released: unknown[] = [];
  const release = (broken: unknown) => released.push(broken);
  const client = Object.assign(open(true), { release });
  const pool = { connect: () => Promise.resolve(client) } as never;
  const work = withTransaction(pool, async (tx) => {
    await Promise.allSettled([tx.query({ name: 'one', text: 'select 1' })]);
  });
  for (const index of [0, 1, 2]) {
    await vi.waitFor(() => expect(queries.length).toBeGreaterThan(index));
    queries[index]?.answer(index === 1 ? new Error('current transaction is aborted') : undefined);
  }
  await work;
  expect([texts().at(-1), released]).toEqual(['commit', [true]]);
});
