import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEALED_COLUMNS } from '../src/app/sealed-columns.ts';
import { openDatabase } from '../src/platform/database/database.ts';
import { readCatalog } from '../src/platform/distribution/catalog.sql.ts';
import {
  distributionPlan,
  type SpreadTable,
  UNFIT_STATEMENTS,
  type Unfit,
} from '../src/platform/distribution/distribution-plan.ts';
import { createTestDatabase, type TestDatabase } from '../src/platform/test-postgres.ts';
import { sourceOf } from './tidy/sources.ts';
import { FILES, isProduct } from './tidy/tree.ts';

/** Runs for each scan. */
const CORRIDOR = [
  'src/intake/',
  'src/platform/event-log/erasures.sql.ts',
  'src/platform/event-log/event-log.ts',
  'src/platform/event-log/log-',
  'src/tracking/facts/',
  'src/tracking/instances/',
  'src/tracking/public/',
  'src/tracking/record/',
  'src/tracking/shipments-insert.sql.ts',
  'src/tracking/shipments.sql.ts',
];

const STATEMENT = /\b(?:select|insert|update|delete|merge|where)\b/i;
const statements = FILES.filter(isProduct)
  .filter(({ path, text }) => !path.startsWith('migrations/') && STATEMENT.test(text))
  .flatMap((file) =>
    sourceOf(file)
      .literals.filter(({ text }) => STATEMENT.test(text))
      .map(({ text }) => ({ path: file.path, text })),
  )
  // Key rotation locks many rows at once, of a table whose name is not in its text.
  .concat(
    SEALED_COLUMNS.map(({ table }) => ({
      path: 'src/platform/sealing/rotation/sealed-column.ts',
      text: `select from ${table} for no key update skip locked`,
    })),
  );

const uses = (text: string, table: string): boolean =>
  new RegExp(`\\b(?:from|join|into|update|using|only)\\s+${table}\\b`, 'i').test(text);

/**
 * Statements that a distributed engine refuses, or has to send to every server: rows on several
 * servers cannot be locked by one statement, nor written by a nested one, not even one parcel's if
 * it also touches local tables; and a subquery for each row of another table has to be on its
 * server.
 */
function kindsOf(
  { text, isCorridor }: { readonly text: string; readonly isCorridor: boolean },
  { table, by }: { readonly table: string; readonly by: string },
  {
    growing,
    staying,
  }: { readonly growing: readonly string[]; readonly staying: readonly string[] },
): Unfit[] {
  const lock = /\bfor\s+(?:no\s+key\s+|key\s+)?(?:update|share)\b/i;
  const one = new RegExp(`\\b${by} = \\$\\d`);
  const perRow = [...text.matchAll(/\b(?:lateral|exists)\s*\(/gi)].some(({ index }) =>
    growing.some((each) => uses(inParentheses(text.slice(index)), each)),
  );
  const nested = new RegExp(
    `\\bas\\s*\\(\\s*(?:insert into|update|delete from|merge into)\\s+${table}\\b`,
    'i',
  );
  // A statement that writes to a local table within cannot write to a distributed one as well.
  const writesLocally =
    new RegExp(`\\b(?:insert into|update|delete from|merge into)\\s+${table}\\b`, 'i').test(text) &&
    [...text.matchAll(/\bas\s*\(\s*(?:insert into|update|delete from|merge into)\s+(\w+)/gi)].some(
      ([, other = '']) => !growing.includes(other),
    );
  const touchesMore = staying.some((each) => each !== table && uses(text, each));
  const pattern = new RegExp(
    [
      `\\binto\\s+${table}\\s*(?:as \\w+ )?\\([^)]*\\b${by}\\b`,
      `\\b${by}\\s*(?:=|in\\b)`,
      `=\\s*(?:any\\()?\\w+\\.${by}\\b`,
      `\\busing\\s*\\([^)]*\\b${by}\\b`,
    ].join('|'),
    'i',
  );
  return [
    ...(lock.test(text) && !one.test(text) ? (['locks'] as const) : []),
    ...(perRow ? (['rows'] as const) : []),
    ...(isCorridor && !pattern.test(text) ? (['asks'] as const) : []),
    ...(writesLocally || (nested.test(text) && (!one.test(text) || touchesMore))
      ? (['nested'] as const)
      : []),
  ];
}

/** Functions that PostgreSQL calls stable, which Citus does not call with columns of its rows. */
const STABLE =
  /\b(?:now\(|current_timestamp\b|current_date\b|current_setting\(|convert_(?:to|from)\(|to_char\(|to_jsonb?\(|jsonb?_build_|concat(?:_ws)?\(|format\(|array_to_string\(|date_trunc\()/i;

/** What Citus refuses, or runs without the result that PostgreSQL has, on a distributed table. */
function differsOnCitus(text: string, table: string): string[] {
  const inserts = new RegExp(
    `\\binsert into\\s+${table}\\b[^;]*?\\)\\s*select\\b([^;]*)`,
    'i',
  ).exec(text);
  const changes = new RegExp(`\\b(?:update|delete from)\\s+${table}\\b`, 'i').test(text);
  return [
    ...(new RegExp(`\\bcopy\\s+${table}\\b`, 'i').test(text)
      ? ['COPY under row-level security']
      : []),
    ...(inserts !== null && !/\b(?:returning|on conflict)\b/i.test(inserts[1] ?? '')
      ? ['insert … select without `returning` is a COPY under row-level security']
      : []),
    ...(inserts !== null && /\$\d+ is (?:not )?null\b/i.test(text)
      ? ['an untyped parameter that may be null inserts nothing']
      : []),
    ...(new RegExp(`\\bmerge into\\s+${table}\\b`, 'i').test(text)
      ? ['MERGE, which was never tried there']
      : []),
    ...(changes && STABLE.test(text) ? ['a stable function in an update'] : []),
  ];
}

/** The text between the first parenthesis and its closing one. */
function inParentheses(text: string): string {
  const from = text.indexOf('(');
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(from, at);
  }
  return text.slice(from);
}

describe('statements on tables that could be distributed', () => {
  let database: TestDatabase;
  let spread: readonly SpreadTable[];
  let staying: readonly string[];
  let growing: readonly { readonly table: string; readonly by: string }[];
  beforeAll(async () => {
    database = await createTestDatabase();
    const db = openDatabase({ url: database.url });
    const plan = distributionPlan(await readCatalog(db.owner));
    await db.end();
    spread = plan.spread;
    staying = plan.staying.map(({ table }) => table);
    growing = [...plan.spread, ...plan.staying];
  });
  afterAll(() => database?.drop());

  it('that no such engine could run are listed with the tables', () => {
    const found = new Map<string, Set<Unfit>>();
    const names = growing.map(({ table }) => table);
    for (const { path, text } of statements) {
      const statement = { text, isCorridor: CORRIDOR.some((each) => path.startsWith(each)) };
      for (const { table, by } of growing.filter(({ table }) => uses(text, table))) {
        for (const kind of kindsOf(statement, { table, by }, { growing: names, staying })) {
          found.set(table, (found.get(table) ?? new Set()).add(kind));
        }
      }
    }
    const sorted = [...found].sort(([one], [other]) => (one < other ? -1 : 1));
    expect(Object.fromEntries(sorted.map(([table, kinds]) => [table, [...kinds].sort()]))).toEqual(
      UNFIT_STATEMENTS,
    );
  });

  it('on distributed tables mean to Citus what they mean to PostgreSQL', () => {
    const found = statements.flatMap(({ path, text }) =>
      spread.flatMap(({ table }) =>
        differsOnCitus(text, table).map((kind) => `${path}: ${table}: ${kind}`),
      ),
    );
    expect(found).toEqual([]);
  });

  it('no migration sets something locally: Citus would send its whole text to the workers', () => {
    const found = FILES.filter(({ path }) => /^migrations\/\d/.test(path))
      .filter(({ text }) => /^\s*set local\b/im.test(text))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });

  it.each([
    ['insert into facts (id) select i from unnest($1::int[]) as i', /insert … select/],
    ['insert into facts (id) select 1 where $2 is null returning 1', /untyped parameter/],
    ['update facts set rule = to_jsonb(code) where shipment_id = $1', /stable function/],
    ['delete from facts where shipment_id = $1 and created_at < now()', /stable function/],
    ['copy facts (id) from stdin', /COPY/],
    [
      'merge into facts as f using (select 1) as g on f.id = g.id when matched then do nothing',
      /MERGE/,
    ],
  ])('%s is rejected', (text, kind) => {
    expect(differsOnCitus(text, 'facts').join()).toMatch(kind);
  });

  it('on distributed tables touch no others, with these exceptions', () => {
    const found = statements.flatMap(({ path, text }) =>
      spread
        .filter(({ table }) => uses(text, table))
        .flatMap(({ table, beside }) => {
          const first = beside ?? table;
          const others = growing.filter((each) => uses(text, each.table) && each.table !== table);
          return others
            .filter(
              (each) =>
                (spread.find((it) => it.table === each.table)?.beside ?? each.table) !== first,
            )
            .map((each) => `${path}: ${table} and ${each.table}`);
        }),
    );
    expect([...new Set(found)].sort()).toEqual(ELSEWHERE);
  });
});

/**
 * Statements that an engine can run, but only by moving data. None runs for each scan. Where
 * `observationsOf` is joined with shipments (places-passed, last-events) is not
 * found here.
 */
const ELSEWHERE: readonly string[] = [
  // For the rows of a page that somebody looks at.
  'src/tracking/facts/last-events.sql.ts: facts and shipments',
  // In the background, for the console's figures.
  'src/tracking/record/source-figures.sql.ts: facts and shipments',
  'src/tracking/renormalize/scan.sql.ts: facts and shipments',
  'src/tracking/review/stored-codes.sql.ts: facts and shipments',
];
