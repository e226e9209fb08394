import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { englishItem } from '../../../platform/messages/error-text.ts';
import type { FileRules } from './columns-file.ts';
import { ENCODINGS, FileUnreadable } from './decode-text.ts';
import { type DropRow, openDrop } from './read-drop.ts';
import { type Dialect, fileOf, inPieces, NO_RULES, PLAIN } from './test-drop-files.ts';

const HEADER = ['tracking_number', 'code', 'scanned_at', 'note'];
const ROW = ['WB1', 'SORT', '2026-03-10T11:00:00Z', ''];

async function read(
  bytes: Uint8Array,
  {
    rules = NO_RULES,
    rowsAtOnce = 1_000,
    skip = 0,
    piece = 1_000_000,
  }: { rules?: FileRules; rowsAtOnce?: number; skip?: number; piece?: number } = {},
) {
  const rows: DropRow[] = [];
  const opened = await openDrop(inPieces(bytes, piece), { rules, rowsAtOnce, skip });
  const sizes: number[] = [];
  let failure: unknown = null;
  try {
    for await (const batch of opened.batches) {
      sizes.push(batch.length);
      rows.push(...batch);
    }
  } catch (error) {
    failure = error;
  }
  return { ...opened, rows, sizes, failure };
}

const scansOf = (rows: readonly DropRow[]) =>
  rows.map(({ read: each }) => ('scan' in each ? each.scan : englishItem(each.fault)));

describe('unreadable files', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'The file is empty'],
    ['blank lines', Buffer.from('\n\n\r\n'), 'The file is empty'],
    ['a workbook', Buffer.from('504b0304140006', 'hex'), 'Excel workbook'],
    ['a packed file', Buffer.from('1f8b0800', 'hex'), 'gzip'],
    ['bytes', Buffer.from([1, 0, 0, 2, 0, 7, 0, 0, 0, 9]), 'The file is not text.'],
    ['another alphabet', Buffer.from('tracking_number,code\nM\xfcnchen,x', 'latin1'), 'UTF-8'],
    ['no header', fileOf([ROW]), 'must name the columns, and has no tracking_number'],
    [
      'a column that is missing',
      fileOf([['tracking_number', 'code']]),
      'has no scanned_at; its columns are',
    ],
    ['a column that occurs twice', fileOf([[...HEADER, 'Code']]), '"code" occurs twice'],
    [
      'a quote never closed in the header',
      Buffer.from(`a,"b\n${'x\n'.repeat(40_000)}`),
      'never closed',
    ],
  ])('is said to be so: %s', async (_what, bytes, reason) => {
    await expect(read(bytes)).rejects.toThrow(FileUnreadable);
    await expect(read(bytes)).rejects.toThrow(reason);
  });

  it('is only the part after an unclosed quote', async () => {
    const rows = Array.from({ length: 5 }, () => ROW);
    const bytes = Buffer.concat([fileOf([HEADER, ...rows]), Buffer.from('WB2,"SORT\nWB3,x\n')]);
    const { rows: found, failure } = await read(bytes);
    expect(found).toHaveLength(5);
    expect(failure).toBeInstanceOf(FileUnreadable);
    expect((failure as FileUnreadable).sentence).toMatch(/^Line 7: A quote that begins here/);
  });

  it('is bounded in memory where a quote swallows the rest of a large file', async () => {
    const head = fileOf([HEADER, ROW]);
    const bytes = Buffer.concat([head, Buffer.from(`WB2,"${'y'.repeat(300_000)}`)]);
    const { rows, failure } = await read(bytes, { piece: 10_000 });
    expect(rows).toHaveLength(1);
    expect(failure).toBeInstanceOf(FileUnreadable);
  });
});

describe('a row', () => {
  it('is the same scan whatever the order and the spelling of the columns', async () => {
    const { rows, plan } = await read(
      fileOf([
        ['LNG', 'Scanned At', 'belt', 'Tracking-Number', ' CODE ', 'lat'],
        ['9,99', '2026-03-10T11:00:00Z', '7', 'WB1', 'SORT', '53.55'],
      ]),
    );
    expect(scansOf(rows)).toEqual([
      {
        tracking_number: 'WB1',
        code: 'SORT',
        scanned_at: '2026-03-10T11:00:00Z',
        lat: 53.55,
        lng: 9.99,
      },
    ]);
    expect(plan.ignored).toEqual(['belt']);
  });

  it.each([
    [['WB1', 'SORT'], '', 'The row has 2 fields; the header has 4.'],
    [['WB1', '', '2026-03-10T11:00:00Z', ''], '/code', 'Missing.'],
    [['WB1', 'SORT', 'noon', ''], '/scanned_at', 'It cannot be used.'],
    [
      ['x'.repeat(65), 'SORT', '2026-03-10T11:00:00Z', ''],
      '/tracking_number',
      'More than 64 characters.',
    ],
  ])('that is no scan says where and why: %j', async (row, pointer, reason) => {
    const { rows } = await read(fileOf([HEADER, row, ROW]));
    expect(scansOf(rows)[0]).toMatchObject({ code: 'invalid', pointer, reason });
    expect(scansOf(rows)[1]).toMatchObject({ tracking_number: 'WB1' });
  });

  it('that is no number where one is required is rejected as in the API', async () => {
    const { rows } = await read(
      fileOf([
        ['tracking_number', 'code', 'scanned_at', 'lat', 'lng'],
        ['WB1', 'SORT', '2026-03-10T11:00:00Z', 'north', '9.9'],
      ]),
    );
    expect(scansOf(rows)).toMatchObject([
      { pointer: '/lat', reason: 'Expected a number, found a text.' },
    ]);
  });

  it('begins at the line at which it begins, and may be mended and dropped again', async () => {
    const bytes = Buffer.from(
      'rejected_line,rejected_reason,tracking_number,code,scanned_at,note\r\n' +
        '2,Missing.,WB1,SORT,2026-03-10T11:00:00Z,"two\r\nlines"\r\n\r\n' +
        "9,Missing.,WB2,SORT,2026-03-10T11:00:00Z,'=1+1\r\n",
    );
    const { rows, plan } = await read(bytes);
    expect(rows.map(({ line }) => line)).toEqual([2, 5]);
    expect(scansOf(rows)).toMatchObject([{ note: 'two\nlines' }, { note: '=1+1' }]);
    expect(plan.ignored).toEqual([]);
  });
});

const dialect: fc.Arbitrary<Dialect> = fc.record({
  separator: fc.constantFrom(',', ';', '\t'),
  encoding: fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
  bom: fc.boolean(),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  quoteAll: fc.boolean(),
  endsWithLine: fc.boolean(),
});
/** Cell contents from outside a scan: quotes, separators, line ends, other scripts. */
const cell = fc
  .array(fc.constantFrom('a', 'é', '日', '🚚', '"', ',', ';', '\t', '\n', ' ', "'"), {
    maxLength: 8,
  })
  .map((chars) => chars.join('').trim());

describe('any dialect', () => {
  it('is read alike, in whatever pieces it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        dialect,
        fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 20 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 7 }),
        async (written, cells, piece, rowsAtOnce) => {
          // No row of it is blank.
          const wanted = cells.map(([first, ...others]) => [`n${first}`, ...others]);
          const bytes = fileOf([HEADER, ...wanted], written);
          const found = await read(bytes, { piece, rowsAtOnce });
          expect(found.failure).toBeNull();
          expect(found.separator).toBe(written.separator);
          expect(found.rows.map(({ fields }) => fields)).toEqual(wanted);
          expect(found.sizes.slice(0, -1).every((size) => size === rowsAtOnce)).toBe(true);
        },
      ),
      { numRuns: runs(150) },
    );
  });

  it('continues at any row as if it had begun at the first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 40 }),
        async (count, skip) => {
          const rows = Array.from({ length: count }, (_, index) => [`WB${index}`, ...ROW.slice(1)]);
          const bytes = fileOf([HEADER, ...rows]);
          const whole = await read(bytes);
          const rest = await read(bytes, { skip, rowsAtOnce: 3 });
          expect(rest.rows).toEqual(whole.rows.slice(skip));
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('of single bytes is any text or a fault, and never an error of another kind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(null, ...ENCODINGS),
        async (noise, encoding) => {
          const bytes = Buffer.concat([fileOf([HEADER], PLAIN), noise]);
          const found = await read(bytes, { rules: { ...NO_RULES, encoding } }).catch((error) => ({
            failure: error,
          }));
          if (found.failure !== null) expect(found.failure).toBeInstanceOf(FileUnreadable);
        },
      ),
      { numRuns: runs(200) },
    );
  });
});
