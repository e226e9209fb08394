import { z } from 'zod';
import { isStatus, type Status } from '../../kernel/status.ts';
import { isZone } from '../../kernel/time/formatters.ts';
import { csvRows, planCsvHeader } from '../../kernel/wire/csv.ts';
import type { HistoryFact, ParcelHistory } from '../hazard/bins.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hour 0 of such files is a Monday at midnight, local time; any Monday will do. */
const MONDAY_MS = Date.UTC(2026, 0, 5);

/** The kinds of events that are spelt differently from our statuses. */
const KINDS: Readonly<Record<string, Status>> = {
  arrived_hub: 'at_facility',
  departed_hub: 'in_transit',
  delivery_failed: 'delivery_attempted',
  attempt: 'delivery_attempted',
};

const line = z.object({
  id: z.string().min(1),
  carrier: z.string().min(1).optional(),
  service: z.string().nullish(),
  created_h: z.number(),
  edd_day: z.number().int().nullish(),
  events: z.array(z.tuple([z.number(), z.string()])),
});

/**
 * Reads histories from JSON lines: `{id, carrier?, service, created_h, edd_day, events: [[hour,
 * kind]]}`; hours and days count from a Monday at midnight, local time of the destination.
 */
export function readJsonLines(text: string, file: string): Read {
  const histories: ParcelHistory[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const content = lines[index]?.trim() ?? '';
    if (content === '') continue;
    const where = `${file}:${index + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(content);
    } catch {
      return unreadable(
        where,
        'is not JSON',
        'write one JSON object per line, or pass a .csv file',
      );
    }
    const read = line.safeParse(value);
    if (!read.success) {
      const [issue] = read.error.issues;
      const at = issue?.path.join('.') || 'the line';
      return unreadable(where, `${at}: ${issue?.message}`, 'see docs/benchmarks.md for the shape');
    }
    const history = historyOf(read.data);
    if (typeof history === 'string') {
      return unreadable(where, history, `use a status, or one of ${Object.keys(KINDS).join(', ')}`);
    }
    histories.push(history);
  }
  if (histories.length === 0) {
    return unreadable(`${file}:1`, 'contains no parcel', 'pass a file with one parcel per line');
  }
  return { ok: true, histories };
}

/** Returns the history, or a message about an unknown kind. */
function historyOf(read: z.infer<typeof line>): ParcelHistory | string {
  const facts: { atMs: number; status: Status }[] = [];
  for (const [hour, kind] of read.events) {
    const status = isStatus(kind) ? kind : KINDS[kind];
    if (status === undefined) return `kind ${JSON.stringify(kind)} is unknown`;
    facts.push({ atMs: MONDAY_MS + Math.round(hour * HOUR_MS), status });
  }
  facts.sort((one, other) => one.atMs - other.atMs);
  const day = read.edd_day ?? null;
  return {
    trackingNumber: read.id,
    carrier: read.carrier ?? 'unnamed',
    service: read.service ?? null,
    timeZone: 'UTC',
    createdAtMs: MONDAY_MS + Math.round(read.created_h * HOUR_MS),
    edd: day === null ? null : { date: dateOf(MONDAY_MS + day * DAY_MS) },
    facts,
  };
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** The parsed histories, or one message: where, what was found, how to fix it. */
type Read =
  | { readonly ok: true; readonly histories: readonly ParcelHistory[] }
  | { readonly ok: false; readonly message: string };

function unreadable(where: string, found: string, fix: string): Read {
  return { ok: false, message: `${where}: ${found}; ${fix}` };
}

const COLUMNS = [
  'tracking_number',
  'carrier',
  'service',
  'time_zone',
  'created_at',
  'edd',
  'occurred_at',
  'status',
] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads histories from CSV, one fact per row, with the columns
 * `tracking_number,carrier,service,time_zone,created_at,edd,occurred_at,status` in any order; times
 * have an offset. A parcel without facts has one row with the last two empty; `service`,
 * `time_zone` and `edd` may be empty.
 */
export function readCsv(text: string, file: string): Read {
  const read = csvRows(text);
  if (!read.ok) {
    const fix = 'close it, or double each quote inside a cell';
    return unreadable(`${file}:${read.line}`, 'a quote opens and never closes', fix);
  }
  const [header, ...rows] = read.rows;
  if (header === undefined) {
    return unreadable(`${file}:1`, 'is empty', 'pass histories as CSV or as JSON lines');
  }
  const { missing, columns, cell } = planCsvHeader(header.fields, { required: COLUMNS });
  if (missing.length > 0) {
    const fix = `the first line must name ${COLUMNS.join(',')}`;
    return unreadable(`${file}:1`, `column ${missing.join(', ')} is missing`, fix);
  }
  const parcels = new Map<string, ParcelHistory & { readonly facts: HistoryFact[] }>();
  for (const { fields: cells, line } of rows) {
    const where = `${file}:${line}`;
    const wrongWidth = widthProblem(cells, columns.length);
    if (wrongWidth !== null) return unreadable(where, ...wrongWidth);
    const row = Object.fromEntries(COLUMNS.map((column) => [column, cell(cells, column)])) as Row;
    const problem = problemOf(row);
    if (problem !== null) return unreadable(where, ...problem);
    const key = `${row.carrier}\n${row.tracking_number}`;
    const parcel = parcels.get(key) ?? parcelOf(row);
    parcels.set(key, parcel);
    if (parcel.createdAtMs !== Date.parse(row.created_at)) {
      const found = `created_at differs from earlier rows of ${row.tracking_number}`;
      return unreadable(where, found, 'give every row of a parcel the same registration');
    }
    if (isStatus(row.status)) {
      parcel.facts.push({ atMs: Date.parse(row.occurred_at), status: row.status });
    }
  }
  if (parcels.size === 0) {
    return unreadable(`${file}:2`, 'contains no parcel', 'add one row per fact below the header');
  }
  for (const { facts } of parcels.values()) facts.sort((one, other) => one.atMs - other.atMs);
  return { ok: true, histories: [...parcels.values()] };
}

/** Reports a row whose number of cells differs from the header's, which would be read wrongly. */
function widthProblem(
  cells: readonly string[],
  columns: number,
): readonly [found: string, fix: string] | null {
  const filled = cells.findLastIndex((cell) => cell.trim() !== '') + 1;
  if (cells.length >= columns && filled <= columns) return null;
  const found = `has ${cells.length} ${cells.length === 1 ? 'column' : 'columns'}, the header ${columns}`;
  return [
    found,
    'give every row the same number, including empty ones, and put cells with commas in quotes',
  ];
}

/** Returns what is wrong with a row, and how to fix it; null if nothing is. */
function problemOf(row: Row): readonly [found: string, fix: string] | null {
  const found = (column: keyof Row) => `${column} is ${JSON.stringify(row[column])}`;
  if (row.tracking_number === '') return ['tracking_number is empty', 'name the parcel'];
  if (row.carrier === '') return ['carrier is empty', 'name the carrier'];
  if (row.time_zone !== '' && !isZone(row.time_zone)) {
    return [found('time_zone'), 'use an IANA zone such as America/Chicago, or leave it empty'];
  }
  if (!isInstant(row.created_at)) return [found('created_at'), INSTANT_FIX];
  if (row.edd !== '' && !(DATE.test(row.edd) && !Number.isNaN(Date.parse(row.edd)))) {
    return [found('edd'), 'use a date such as 2026-01-31, or leave it empty'];
  }
  if (row.occurred_at === '' && row.status === '') return null;
  if (!isInstant(row.occurred_at)) return [found('occurred_at'), INSTANT_FIX];
  if (!isStatus(row.status)) return [found('status'), 'use one of the hub’s statuses'];
  return null;
}

const INSTANT_FIX = 'use an instant with its offset such as 2026-01-31T14:05:00-06:00';

function isInstant(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}

function parcelOf(row: Row): ParcelHistory & { readonly facts: HistoryFact[] } {
  return {
    trackingNumber: row.tracking_number,
    carrier: row.carrier,
    service: row.service === '' ? null : row.service,
    timeZone: row.time_zone === '' ? null : row.time_zone,
    createdAtMs: Date.parse(row.created_at),
    edd: row.edd === '' ? null : { date: row.edd },
    facts: [],
  };
}
