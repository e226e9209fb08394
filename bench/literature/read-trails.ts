import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { earthTrail, planeTrail, type Trail } from '../../src/fleet/positions/index.ts';

/** Thrown for a file that cannot be used; the message says which one, where, and what to do. */
export class UnusableTrails extends Error {}

/** The columns that a file may have; others are ignored. */
const FORMS = [
  { columns: ['trail', 't', 'x', 'y'], trailOf: planeTrail, limits: [Infinity, Infinity] },
  { columns: ['trail', 'ts', 'lat', 'lng'], trailOf: earthTrail, limits: [90, 180] },
] as const;

export interface ReadTrail {
  readonly name: string;
  readonly trail: Trail;
  /** The rows as in the file, in the order of the trail's fixes. */
  readonly rows: readonly string[];
}

export interface TrailReader {
  /** Returns the file's first line, once the first trail has been read. */
  readonly header: () => string;
  /** Returns the number of omitted rows; `complain` received the reasons. */
  readonly refused: () => number;
  readonly trails: AsyncGenerator<ReadTrail>;
}

/** How many omitted rows are listed; the others are only counted. */
const FAULTS_LISTED_MAX = 20;

/**
 * Reads one trail at a time, so that a file may be larger than memory. A trail's rows must be
 * adjacent, in any order of time. Unreadable rows are omitted and reported; a problem that makes
 * the whole file unusable throws `UnusableTrails`.
 */
export function readTrails(file: string, complain: (line: string) => void): TrailReader {
  let header = '';
  let refused = 0;
  const refuse = (line: number, reason: string): void => {
    refused += 1;
    if (refused <= FAULTS_LISTED_MAX) complain(`${file}:${line}: row left out: ${reason}`);
  };
  async function* trails(): AsyncGenerator<ReadTrail> {
    const finished = new Set<string>();
    let form = null as Form | null;
    let open = null as OpenTrail | null;
    for await (const { record, raw, info } of recordsOf(file)) {
      if (form === null) {
        header = raw;
        form = formOf(file, record);
        continue;
      }
      const row = readRow(form, record);
      if (typeof row === 'string') {
        refuse(info.lines, row);
        continue;
      }
      if (open?.name !== row.name) {
        if (open !== null) yield closed(open, form);
        if (finished.has(row.name))
          throw new UnusableTrails(
            `${file}:${info.lines}: trail ${row.name} goes on after another one began; sort the rows by trail`,
          );
        finished.add(row.name);
        open = { name: row.name, fixes: [] };
      }
      open.fixes.push({ ...row, raw });
    }
    if (form === null) throw new UnusableTrails(`${file}:1: is empty; ${COLUMNS_HINT}`);
    if (open !== null) yield closed(open, form);
    if (refused > FAULTS_LISTED_MAX) complain(`${file}: ${refused} rows left out`);
  }
  return { header: () => header, refused: () => refused, trails: trails() };
}

interface Form {
  /** The positions of the four columns. */
  readonly at: readonly number[];
  readonly kind: (typeof FORMS)[number];
}

interface Row {
  readonly name: string;
  readonly timeS: number;
  readonly first: number;
  readonly second: number;
}

interface OpenTrail {
  readonly name: string;
  readonly fixes: (Row & { readonly raw: string })[];
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

async function* recordsOf(file: string): AsyncGenerator<CsvRecord> {
  const parser = parse({ bom: true, raw: true, info: true, relax_column_count: true });
  const bytes: Readable = createReadStream(file);
  const isGzip = /\.gz$/i.test(file);
  const text = isGzip ? bytes.pipe(createGunzip()) : bytes;
  // pipe() does not pass errors on; destroying the reader ends the loop below with them.
  bytes.on('error', (error) => parser.destroy(error));
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  try {
    yield* parser as AsyncIterable<CsvRecord>;
  } catch (error) {
    throw unusable(file, error);
  } finally {
    bytes.destroy();
  }
}

function unusable(file: string, error: unknown): unknown {
  if (error instanceof CsvError)
    return new UnusableTrails(`${file}: ${error.message}; mend the quotes of that row`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = COMPLAINTS[code];
  return words === undefined ? error : new UnusableTrails(`${file}: ${words}`);
}

const COMPLAINTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder; check the path',
  ENOTDIR: 'part of the path is not a folder; check the path',
  EISDIR: 'is a folder; pass a file',
  EACCES: 'permission denied; check its permissions',
  Z_DATA_ERROR: 'is a damaged gzip file; copy it again',
  Z_BUF_ERROR: 'is a gzip file that ends too soon; copy it again',
};

const COLUMNS_HINT =
  'pass CSV with the columns trail, t (seconds), x, y (metres), or trail, ts, lat, lng';

function formOf(file: string, header: readonly string[]): Form {
  const names = header.map((name) => name.trim().toLowerCase());
  for (const kind of FORMS) {
    const at = kind.columns.map((name) => names.indexOf(name));
    if (at.every((index) => index >= 0)) return { at, kind };
  }
  throw new UnusableTrails(`${file}:1: found the columns ${names.join(', ')}; ${COLUMNS_HINT}`);
}

/** Reads the content of a row; returns a text that says why, if it cannot be used. */
function readRow({ at, kind }: Form, record: readonly string[]): Row | string {
  const [name = '', time = '', first = '', second = ''] = at.map(
    (index) => record[index]?.trim() ?? '',
  );
  if (name === '') return 'it has no trail';
  const timeS = secondsOf(time);
  if (!Number.isFinite(timeS))
    return `${kind.columns[1]} is "${time.slice(0, 40)}"; expected seconds or an ISO 8601 time`;
  const numbers = [first, second].map((text) => (text === '' ? Number.NaN : Number(text)));
  for (const [index, number] of numbers.entries()) {
    const limit = kind.limits[index] ?? 0;
    if (Number.isFinite(number) && Math.abs(number) <= limit) continue;
    const found = [first, second][index]?.slice(0, 40);
    const range = limit === Infinity ? 'a number' : `a number from -${limit} to ${limit}`;
    return `${kind.columns[index + 2]} is "${found}"; expected ${range}`;
  }
  return { name, timeS, first: numbers[0] ?? 0, second: numbers[1] ?? 0 };
}

/**
 * Matches a time with an offset or in UTC; before it is read, a trail has no place that could give
 * it a zone.
 */
const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/;

function secondsOf(text: string): number {
  if (text === '') return Number.NaN;
  return ISO.test(text) ? Date.parse(text) / 1_000 : Number(text);
}

function closed({ name, fixes }: OpenTrail, { kind }: Form): ReadTrail {
  // Sorting is stable for rows of the same instant.
  const inTime = fixes.sort((a, b) => a.timeS - b.timeS);
  const column = (pick: (row: Row) => number) => inTime.map(pick);
  return {
    name,
    trail: kind.trailOf(
      column(({ timeS }) => timeS),
      column(({ first }) => first),
      column(({ second }) => second),
    ),
    rows: inTime.map(({ raw }) => raw),
  };
}
