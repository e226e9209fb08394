import type { Mistake } from './mistake.ts';

/** A CSV file of shipments that is wrong in one place. */
export interface FileMistake extends Mistake {
  readonly file: string | Uint8Array<ArrayBuffer>;
  readonly query?: string;
  /** The only line whose row is refused; null: the whole file is refused. */
  readonly line: number | null;
}

const [A, B] = ['1Z999AA10123456784', '1Z999AA10123456793'];
const HEAD = 'tracking_number,carrier,order_id,recipient_email';
/** The second row is wrong, those around it are not. */
const among = (row: string) => `${HEAD}\n${A},ups,1001,\n${row}\n${B},ups,1003,ada@example.com\n`;
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
    ),
  );

export const FILE_MISTAKES: readonly FileMistake[] = [
  {
    what: 'a workbook',
    file: bytes('PK', [3, 4, 20, 0], 'xl/workbook.xml'),
    line: null,
    where: /Excel|workbook/,
    mend: /Save it as CSV/,
  },
  {
    what: 'an empty file',
    file: '\n\n',
    line: null,
    where: /empty/,
    mend: /tracking_number,carrier/,
  },
  {
    what: 'no header',
    file: `${A},ups\n${B},ups\n`,
    line: null,
    where: /[Ll]ine 1/,
    mend: /tracking_number/,
  },
  {
    what: 'a column twice',
    file: `tracking_number,awb\n${A},${B}\n`,
    line: null,
    where: /line 1.*"tracking_number" and "awb"/i,
    mend: /Remove one of them/,
  },
  {
    what: 'a quote that is never closed',
    file: `${HEAD}\n"${A},ups,1,\n`,
    line: null,
    where: /line 2/i,
    mend: /quotes/,
  },
  {
    what: 'ten thousand columns',
    file: `tracking_number,${Array.from({ length: 10_000 }, (_, index) => `c${index}`).join()}\n${A}\n`,
    line: null,
    where: /line 1.*more than 1000 fields/i,
    mend: /separator/,
  },
  {
    what: 'a column that is named and not there',
    file: among(`${A},ups,1,`),
    line: null,
    query: '?column[Sendungsnr]=tracking_number',
    where: /column\[Sendungsnr\]/,
    mend: /a name from line 1/,
  },
  {
    what: 'a column that holds what there is not',
    file: among(`${A},ups,1,`),
    line: null,
    query: '?column[order_id]=orders',
    where: /column\[order_id\]/,
    mend: /a column such as/,
  },
  {
    what: 'no number',
    file: among(',ups,1002,'),
    line: 3,
    where: /^tracking_number/,
    mend: /Send the number/,
  },
  {
    what: 'a number that a spreadsheet has rounded',
    file: among('1.23457E+17,ups,1002,'),
    line: 3,
    where: /^tracking_number/,
    mend: /[Ss]end|number/,
  },
  {
    what: 'a formula as a number',
    file: among('"=HYPERLINK(""http://x"")",ups,1002,'),
    line: 3,
    where: /^tracking_number/,
    mend: /[Ss]end|number/,
  },
  {
    what: 'a misspelt carrier',
    file: among(`${A},usp,1002,`),
    line: 3,
    where: /^carrier/,
    mend: /GET \/v1\/carriers|one of/,
  },
  {
    what: 'a mail address that is none',
    file: among(`${A},ups,1002,ada at example`),
    line: 3,
    where: /^recipient_email/,
    mend: /[Ss]end|address/,
  },
  {
    what: 'a row that was cut off',
    file: among('1Z999AA101'),
    line: 3,
    where: /1 field; the header has 4/,
    mend: /Write every field/,
  },
  {
    what: 'a separator too many',
    file: among(`${A},ups,1002,,more`),
    line: 3,
    where: /5 fields; the header has 4/,
    mend: /quotes/,
  },
  {
    what: 'a cell of 10 MB',
    file: among(`${A},ups,"${'x'.repeat(10_485_760)}",`),
    line: 3,
    where: /^order_id/,
    mend: /[Ss]end|at most/,
  },
  {
    what: 'a NUL',
    file: among(`${A},ups,10\u000002,`),
    line: 3,
    where: /^order_id/,
    mend: /control|[Ss]end/,
  },
  {
    what: 'a row in another encoding',
    file: bytes(
      `${HEAD},recipient_name\n${A},ups,1,,\n${A},ups,2,,J`,
      [0xfc],
      `rgen\n${B},ups,3,,\n`,
    ),
    line: 3,
    where: /not UTF-8/,
    mend: /CSV UTF-8/,
  },
];

/** Files that look odd and are right: their rows are registered. */
export const FINE_FILES: readonly (readonly [what: string, file: FileMistake['file']])[] = [
  ['a mark at its beginning', bytes([0xef, 0xbb, 0xbf], `${HEAD}\n${A},ups,1,\n${B},ups,2,\n`)],
  [
    'UTF-16',
    bytes([0xff, 0xfe], [...Buffer.from(`${HEAD}\n${A},ups,1,\n${B},ups,2,\n`, 'utf16le')]),
  ],
  ['semicolons and CRLF', `${HEAD.replaceAll(',', ';')}\r\n${A};ups;1;\r\n${B};ups;2;\r\n`],
  ['formulas in texts', among(`${A},ups,"=1+1",`)],
  [
    'quotes in quotes',
    `${HEAD}\n${A},ups,"a ""b"", c",\n${B},ups,"two\nlines"",",\n`.replace('two\n', 'two '),
  ],
];
