import type { AdapterManifest, CodeMatch } from '../adapters/contract/contract.ts';
import { wallClockMs } from '../kernel/time/place-time.ts';
import { csvRows } from '../kernel/wire/csv.ts';
import { identityOf } from './mapping/mapping.ts';

/**
 * A row of an adapter's `codes.csv`: a code the carrier documents, not derived from the mapping.
 */
export interface DocumentedCode {
  /**
   * `code_kind`: the list that contains the code; the manifest's `codeKinds` maps it to a match
   * key.
   */
  readonly kind: string;
  readonly code: string;
  readonly description: string;
  /** `reviewed_by`, `reviewed_on`: unparsed; `reviewOf` reads them. */
  readonly reviewedBy?: string;
  readonly reviewedOn?: string;
}

const COLUMNS = ['code_kind', 'code', 'description'] as const;

/**
 * Rows of a `codes.csv` (RFC 4180: quotes double inside quotes, fields may span lines).
 * Throws with the missing column's name when the header is not that of a code list, because the
 * file is ours.
 */
export function parseCodesCsv(text: string): readonly DocumentedCode[] {
  const read = csvRows(text);
  if (!read.ok)
    throw new Error(`codes.csv: the row at line ${read.line} opens a quote that never closes`);
  const [header = [], ...rows] = read.rows.map(({ fields }) => fields);
  const [kindAt, codeAt, descriptionAt] = COLUMNS.map((column) => {
    const at = header.indexOf(column);
    if (at === -1) throw new Error(`codes.csv has no column ${column}; its header is ${header}`);
    return at;
  });
  const [byAt, onAt] = [header.indexOf('reviewed_by'), header.indexOf('reviewed_on')];
  return rows.map((row) => ({
    kind: row[kindAt ?? 0] ?? '',
    code: row[codeAt ?? 0] ?? '',
    description: row[descriptionAt ?? 0] ?? '',
    ...(row[byAt] ? { reviewedBy: row[byAt].trim() } : {}),
    ...(row[onAt] ? { reviewedOn: row[onAt].trim() } : {}),
  }));
}

/** Who compared a code's rule with the carrier's description, and on which day. */
export interface CodeReview {
  readonly by: string;
  readonly on: string;
}

/** A name has letters; these words are no names. */
const NAME = /\p{L}{2}/u;
const NOBODY =
  /^(?:true|false|yes|no|ok|done|reviewed|todo|tbd|none|nobody|somebody|unknown|n\/a)$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The review that a row of `codes.csv` states: null for none, a sentence for one that is invalid. */
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

/**
 * Knowledge about a carrier beside its mapping: the codes that its documentation lists, and the
 * texts available for customers. A check uses it to find what no compiler can; reading facts does
 * not need it.
 */
export interface CarrierDocumentation {
  /** For each match key with a list: its codes, each with the codes required beside it. */
  readonly listed: ReadonlyMap<string, ReadonlyMap<string, readonly CodeMatch[]>>;
  /** For each match key: its codes by their lower-case form, to find differently spelled ones. */
  readonly spelled: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Identities of the matches that consist of one documented code each. */
  readonly alone: ReadonlySet<string>;
  /** Null: texts are not checked. */
  readonly words: Readonly<
    Record<'reasons' | 'milestones' | 'texts', Readonly<Record<string, string>>>
  > | null;
}

type Declared = Pick<AdapterManifest, 'codeKinds' | 'corrections' | 'returnCancelled'>;

/** A carrier's documentation, from the rows of its `codes.csv` and a file of messages. */
export function documentationOf(
  { codeKinds = {}, corrections, returnCancelled }: Declared,
  documented: readonly DocumentedCode[],
  words: CarrierDocumentation['words'],
): CarrierDocumentation {
  const listed = new Map<string, Map<string, CodeMatch[]>>();
  const alone = new Set<string>();
  const list = (key: string, code: string, beside: CodeMatch): void => {
    const codes = listed.get(key) ?? new Map<string, CodeMatch[]>();
    codes.set(code, [...(codes.get(code) ?? []), beside]);
    listed.set(key, codes);
  };
  for (const { kind, code } of documented) {
    for (const { key, with: beside = {} } of codeKinds[kind] ?? []) {
      list(key, code, beside);
      alone.add(identityOf({ [key]: code, ...beside }));
      for (const [other, value] of Object.entries(beside)) {
        if (!listed.get(other)?.has(value)) list(other, value, {});
      }
    }
  }
  // Codes that the adapter itself uses count as documented, even if no list has them.
  for (const match of [...corrections, ...returnCancelled]) {
    for (const [key, code] of Object.entries(match)) if (listed.has(key)) list(key, code, {});
  }
  const spelled = new Map(
    [...listed].map(([key, codes]) => [
      key,
      new Map([...codes.keys()].map((code) => [code.toLowerCase(), code])),
    ]),
  );
  return { listed, spelled, alone, words };
}
