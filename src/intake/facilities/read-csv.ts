import type { ErrorText } from '../../kernel/errors.ts';
import { countryOfName } from '../../kernel/places/country-names.ts';
import { type CsvHeader, type CsvRow, csvRows, planCsvHeader } from '../../kernel/wire/csv.ts';
import { checkFacility } from './check-facility.ts';
import { FACILITY_TYPES, type FacilityDetails, type FacilityType, matchKey } from './facility.ts';

/** A fault in a file, and its place. */
export interface CsvFault {
  readonly line: number;
  /** The header's name of the column; null when the whole line is at fault. */
  readonly column: string | null;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

export interface FacilityCsv {
  /** Valid facilities, in the order of the file. */
  readonly facilities: readonly { readonly line: number; readonly details: FacilityDetails }[];
  /** At most `FAULTS_MAX` faults; the rest mostly repeats the first. */
  readonly faults: readonly CsvFault[];
  readonly faultCount: number;
  /** The number of lines besides the header. */
  readonly rowCount: number;
}

interface FacilityCsvOptions {
  /** The carrier of facilities whose row names none; null: any carrier. */
  readonly carrier: string | null;
  readonly isCarrier: (name: string) => boolean;
  readonly rowsMax: number;
}

export const FACILITY_COLUMNS = [
  'code',
  'name',
  'carrier',
  'type',
  'city',
  'region',
  'postal_code',
  'country',
  'lat',
  'lng',
  'time_zone',
  'aliases',
] as const;
type Column = (typeof FACILITY_COLUMNS)[number];

/** Limit of faults: a person corrects a file a screen at a time. */
export const FAULTS_MAX = 100;
const ALIAS_SEPARATOR = '|';

/**
 * Reads a file of facilities: a header with `FACILITY_COLUMNS` in any order, of which only `code`
 * is required, separated by commas, semicolons or tabs. Each fault is reported with its line, its
 * column and what to do. Pure and total.
 */
export function readFacilityCsv(text: string, options: FacilityCsvOptions): FacilityCsv {
  const read = csvRows(text, delimiterOf(text));
  if (!read.ok) {
    const fix = 'facilities.closeOrDoubleQuotes';
    return csvWithFault({
      line: read.line,
      column: null,
      reason: 'facilities.quoteNotClosed',
      fix,
    });
  }
  const [header, ...rows] = read.rows;
  const columns = readHeader(header);
  if ('reason' in columns) return csvWithFault(columns);
  if (rows.length > options.rowsMax) {
    const reason: ErrorText = { 'facilities.tooManyRows': { length: rows.length } };
    return csvWithFault({
      line: 1,
      column: null,
      reason,
      fix: { 'facilities.limitRows': { rowsMax: options.rowsMax } },
    });
  }
  const facilities: { line: number; details: FacilityDetails }[] = [];
  const faults: CsvFault[] = [];
  const lineOf = new Map<string, number>();
  for (const row of rows) {
    const found = readRow(row, columns, options);
    if ('faults' in found) {
      faults.push(...found.faults);
      continue;
    }
    const { details } = found;
    const key = `${details.carrier ?? ''}\n${matchKey(details.code)}`;
    const earlier = lineOf.get(key);
    if (earlier === undefined) {
      lineOf.set(key, row.line);
      facilities.push({ line: row.line, details });
    } else {
      const reason: ErrorText = { 'facilities.duplicatesEarlierLine': { earlier } };
      faults.push({ line: row.line, column: 'code', reason, fix: 'facilities.keepOnlyOne' });
    }
  }
  const shown = faults.slice(0, FAULTS_MAX);
  return { facilities, faults: shown, faultCount: faults.length, rowCount: rows.length };
}

function csvWithFault(fault: CsvFault): FacilityCsv {
  return { facilities: [], faults: [fault], faultCount: 1, rowCount: 0 };
}

/**
 * Returns the most frequent separator of the header; spreadsheets in half of Europe write
 * semicolons.
 */
function delimiterOf(text: string): ',' | ';' | '\t' {
  const header = text.slice(0, 2_000).split('\n')[0] ?? '';
  const count = (delimiter: string) => header.split(delimiter).length;
  if (count(';') > count(',')) return ';';
  return count('\t') > count(',') ? '\t' : ',';
}

function readHeader(header: CsvRow | undefined): CsvHeader<Column> | CsvFault {
  const all = FACILITY_COLUMNS.join(', ');
  if (header === undefined) {
    const fix: ErrorText = { 'facilities.startWithHeader': { all } };
    return { line: 1, column: null, reason: 'facilities.fileEmpty', fix };
  }
  const { line, fields } = header;
  const plan = planCsvHeader<Column>(fields, { required: ['code'], optional: FACILITY_COLUMNS });
  const [unknown] = plan.unknown;
  if (unknown !== undefined) {
    const fix: ErrorText = { 'facilities.removeOtherColumns': { all } };
    return { line, column: unknown.slice(0, 60), reason: 'facilities.unknownColumn', fix };
  }
  const [duplicate] = plan.duplicates;
  if (duplicate !== undefined) {
    const fix = 'facilities.keepOnlyOne';
    return { line, column: duplicate, reason: 'facilities.duplicateColumn', fix };
  }
  if (plan.missing.length === 0) return plan;
  const fix: ErrorText = { 'facilities.nameColumnsInHeader': { all } };
  return { line, column: 'code', reason: 'facilities.columnMissing', fix };
}

type RowRead = { readonly details: FacilityDetails } | { readonly faults: readonly CsvFault[] };

function readRow(
  { line, fields }: CsvRow,
  header: CsvHeader<Column>,
  { carrier, isCarrier }: FacilityCsvOptions,
): RowRead {
  const { length: length2 } = header.columns;
  if (fields.length > length2) {
    const reason: ErrorText = { 'facilities.tooManyFields': { length: fields.length, length2 } };
    return {
      faults: [{ line, column: null, reason, fix: 'facilities.quoteTextWithCommas' }],
    };
  }
  const cell = (column: Column): string | null => header.cell(fields, column) || null;
  const faults: CsvFault[] = [];
  const fault = (column: Column, reason: ErrorText, fix: ErrorText): null => {
    faults.push({ line, column, reason, fix });
    return null;
  };
  const code = cell('code');
  const type = cell('type')?.toLowerCase() ?? 'other';
  const country = cell('country');
  const whose = cell('carrier')?.toLowerCase() ?? carrier;
  if (code === null) fault('code', 'values.empty', 'facilities.giveReportedName');
  if (!isType(type))
    fault('type', 'facilities.notFacilityType', {
      'facilities.useKnownType': { facilityTypes: FACILITY_TYPES.join(', ') },
    });
  if (whose !== null && !isCarrier(whose)) {
    fault('carrier', 'facilities.carrierNotInstalled', 'facilities.runWaybillDoctor');
  }
  const angle = (column: 'lat' | 'lng') => {
    const text = cell(column);
    if (text === null) return null;
    if (/^-?\d{1,3}(?:\.\d{1,15})?$/.test(text)) return Number(text);
    return fault(column, 'facilities.notNumber', 'facilities.useDecimalPoint');
  };
  const details: FacilityDetails = {
    carrier: whose,
    code: code ?? '',
    name: cell('name') ?? code ?? '',
    type: isType(type) ? type : 'other',
    city: cell('city'),
    region: cell('region'),
    postalCode: cell('postal_code'),
    country: country === null ? null : countryCode(country),
    lat: angle('lat'),
    lng: angle('lng'),
    timeZone: cell('time_zone'),
    aliases: aliasesOf(cell('aliases')),
  };
  if (faults.length === 0) {
    for (const { member, reason, fix } of checkFacility(details)) {
      faults.push({ line, column: member, reason, fix });
    }
  }
  return faults.length > 0 ? { faults } : { details };
}

function isType(text: string): text is FacilityType {
  return FACILITY_TYPES.some((type) => type === text);
}

/**
 * Returns the code of a country given as `de`, `DE` or `Germany`; any other text stays as it is,
 * and is rejected.
 */
function countryCode(text: string): string {
  return countryOfName(text) ?? text;
}

function aliasesOf(text: string | null): string[] {
  const parts = (text ?? '').split(ALIAS_SEPARATOR).map((alias) => alias.trim());
  return [...new Set(parts.filter((alias) => alias !== ''))];
}
