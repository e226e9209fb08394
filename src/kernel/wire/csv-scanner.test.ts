import { describe, expect, it } from 'vitest';
import { CsvScanner, type CsvScannerOptions } from './csv-scanner.ts';

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
