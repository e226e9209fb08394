import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMsOf } from '../test-cpu.ts';
import { csvRows } from './csv-rows.ts';

describe('CSV', () => {
  it.each([
    ['a,b\n"c', 2],
    ['a,b\n\n"x\ny",z\n"T2,acme\n1,2\n', 5],
    ['"', 1],
  ])('with a quote that is never closed says where that row begins', (text, line) => {
    expect(csvRows(text)).toEqual({ ok: false, line });
  });

  it('keeps delimiters, quotes and line ends of quoted fields, and counts lines right', () => {
    const text = '\uFEFFa,"b ""x"", c"\n"d\ne",f\n\n \ng,h\r\n"i\r\nj"\rk';
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
        expect(read.ok && read.rows.map(({ fields }) => fields)).toEqual(rows);
      }),
    );
  });

  it('of a megabyte of quotes are read in no time', () => {
    for (const text of ['"'.repeat(1_000_001), '""'.repeat(500_000)]) {
      expect(cpuMsOf(() => csvRows(text, ','))).toBeLessThan(10_000);
    }
  });
});
