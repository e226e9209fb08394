import { DateTime } from 'luxon';
import { z } from 'zod';
import { givenTimeZone } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { parseYamlSettings } from '../../../platform/settings/yaml-settings.ts';
import type { Separator } from './csv-stream.ts';
import { ENCODINGS, type Encoding } from './decode-text.ts';

/**
 * The file with the rules for columns, which is next to the dropped files but is not one of them.
 */
export const COLUMNS_FILE = 'columns.yaml';

/** The possible content of a column: the members of a scan that are not lists. */
export const MEMBERS = [
  'tracking_number',
  'code',
  'scanned_at',
  'facility_code',
  'reason_code',
  'carrier',
  'piece',
  'device_id',
  'employee_id',
  'lat',
  'lng',
  'note',
] as const;
export type Member = (typeof MEMBERS)[number];

const NAME_CHARS_MAX = 120;
const VALUE_CHARS_MAX = 500;
const FORMAT_CHARS_MAX = 60;
const PATTERN_CHARS_MAX = 120;

const name = text(NAME_CHARS_MAX);
const member = z.enum(MEMBERS);
const onlyMembers = {
  error: (issue: { readonly code?: string | undefined; readonly keys?: readonly string[] }) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys?.join(', ')}: expected one of ${MEMBERS.join(', ')}`
      : undefined,
};

const rules = {
  /** The header's name for a member; a time may be in two columns. */
  columns: z
    .partialRecord(member, z.union([name, z.array(name).min(1).max(2)]), onlyMembers)
    .optional(),
  /** The header's name for an attribute of a scan, by attribute. */
  attributes: z.record(text(64), name).optional(),
  /** The value for an empty cell, or for a missing column. */
  values: z.partialRecord(member, text(VALUE_CHARS_MAX), onlyMembers).optional(),
  time_zone: givenTimeZone.optional(),
  date_format: z
    .string()
    .min(1)
    .max(FORMAT_CHARS_MAX)
    .refine(canReadOwnOutput, issueText('scans.notDateTimePattern'))
    .optional(),
  separator: z.enum([',', ';', 'tab'], 'expected ",", ";" or tab').optional(),
  encoding: z.enum(ENCODINGS, `expected one of ${ENCODINGS.join(', ')}`).optional(),
};

const pattern = text(PATTERN_CHARS_MAX);
const facility = z.strictObject({
  /**
   * The names of this facility's files, with `*` for anything; by default, names that begin with
   * its code.
   */
  files: z.union([pattern, z.array(pattern).min(1).max(50)]).optional(),
  ...rules,
});

const columnsFile = z.strictObject({
  ...rules,
  facilities: z.record(text(NAME_CHARS_MAX), facility).optional(),
});
type ColumnsFile = z.output<typeof columnsFile>;

/** How the files of one facility are read. */
export interface FileRules {
  /** The facility of the file, by its name; null if it has none. */
  readonly facility: string | null;
  readonly columns: Readonly<Partial<Record<Member, readonly string[]>>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly values: Readonly<Partial<Record<Member, string>>>;
  readonly timeZone: string | null;
  readonly dateFormat: string | null;
  readonly separator: Separator | null;
  readonly encoding: Encoding | null;
}

/**
 * Reads `columns.yaml`.
 *
 * @param place how messages name the file. Throws with a sentence for each fault: file, line, what
 * to write instead.
 */
export function readColumnsFile(yaml: string, place: string): ColumnsFile {
  // A file with nothing but comments has no rules.
  if (yaml.split('\n').every(isEmptyLine)) return {};
  return parseYamlSettings(yaml, place, columnsFile);
}

function isEmptyLine(line: string): boolean {
  const text = line.trim();
  return text === '' || text.startsWith('#');
}

/** Returns the rules for a file: its facility's take precedence over those for all. Pure. */
export function rulesFor(file: ColumnsFile, fileName: string): FileRules {
  const [code, own] = facilityOf(file, fileName) ?? [null, {}];
  const separator = own.separator ?? file.separator ?? null;
  return {
    facility: code,
    columns: namesAsLists({ ...file.columns, ...own.columns }),
    attributes: { ...file.attributes, ...own.attributes },
    values: {
      ...file.values,
      ...(code === null ? {} : { facility_code: code }),
      ...own.values,
    },
    timeZone: own.time_zone ?? file.time_zone ?? null,
    dateFormat: own.date_format ?? file.date_format ?? null,
    separator: separator === 'tab' ? '\t' : separator,
    encoding: own.encoding ?? file.encoding ?? null,
  };
}

function facilityOf({ facilities }: ColumnsFile, fileName: string) {
  return Object.entries(facilities ?? {}).find(([code, { files = `${code}*` }]) =>
    [files].flat().some((each) => matchesPattern(each, fileName)),
  );
}

/** Whether a name matches the pattern, ignoring case. */
function matchesPattern(pattern: string, fileName: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const given = fileName.toLowerCase();
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return given === first;
  if (!given.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = given.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return given.length - last.length >= at && given.endsWith(last);
}

/** A rule may give one column name or several. */
function namesAsLists(
  columns: Readonly<Partial<Record<Member, string | readonly string[]>>>,
): Partial<Record<Member, readonly string[]>> {
  return Object.fromEntries(Object.entries(columns).map(([each, names]) => [each, [names].flat()]));
}

/** Whether a format can read what it writes: the day, and the hour and minute. */
function canReadOwnOutput(format: string): boolean {
  const when = DateTime.utc(2026, 3, 14, 9, 26, 0);
  const read = DateTime.fromFormat(when.toFormat(format), format, { zone: 'utc', setZone: true });
  return read.isValid && read.toMillis() === when.toMillis();
}
