import { wallClockMs } from '../kernel/time/place-time.ts';
import { csvRows, planCsvHeader } from '../kernel/wire/csv.ts';
import type { DocumentedCode } from './codes-csv.ts';

/** A row of an adapter's `sources.csv`: a public list or implementation that names codes. */
export interface CodeSource {
  /** The name by which the column `sources` of `codes.csv` refers to it. */
  readonly id: string;
  /** `official`: the carrier's own, or a copy of it; `independent`: somebody else's. */
  readonly kind: string;
  readonly title: string;
  /** Empty: nobody can open it any more. */
  readonly url: string;
  /** The commit that was read; empty for what is not in a repository. */
  readonly commit: string;
  readonly readOn: string;
  /** How many codes it lists. `codes.csv` must have as many rows that name it. */
  readonly codes: number;
}

const COLUMNS = ['id', 'kind', 'title', 'url', 'commit', 'read_on', 'codes'] as const;
const KINDS = ['official', 'independent'];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Reads the rows of a `sources.csv`. A missing column is empty; `sourceFaults` reports it. */
export function parseSourcesCsv(text: string): readonly CodeSource[] {
  const read = csvRows(text);
  if (!read.ok)
    throw new Error(`sources.csv: the row at line ${read.line} opens a quote that never closes`);
  const [header = [], ...rows] = read.rows.map(({ fields }) => fields);
  const { cell } = planCsvHeader(header, { optional: COLUMNS });
  return rows.map((row) => ({
    id: cell(row, 'id'),
    kind: cell(row, 'kind'),
    title: cell(row, 'title'),
    url: cell(row, 'url'),
    commit: cell(row, 'commit'),
    readOn: cell(row, 'read_on'),
    codes: Number(cell(row, 'codes') || Number.NaN),
  }));
}

/** What is wrong between a list of codes and its register of sources, a sentence each. */
export function sourceFaults(
  documented: readonly DocumentedCode[],
  sources: readonly CodeSource[],
): readonly string[] {
  const known = new Set(sources.map(({ id }) => id));
  const rows = new Map<string, number>();
  const faults: string[] = [];
  for (const { kind, code, sources: named = [] } of documented) {
    if (named.length === 0) faults.push(`${kind} ${code}: names no source`);
    for (const id of new Set(named)) {
      rows.set(id, (rows.get(id) ?? 0) + 1);
      if (!known.has(id)) faults.push(`${kind} ${code}: source "${id}" is not in sources.csv`);
    }
  }
  if (known.size < sources.length) faults.push('sources.csv has an id twice');
  for (const { id, kind, title, readOn, codes } of sources) {
    if (!KINDS.includes(kind))
      faults.push(`${id}: expected ${KINDS.join(' or ')}, found "${kind}"`);
    if (title === '') faults.push(`${id}: has no title`);
    if (!DAY.test(readOn) || wallClockMs(readOn) === null)
      faults.push(`${id}: expected a day such as 2026-11-20 in read_on, found "${readOn}"`);
    const found = rows.get(id) ?? 0;
    if (found !== codes) faults.push(`${id}: lists ${codes} codes; codes.csv has ${found} of them`);
  }
  return faults;
}
