import type { FileRules } from './columns-file.ts';
import type { Encoding } from './decode-text.ts';

export const NO_RULES: FileRules = {
  facility: null,
  columns: {},
  attributes: {},
  values: {},
  timeZone: null,
  dateFormat: null,
  separator: null,
  encoding: null,
};

export interface Dialect {
  readonly separator: ',' | ';' | '\t';
  readonly encoding: Exclude<Encoding, 'windows-1252'>;
  readonly bom: boolean;
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly quoteAll: boolean;
  readonly endsWithLine: boolean;
}

export const PLAIN: Dialect = {
  separator: ',',
  encoding: 'utf-8',
  bom: false,
  lineEnd: '\n',
  quoteAll: false,
  endsWithLine: true,
};

/** A CSV file as some program or other writes it. */
export function fileOf(rows: readonly (readonly string[])[], dialect: Dialect = PLAIN): Buffer {
  const { separator, lineEnd, quoteAll, encoding, bom, endsWithLine } = dialect;
  const field = (text: string) =>
    quoteAll || /[",;\t\r\n]/.test(text) || text.trim() !== text || text === ''
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const lines = rows.map((row) => row.map(field).join(separator));
  const text = lines.join(lineEnd) + (endsWithLine ? lineEnd : '');
  const marked = bom ? `\uFEFF${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked, 'utf8');
  const little = Buffer.from(marked, 'utf16le');
  return encoding === 'utf-16le' ? little : little.swap16();
}

export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
