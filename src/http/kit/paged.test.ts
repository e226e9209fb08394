import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { runs } from '../../kernel/test-runs.ts';
import {
  BY_ID,
  BY_TIME,
  madeKey,
  type PageQuery,
  pageOfAll,
  readPage,
  readPageById,
  wholeList,
} from './paged.ts';

const TENANT: Tenant = { merchantId: '00000000-0000-7000-8000-000000000001', mode: 'test' };
const ROWS = { name: 'rows', position: BY_ID };

const idOf = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
const row = (index: number) => ({ id: idOf(index) });
type Row = ReturnType<typeof row>;

const shown = { position: ({ id }: Row) => ({ id }), json: ({ id }: Row) => id };

/** The rows a table ordered by id would return. */
function table(rows: readonly Row[]) {
  return async (after: { id: string } | null, limit: number): Promise<Row[]> =>
    rows
      .filter(({ id }) => after === null || id > after.id)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
}

const page = (rows: readonly Row[], query: PageQuery, whose: Tenant | null = TENANT) =>
  readPage(ROWS, whose, query, table(rows), shown);

async function cursorOf(query: PageQuery, whose: Tenant | null = TENANT): Promise<string> {
  const { next_cursor } = await page([row(1), row(2)], { ...query, limit: 1 }, whose);
  return next_cursor ?? '';
}

describe('a list ordered by id', () => {
  it('continues after the last id that was shown', async () => {
    const asked: (string | null)[] = [];
    const read = (cursor?: string) =>
      readPageById(
        'rows',
        TENANT,
        { cursor, limit: 1 },
        async (afterId) => {
          asked.push(afterId);
          return afterId === null ? [row(1), row(2)] : [row(2)];
        },
        ({ id }) => id,
      );
    const first = await read();
    expect(first.data).toEqual([idOf(1)]);
    expect(await read(first.next_cursor ?? '')).toEqual({ data: [idOf(2)], next_cursor: null });
    expect(asked).toEqual([null, idOf(1)]);
  });
});

describe('a paged list', () => {
  it('shows each remaining row exactly once, whatever is added and removed meanwhile', async () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 40 });
    const steps = fc.array(
      fc.record({
        limit: fc.integer({ min: 1, max: 7 }),
        comes: fc.array(fc.integer({ min: 501, max: 999 }), { maxLength: 3 }),
        goes: fc.nat(40),
      }),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(numbers, steps, async (at, changes) => {
        // Even rows stay, odd ones may be removed; new ones are inserted anywhere.
        let rows = at.map(row);
        const seen: string[] = [];
        let cursor: string | undefined;
        for (let i = 0; ; i += 1) {
          const change = changes[i % changes.length];
          const limit = change?.limit ?? 1;
          const { data, next_cursor } = await page(rows, { cursor, limit });
          expect(data.length).toBeLessThanOrEqual(limit);
          seen.push(...data);
          if (next_cursor === null) break;
          cursor = next_cursor;
          const gone = at.filter((index) => index % 2 === 1)[change?.goes ?? 0];
          rows = rows.filter(({ id }) => gone === undefined || id !== idOf(gone));
          for (const index of i < 20 ? (change?.comes ?? []) : []) {
            if (!rows.some(({ id }) => id === idOf(index))) rows = [...rows, row(index)];
          }
        }
        expect(new Set(seen).size).toBe(seen.length);
        for (const index of at.filter((each) => each % 2 === 0))
          expect(seen).toContain(idOf(index));
      }),
      { numRuns: runs(200), seed: 17 },
    );
  });

  it('ends with null, even on a full page', async () => {
    expect(await page([row(1), row(2)], { limit: 2 })).toEqual({
      data: [idOf(1), idOf(2)],
      next_cursor: null,
    });
    expect(await page([], { limit: 2 })).toEqual({ data: [], next_cursor: null });
  });

  it('continues after a row that was deleted', async () => {
    const cursor = await cursorOf({ limit: 1 });
    expect(await page([row(2)], { cursor, limit: 5 })).toMatchObject({ data: [idOf(2)] });
  });
});

describe('a cursor', () => {
  const refused = (query: PageQuery, whose: Tenant | null = TENANT) =>
    expect(page([row(1), row(2)], query, whose)).rejects.toThrow(Problem);

  it('continues with another limit', async () => {
    const cursor = await cursorOf({ limit: 1, state: 'open' });
    const next = await page([row(1), row(2)], { cursor, limit: 9, state: 'open' });
    expect(next.data).toEqual([idOf(2)]);
  });

  it('belongs to its filter, order, tenant, mode and list', async () => {
    const cursor = await cursorOf({ limit: 1, state: 'open', sort: 'created_at' });
    const filters = { cursor, limit: 1, state: 'open', sort: 'created_at' };
    await expect(page([row(2)], filters)).resolves.toMatchObject({ data: [idOf(2)] });
    await refused({ ...filters, state: 'closed' });
    await refused({ ...filters, state: undefined });
    await refused({ ...filters, sort: '-created_at' });
    await refused({ ...filters, tag: 'more' });
    await refused(filters, { ...TENANT, mode: 'live' });
    await refused(filters, { ...TENANT, merchantId: idOf(7) });
    await refused(filters, null);
    const other = { ...ROWS, name: 'others' };
    await expect(readPage(other, TENANT, filters, table([]), shown)).rejects.toThrow(Problem);
  });

  it.each([
    ['nothing', ''],
    ['no base64url', 'a b'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
    ['no position', Buffer.from('{"at":{"id":"x"},"of":"x"}').toString('base64url')],
    ['too long', 'x'.repeat(401)],
  ])('that is %s is rejected with what to do', async (_, cursor) => {
    const error = await page([row(1)], { cursor, limit: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: 'invalid', errors: [{ pointer: '?cursor' }] });
  });

  it('by time accepts PostgreSQL’s format, and no invalid day', () => {
    const at = (text: string) => BY_TIME.safeParse({ at: text, id: idOf(1) }).success;
    expect(at('2026-02-28 10:00:00.123456+00')).toBe(true);
    expect(['2026-02-30 10:00:00+00', 'now()', '2026-02-28T10:00:00Z'].filter(at)).toEqual([]);
  });
});

describe('a short list', () => {
  const made = [
    { createdAtMs: 20, id: 'b' },
    { createdAtMs: 3, id: 'c' },
    { createdAtMs: 20, id: 'a' },
  ];
  const of = { key: madeKey, json: ({ id }: { id: string }) => id };
  const all = (query: PageQuery) => pageOfAll('made', TENANT, query, made, of);

  it('is complete unless a limit is given, oldest first', () => {
    expect(all(wholeList.parse({}))).toEqual({ data: ['c', 'a', 'b'], next_cursor: null });
  });

  it('is paged when a limit is given', () => {
    const first = all(wholeList.parse({ limit: '2' }));
    expect(first.data).toEqual(['c', 'a']);
    expect(all({ cursor: first.next_cursor ?? '', limit: 2 })).toEqual({
      data: ['b'],
      next_cursor: null,
    });
  });
});
