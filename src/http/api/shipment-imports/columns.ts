import { ATTRIBUTES } from '../../../events/shipment-attributes.ts';
import { planCsvHeader } from '../../../kernel/wire/csv.ts';
import type { ImportRow } from '../../../tracking/ports/imports.ts';
import { invalidMember } from '../../kit/validation.ts';
import { columnsMeant } from './column-titles.ts';

/** The member that each column of a file holds. */
export interface ColumnPlan {
  /** By column: a name that `columnOf` knows, or empty for an ignored column. */
  readonly columns: readonly string[];
  /** Names of ignored columns, as spelled in the file. */
  readonly ignoredColumns: readonly string[];
}

/**
 * The position of a column's cell in the body of `POST /v1/shipments`. Texts of several columns are
 * joined there: first and last name, street and house number.
 */
export interface Column {
  readonly path: readonly [string, string?];
  /** Default: text. */
  readonly kind?: 'text' | 'number' | 'list' | 'json';
}

const PLACE = ['name', 'company', 'line1', 'line2', 'city', 'region', 'postal_code', 'country'];

/** Known columns, by name; and besides, `metadata_<key>`. */
export const COLUMNS: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['tracking_number', { path: ['tracking_number'] }],
  ['carrier', { path: ['carrier'] }],
  ['order_id', { path: ['order_id'] }],
  ...ATTRIBUTES.map(({ column, cell }): [string, Column] => [
    column,
    { path: [column], kind: cell },
  ]),
  ...['name', 'email', 'phone', 'locale'].map((member): [string, Column] => [
    `recipient_${member}`,
    { path: ['recipient', member] },
  ]),
  ...['first_name', 'last_name'].map((part): [string, Column] => [
    `recipient_${part}`,
    { path: ['recipient', 'name'] },
  ]),
  ['destination_house_number', { path: ['destination', 'line1'] }],
  ...['destination', 'origin'].flatMap((place) => [
    ...PLACE.map((member): [string, Column] => [`${place}_${member}`, { path: [place, member] }]),
    ...['lat', 'lng'].map((member): [string, Column] => [
      `${place}_${member}`,
      { path: [place, member], kind: 'number' },
    ]),
  ]),
]);

/** `metadata_shop` is the key `shop` of the metadata. */
const METADATA = /^metadata_(?<key>.+)$/;

/** Returns the column's position; null if the column is unknown. Pure. */
export function columnOf(name: string): Column | null {
  const key = METADATA.exec(name)?.groups?.['key'];
  return key === undefined ? (COLUMNS.get(name) ?? null) : { path: ['metadata', key] };
}

const SHOWN_CHARS_MAX = 60;
/** Longer than the name of any known column; a title may be as long as the file. */
const NAME_CHARS_MAX = 1_000;
/** Several times what a shop's export has. */
const COLUMNS_MAX = 300;

/**
 * Maps a header to members: as the caller named them, by their own names in any case and with
 * spaces or dashes, or by shops' names for them. Throws `Problem` for a duplicate column, for a
 * named column that is missing, and when none holds the number. Pure.
 *
 * @param named null: somebody checks the plan, so that it may lack the number, and of duplicate
 *   columns the first counts.
 */
export function planColumns(
  { line, fields }: ImportRow,
  named: Readonly<Record<string, string>> | null,
): ColumnPlan {
  if (fields.length > COLUMNS_MAX) {
    throw invalidMember(
      '',
      { 'imports.tooManyColumns': { line, length: fields.length, columnsMax: COLUMNS_MAX } },
      'imports.removeUnneededColumns',
    );
  }
  const titles = fields.map((title) => title.trim());
  if (named === null) return planWithFirstOfEach(titles);
  for (const title of Object.keys(named)) {
    if (titles.includes(title)) continue;
    throw invalidMember(`?column[${title.slice(0, SHOWN_CHARS_MAX)}]`, 'imports.noSuchColumn', {
      'imports.useHeaderSpelling': { line },
    });
  }
  const others = titles.map((title) => (Object.hasOwn(named, title) ? '' : title));
  const meant = namesOf(others, new Set(Object.values(named)));
  return checkedPlan(
    line,
    titles,
    titles.map((title, at) => (Object.hasOwn(named, title) ? named[title] : meant[at]) ?? ''),
  );
}

/** Returns the plan with the chosen name of each column. Throws like `planColumns`. Pure. */
export function chosenColumns({ line, fields }: ImportRow, chosen: readonly string[]): ColumnPlan {
  const titles = fields.map((title) => title.trim());
  const known = titles.map((_, at) => chosen[at] ?? '');
  return checkedPlan(
    line,
    titles,
    known.map((name) => (columnOf(name) === null ? '' : name)),
  );
}

/** Returns a plan in which only the first of columns with the same name counts. */
function planWithFirstOfEach(titles: readonly string[]): ColumnPlan {
  const names = namesOf(titles);
  const columns = names.map((name, at) => (names.indexOf(name) === at ? name : ''));
  return { columns, ignoredColumns: titles.filter((title, at) => !columns[at] && title) };
}

/** Returns the plan; throws `Problem` for duplicate columns and if none is the tracking number. */
function checkedPlan(
  line: number,
  titles: readonly string[],
  names: readonly string[],
): ColumnPlan {
  const { columns, missing, duplicates } = planCsvHeader<string>(
    names,
    { required: ['tracking_number'] },
    (name) => name || null,
  );
  const [twice] = duplicates;
  if (twice !== undefined) {
    const [one = '', other = ''] = titles.filter((_, at) => columns[at] === twice).map(quoted);
    throw invalidMember(
      '',
      { 'imports.duplicateColumns': { line, one, other, twice } },
      'imports.removeOrIgnoreColumn',
    );
  }
  if (missing.length > 0) {
    throw invalidMember(
      '',
      { 'imports.noTrackingNumberColumn': { line } },
      {
        'imports.nameTrackingNumberColumn': { titles: titles.slice(0, 20).map(quoted).join(', ') },
      },
    );
  }
  const ignoredColumns = titles.filter((title, at) => columns[at] === null && title !== '');
  return { columns: columns.map((name) => name ?? ''), ignoredColumns };
}

/**
 * Returns the known column that each title means; empty if there is none. Synonyms of columns in
 * `claimed` mean nothing.
 */
function namesOf(titles: readonly string[], claimed = new Set<string>()): readonly string[] {
  const short = titles.map((title) => (title.length > NAME_CHARS_MAX ? '' : title));
  const meant = columnsMeant(short).map((name) => (claimed.has(name) ? '' : name));
  return short.map((title, at) => {
    const name = title
      .toLowerCase()
      .replaceAll(/[\s.-]+/g, '_')
      .replaceAll(/[#:]/g, '');
    return columnOf(name) === null ? (meant[at] ?? '') : name;
  });
}

function quoted(title: string): string {
  const cut = title.length > SHOWN_CHARS_MAX ? `${title.slice(0, SHOWN_CHARS_MAX)}…` : title;
  return `"${cut.replaceAll(/\p{Cc}/gu, ' ')}"`;
}
