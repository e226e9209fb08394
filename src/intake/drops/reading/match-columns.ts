import { csvColumnName, planCsvHeader } from '../../../kernel/wire/csv.ts';
import { type FileRules, MEMBERS, type Member } from './columns-file.ts';
import { FileUnreadable } from './decode-text.ts';

/** The position of each member in a row, from 0. */
export interface ColumnPlan {
  readonly members: readonly { readonly member: Member; readonly at: readonly number[] }[];
  readonly attributes: readonly { readonly name: string; readonly at: number }[];
  /** The number of fields in each row. */
  readonly width: number;
  /** Columns that are not used, as the header spells them. */
  readonly ignored: readonly string[];
}

/** The first columns in files with rejected rows, which may be corrected and dropped again. */
export const REJECTED_COLUMNS = ['rejected_line', 'rejected_reason'] as const;

const REQUIRED: readonly Member[] = ['tracking_number', 'code', 'scanned_at'];
const NAMED_MAX = 20;

/**
 * Finds the column of each member. Names are compared without regard to case, blanks and dashes.
 * Throws `FileUnreadable` if something that every scan needs is missing, or a column occurs twice.
 * Pure.
 */
export function matchColumns(
  header: readonly string[],
  rules: Pick<FileRules, 'columns' | 'attributes' | 'values'>,
): ColumnPlan {
  const attributes = Object.entries(rules.attributes);
  const optional = [
    ...MEMBERS.flatMap((member) => rules.columns[member] ?? [member]),
    ...attributes.map(([, column]) => column),
  ];
  const plan = planCsvHeader(header, { optional });
  const names = plan.columns.map((column) => column && csvColumnName(column));
  const [duplicate] = plan.duplicates;
  if (duplicate !== undefined) {
    throw new FileUnreadable(
      `The column ${quoted(duplicate)} occurs twice.`,
      'Remove or rename one of the two.',
      1,
    );
  }
  const positionOf = (column: string, member: string): number => {
    const at = names.indexOf(csvColumnName(column));
    if (at !== -1) return at;
    throw new FileUnreadable(
      `columns.yaml says that ${member} is in the column ${quoted(column)}, which the file does not have; its columns are ${listOfColumns(header)}.`,
      'Correct columns.yaml or the file, and drop the file again.',
      1,
    );
  };
  const members = MEMBERS.flatMap((member) => {
    const columns = rules.columns[member];
    if (columns === undefined && !names.includes(member)) return [];
    return [{ member, at: (columns ?? [member]).map((each) => positionOf(each, member)) }];
  });
  const missing = REQUIRED.filter(
    (member) =>
      rules.values[member] === undefined && !members.some((each) => each.member === member),
  );
  if (missing.length > 0) throw missingColumnsError(missing, header);
  return {
    members,
    attributes: attributes.map(([name, column]) => ({
      name,
      at: positionOf(column, `the attribute ${name}`),
    })),
    width: header.length,
    ignored: plan.unknown.filter((column) => !isColumnOfRejects(column)),
  };
}

function missingColumnsError(
  missing: readonly Member[],
  header: readonly string[],
): FileUnreadable {
  const one = missing.length === 1;
  return new FileUnreadable(
    `The first line must name the columns, and has no ${missing.join(' and no ')}; its columns are ${listOfColumns(header)}.`,
    `Add the column${one ? '' : 's'}, or say in columns.yaml what ${one ? 'it is' : 'they are'} called, and drop the file again.`,
    1,
  );
}

function isColumnOfRejects(column: string): boolean {
  return REJECTED_COLUMNS.some((each) => each === csvColumnName(column));
}

function listOfColumns(header: readonly string[]): string {
  const names = header.slice(0, NAMED_MAX).map(quoted).join(', ');
  return header.length > NAMED_MAX ? `${names} and ${header.length - NAMED_MAX} more` : names;
}

const COLUMN_CHARS_SHOWN = 60;

function quoted(column: string): string {
  return `"${column.trim().slice(0, COLUMN_CHARS_SHOWN)}"`;
}
