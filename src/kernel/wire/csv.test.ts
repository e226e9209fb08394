import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMsOf } from '../test-runs.ts';
import { CsvScanner, type CsvScannerOptions, csvRows, planCsvHeader } from './csv.ts';

function scan(text: string, options: Partial<CsvScannerOptions> = {}, pieceChars = text.length) {
  const scanner = new CsvScanner({ separator: ',', ...options });
  const read = [];
  for (let at = 0; at < text.length; at += pieceChars) {
    read.push(scanner.push(text.slice(at, at + pieceChars)));
  }
  read.push(scanner.end());
  return { rows: read.flatMap(({ rows }) => rows), fault: read.at(-1)?.fault };
}

describe('CSV in pieces', () => {
  it.each([
    ['"a ""b"" c",d\n', ['a "b" c', 'd']],
    ['"a"b,"",c\n', ['"a"b', '', 'c']],
    ['5" pipe,"x\ny"', ['5" pipe', 'x\ny']],
    ['"""",a', ['"', 'a']],
  ])('is read alike in whatever pieces: %j', (text, fields) => {
    for (const size of [1, 2, 3, text.length]) {
      expect(scan(text, {}, size).rows).toEqual([{ line: 1, fields }]);
    }
  });

  it('counts the lines of blank rows and of quoted line ends', () => {
    const { rows } = scan('\n \n"a\nb"\n\nc\n', { firstLine: 2 });
    expect(rows.map(({ line }) => line)).toEqual([4, 7]);
  });

  it.each([
    ['a\n"b\n', {}, 'open_quote'],
    [`a\n"${'b'.repeat(20)}`, { rowCharsMax: 10 }, 'open_quote'],
    [`a\n${'b'.repeat(11)}\nc`, { rowCharsMax: 10 }, 'long_row'],
    ['a\n,,,\nc', { rowFieldsMax: 3 }, 'wide_row'],
  ] as const)(
    'ends at a row that cannot be read, after those before it: %j',
    (text, options, kind) => {
      for (const size of [1, text.length]) {
        const { rows, fault } = scan(text, options, size);
        expect(rows).toEqual([{ line: 1, fields: ['a'] }]);
        expect(fault).toEqual({ line: 2, kind });
      }
    },
  );

  it('accepts a row of exactly the limits', () => {
    expect(scan('abcd,,\n', { rowCharsMax: 6, rowFieldsMax: 3 })).toEqual({
      rows: [{ line: 1, fields: ['abcd', '', ''] }],
      fault: null,
    });
  });
});

describe('CSV', () => {
  it.each([
    ['a,b\n"c', 2],
    ['a,b\n\n"x\ny",z\n"T2,acme\n1,2\n', 5],
    ['"', 1],
  ])('with a quote that is never closed says where that row begins', (text, line) => {
    expect(csvRows(text)).toEqual({ ok: false, line });
  });

  it('keeps delimiters, quotes and line ends of quoted fields, and counts lines right', () => {
    const text = '\uFEFFa,"b ""x"", c"\n"d\ne",f\n,,\n"", \ng,h\r\n"i\r\nj"\rk';
    expect(csvRows(text)).toEqual({
      ok: true,
      rows: [
        { line: 1, fields: ['a', 'b "x", c'] },
        { line: 2, fields: ['d\ne', 'f'] },
        { line: 6, fields: ['g', 'h'] },
        { line: 7, fields: ['i\nj'] },
        { line: 9, fields: ['k'] },
      ],
    });
  });

  it('takes a quote inside a field without quotes for text', () => {
    const read = csvRows('5" pipe;"Hub ""A"" 2";x', ';');
    expect(read).toMatchObject({ rows: [{ fields: ['5" pipe', 'Hub "A" 2', 'x'] }] });
  });

  it('written with quotes is read as it was', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', ' ') });
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 })), (rows) => {
        const text = rows
          .map((fields) => fields.map((f) => `"${f.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');
        const read = csvRows(text);
        const filled = rows.filter((fields) => fields.some((f) => f.trim() !== ''));
        expect(read.ok && read.rows.map(({ fields }) => fields)).toEqual(filled);
      }),
    );
  });

  it('of a megabyte of quotes are read in no time', () => {
    for (const text of ['"'.repeat(1_000_001), '""'.repeat(500_000)]) {
      expect(cpuMsOf(() => csvRows(text, ','))).toBeLessThan(10_000);
    }
  });
});

describe('a header', () => {
  const columns = { required: ['number', 'code'], optional: ['sent_at'] } as const;

  it('is found in any order and spelling, and its rows are read by column', () => {
    const header = planCsvHeader([' Sent-At', 'Colour', 'NUMBER', ''], columns);
    expect(header).toMatchObject({
      columns: ['sent_at', null, 'number', null],
      unknown: ['Colour'],
      missing: ['code'],
      duplicates: [],
    });
    const row = ['today', 'red', ' 12 '];
    expect(columns.required.map((column) => header.cell(row, column))).toEqual(['12', '']);
    expect(header.cell([], 'sent_at')).toBe('');
  });

  it('has a known column twice, and unknown ones as often as it likes', () => {
    const { duplicates, unknown } = planCsvHeader(['code', 'x', 'Code', 'x', 'CODE'], columns);
    expect(duplicates).toEqual(['code']);
    expect(unknown).toEqual(['x', 'x']);
  });

  it('may be named by the caller instead', () => {
    const { columns: found } = planCsvHeader(['#', 'code'], columns, (title) =>
      title === '#' ? 'number' : null,
    );
    expect(found).toEqual(['number', null]);
  });
});
