import { definedOnly } from '../kernel/defined-only.ts';
import { wallClockMs } from '../kernel/time/place-time.ts';
import { csvRows, planCsvHeader } from '../kernel/wire/csv.ts';

/**
 * A row of an adapter's `codes.csv`: a code the carrier documents, not derived from the mapping.
 */
export interface DocumentedCode {
  /**
   * The column `code_kind`: the list that contains the code; the manifest's `codeKinds` maps it to
   * a match key.
   */
  readonly kind: string;
  readonly code: string;
  readonly description: string;
  /** The columns `reviewed_by` and `reviewed_on`, unparsed; `reviewOf` reads them. */
  readonly reviewedBy?: string;
  readonly reviewedOn?: string;
  /** The ids in `sources.csv` of all that list the code. */
  readonly sources?: readonly string[];
  /** Why no source says what the code means. */
  readonly unknown?: string;
}

const COLUMNS = {
  required: ['code_kind', 'code', 'description'],
  optional: ['reviewed_by', 'reviewed_on', 'sources', 'unknown'],
} as const;

/**
 * Reads the rows of a `codes.csv` (RFC 4180: quotes double inside quotes, fields may span lines).
 * Throws with the missing column's name when the header is not that of a code list, because the
 * file is the hub's own.
 */
export function parseCodesCsv(text: string): readonly DocumentedCode[] {
  const read = csvRows(text);
  if (!read.ok)
    throw new Error(`codes.csv: the row at line ${read.line} opens a quote that never closes`);
  const [header = [], ...rows] = read.rows.map(({ fields }) => fields);
  const { missing, cell } = planCsvHeader(header, COLUMNS);
  const [lacking] = missing;
  if (lacking !== undefined) {
    throw new Error(`codes.csv has no column ${lacking}; its header is ${header}`);
  }
  return rows.map((row) =>
    definedOnly({
      kind: cell(row, 'code_kind'),
      code: cell(row, 'code'),
      description: cell(row, 'description'),
      reviewedBy: cell(row, 'reviewed_by') || undefined,
      reviewedOn: cell(row, 'reviewed_on') || undefined,
      sources: cell(row, 'sources').split(' ').filter(Boolean),
      unknown: cell(row, 'unknown') || undefined,
    }),
  );
}

/** Who compared a code's rule with the carrier's description, and on which day. */
export interface CodeReview {
  readonly by: string;
  readonly on: string;
}

/** A name has letters; the words below are not names. */
const NAME = /\p{L}{2}/u;
const NOBODY =
  /^(?:true|false|yes|no|ok|done|reviewed|todo|tbd|none|nobody|somebody|unknown|n\/a)$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Returns the review that a row of `codes.csv` states: null for none, a sentence for one that is
 * invalid.
 */
export function reviewOf({
  kind,
  code,
  reviewedBy: by = '',
  reviewedOn: on = '',
}: DocumentedCode): CodeReview | string | null {
  if (by === '' && on === '') return null;
  if (!NAME.test(by) || NOBODY.test(by)) {
    return `${kind} ${code}: expected the reviewer's name in reviewed_by, found "${by}"`;
  }
  if (!DAY.test(on) || wallClockMs(on) === null) {
    return `${kind} ${code}: expected a day such as 2026-11-20 in reviewed_on, found "${on}"`;
  }
  return { by, on };
}
