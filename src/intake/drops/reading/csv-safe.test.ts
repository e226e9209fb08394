import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { csvRows } from '../../../kernel/wire/csv.ts';
import { csvRow, unguarded } from './csv-safe.ts';

it.each(['=1+1', '+cmd', '-2+3', '@sum', '\tx', '\rx', '\nx', '＝1+1', '＋x', '－x', '＠x'])(
  'calculates nothing: %j',
  (field) => {
    const [row] = csvOf([field, 'x']);
    expect(row?.[0]?.startsWith("'")).toBe(true);
  },
);

it.each([
  ...['a;=1+1', 'a\t=1+1', 'a,@sum', 'a\n=1+1', 'a\r=1+1', 'a;;＝1+1', ';=1', 'a;-2+3'],
  ...['a;"=1+1"', "a;'=1+1", 'a;-1=2', 'x;-1;=1', 'x;-1', "x;-1,5+cmd|'/C'!A0;"],
])('calculates nothing where a spreadsheet splits at another separator: %j', (field) => {
  for (const separator of [',', ';', '\t'] as const) {
    const text = csvRow(['first', field, '5+cmd', 'last'], separator);
    // A spreadsheet that splits at one or several of these, and ignores quotes.
    for (const splitter of [/[;,\t\r\n]/, /;/, /,/, /\t/, /[\r\n]/]) {
      const cells = text.split(splitter).map((cell) => cell.replace(/^"+/, ''));
      expect(cells.filter((cell) => /^[=+\-@＝＋－＠]/.test(cell))).toEqual([]);
    }
  }
});

it('leaves numbers alone', () => {
  expect(csvRow(['-9.91', '+1', 'a;b'], ';')).toBe('-9.91;+1;"a;b"\r\n');
  expect(csvRow(['a', '-9,5'], ',')).toBe('a,"-9,5"\r\n');
});

it('is read back as it was, guarded or not', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', "'", '=', '＝', '-', '"', ';', ',', '\t', '\n', ' ', '1'),
  });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (fields) => {
      const row = ['first', ...fields];
      expect(csvOf(row)[0]?.map(unguarded)).toEqual(row);
    }),
    { numRuns: runs(300) },
  );
});

function csvOf(fields: readonly string[]): readonly (readonly string[])[] {
  const read = csvRows(csvRow(fields, ';'), ';');
  if (!read.ok) throw new Error(`line ${read.line} is not closed`);
  return read.rows.map((row) => row.fields);
}
