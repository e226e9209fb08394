import { DateTime } from 'luxon';
import { placeTimeInZone } from '../../../kernel/time/zoned-time.ts';
import type { CsvRow } from '../../../kernel/wire/csv.ts';
import { readScan } from '../../scans/read-scan.ts';
import type { ScanFault } from '../../scans/scan.ts';
import type { ReadScan } from '../../scans/take-scans.ts';
import type { FileRules } from './columns-file.ts';
import { unguarded } from './csv-safe.ts';
import { openCsv, type Separator } from './csv-stream.ts';
import { decodeText, type Encoding, FileUnreadable } from './decode-text.ts';
import { type ColumnPlan, matchColumns } from './match-columns.ts';

export interface DropRow {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  readonly read: ReadScan;
}

export interface OpenedDrop {
  readonly separator: Separator;
  /** The header as the file spells it. */
  readonly header: readonly string[];
  readonly plan: ColumnPlan;
  /** The rows in the order of the file, `rowsAtOnce` at a time and fewer at the end. */
  readonly batches: AsyncIterable<readonly DropRow[]>;
}

interface ReadDropOptions {
  readonly rules: FileRules;
  readonly rowsAtOnce: number;
  /** The number of rows to skip because they are done; the header does not count. */
  readonly skip?: number;
}

/** Control characters, except the tabs and line ends that a quoted name may contain. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;

export interface OpenedRows {
  readonly separator: Separator;
  /** The header as the file spells it. */
  readonly header: readonly string[];
  /** The other rows in the order of the file, some at a time. */
  readonly chunks: AsyncIterable<readonly CsvRow[]>;
}

/** Reads a dropped file up to its header. Rejects, and `chunks` throws, with `FileUnreadable`. */
export async function openRows(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding | null,
  separator: Separator | null,
): Promise<OpenedRows> {
  const csv = await openCsv(decodeText(bytes, encoding), separator);
  const chunks = csv.rows[Symbol.asyncIterator]();
  const first = await chunks.next();
  const [header, ...early] = first.done ? [] : first.value;
  if (header === undefined) {
    throw new FileUnreadable(
      'The file is empty.',
      'It must begin with a line that names the columns.',
    );
  }
  if (header.fields.some((name) => CONTROL.test(name))) {
    throw new FileUnreadable(
      'A column name contains control characters.',
      'Save the file as CSV in UTF-8, and drop it again.',
      header.line,
    );
  }
  async function* remaining(): AsyncGenerator<readonly CsvRow[]> {
    try {
      yield early;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return?.();
    }
  }
  return { separator: csv.separator, header: header.fields, chunks: remaining() };
}

/**
 * Reads a dropped file as scans, with one batch at a time in memory whatever its size. Rejects, and
 * `batches` throws, with `FileUnreadable` at an unreadable part; the rows before it were returned.
 */
export async function openDrop(
  bytes: AsyncIterable<Uint8Array>,
  { rules, rowsAtOnce, skip = 0 }: ReadDropOptions,
): Promise<OpenedDrop> {
  const { separator, header, chunks } = await openRows(bytes, rules.encoding, rules.separator);
  const plan = matchColumns(header, rules);
  const readRow = rowReader(plan, rules);
  async function* batches(): AsyncGenerator<readonly DropRow[]> {
    let batch: DropRow[] = [];
    let toSkip = skip;
    try {
      for await (const rows of chunks) {
        for (const { line, fields } of rows) {
          if (toSkip > 0) {
            toSkip -= 1;
            continue;
          }
          batch.push({ line, fields, read: readRow(fields) });
          if (batch.length < rowsAtOnce) continue;
          yield batch;
          batch = [];
        }
      }
    } catch (error) {
      if (!(error instanceof FileUnreadable) || batch.length === 0) throw error;
      yield batch;
      throw error;
    }
    if (batch.length > 0) yield batch;
  }
  return { separator, header, plan, batches: batches() };
}

/** Returns a row's fields as a scan, or its fault. */
type ReadRow = (fields: readonly string[]) => ReadScan;

const DEGREES = /^-?\d{1,3}(?:[.,]\d{1,15})?$/;

/** Returns the function that reads rows as scans, by the same schema as `POST /v1/scans`. Pure. */
function rowReader(plan: ColumnPlan, rules: FileRules): ReadRow {
  const readTime = timeReader(rules);
  return (fields) => {
    if (fields.length !== plan.width) return { fault: widthFault(fields.length, plan.width) };
    const scan: Record<string, unknown> = { ...rules.values };
    for (const { member, at } of plan.members) {
      const cell = at
        .map((each) => unguarded(fields[each]?.trim() ?? ''))
        .filter((each) => each !== '')
        .join(' ');
      if (cell !== '') scan[member] = cell;
    }
    const { scanned_at: time, lat, lng } = scan;
    if (lat !== undefined) scan['lat'] = degrees(lat);
    if (lng !== undefined) scan['lng'] = degrees(lng);
    if (typeof time === 'string') {
      const read = readTime(time);
      if (read === null) return { fault: timeFault(rules.dateFormat ?? '') };
      scan['scanned_at'] = read;
    }
    if (plan.attributes.length > 0) scan['attributes'] = attributesOf(plan, fields);
    return readScan(scan);
  };
}

/** Reads an angle in degrees. A text that is not a number stays a text, and is rejected as one. */
function degrees(cell: unknown): unknown {
  const text = String(cell);
  return DEGREES.test(text) ? Number(text.replace(',', '.')) : cell;
}

function attributesOf(
  { attributes }: ColumnPlan,
  fields: readonly string[],
): Record<string, string> | undefined {
  const found = attributes
    .map(({ name, at }) => [name, unguarded(fields[at]?.trim() ?? '')] as const)
    .filter(([, value]) => value !== '');
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/**
 * Returns the fault of a row with another number of fields than the header. A row that was cut off
 * while it was written must not become a scan with half a code.
 */
function widthFault(found: number, wanted: number): ScanFault {
  return {
    code: 'invalid',
    pointer: '',
    reason: { 'scans.fieldCountMismatch': { found, wanted } },
    fix: 'scans.quoteSeparatorFields',
  };
}

function timeFault(format: string): ScanFault {
  return {
    code: 'invalid',
    pointer: '/scanned_at',
    reason: { 'scans.dateFormatMismatch': { format } },
    fix: 'scans.correctTimeOrFormat',
  };
}

/** Returns a time as scans have it; null if the text does not fit the format. */
type ReadTime = (text: string) => string | null;

const LOCAL = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?$/;
/** The tokens of a format that stand for an offset. */
const OFFSET_TOKEN = /[Zz]/;

/**
 * Returns the function that reads a file's times: in the file's format if it has one, and in its
 * time zone if they have no offset. Other texts are left for the check of the scan. Pure.
 */
export function timeReader({
  dateFormat,
  timeZone,
}: Pick<FileRules, 'dateFormat' | 'timeZone'>): ReadTime {
  const inZone = (text: string) => (timeZone === null ? text : withOffset(text, timeZone));
  if (dateFormat === null) return inZone;
  const parser = DateTime.buildFormatParser(dateFormat);
  const hasOffset = OFFSET_TOKEN.test(dateFormat.replace(/'[^']*'/g, ''));
  return (text) => {
    const read = DateTime.fromFormatParser(text, parser, { zone: 'utc', setZone: true });
    if (!read.isValid) return null;
    const local = `${read.year}-${two(read.month)}-${two(read.day)}T${two(read.hour)}:${two(read.minute)}:${two(read.second)}`;
    return hasOffset ? local + offsetText(read.offset) : inZone(local);
  };
}

/** Adds a zone's offset to a local time; anything else is returned as it is. */
function withOffset(text: string, zone: string): string {
  const found = LOCAL.exec(text);
  if (found === null) return text;
  const local = `${found[1]}T${found[2]}`;
  const { offsetMin } = placeTimeInZone(local, 'second', zone, 'facility');
  return offsetMin === null ? text : local + offsetText(offsetMin);
}

function offsetText(offsetMin: number): string {
  const minutes = Math.abs(offsetMin);
  return `${offsetMin < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
