import { readScan } from '../../scans/read-scan.ts';
import type { ScanFault } from '../../scans/scan.ts';
import type { ReadScan } from '../../scans/take-scans.ts';
import type { FileRules } from './columns-file.ts';
import { unguarded } from './csv-safe.ts';
import type { ColumnPlan } from './match-columns.ts';
import { timeReader } from './read-time.ts';

/** Returns a row's fields as a scan, or its fault. */
export type ReadRow = (fields: readonly string[]) => ReadScan;

const DEGREES = /^-?\d{1,3}(?:[.,]\d{1,15})?$/;

/** Returns the function that reads rows as scans, by the same schema as `POST /v1/scans`. Pure. */
export function rowReader(plan: ColumnPlan, rules: FileRules): ReadRow {
  const readTime = timeReader(rules);
  return (fields) => {
    if (fields.length !== plan.width) return { fault: otherWidth(fields.length, plan.width) };
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
      if (read === null) return { fault: oddTime(rules.dateFormat ?? '') };
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
function otherWidth(found: number, wanted: number): ScanFault {
  return {
    code: 'invalid',
    pointer: '',
    reason: { 'scans.fieldCountMismatch': { found, value: found === 1 ? '' : 's', wanted } },
    fix: 'scans.quoteSeparatorFields',
  };
}

function oddTime(format: string): ScanFault {
  return {
    code: 'invalid',
    pointer: '/scanned_at',
    reason: { 'scans.dateFormatMismatch': { format } },
    fix: 'scans.correctTimeOrFormat',
  };
}
