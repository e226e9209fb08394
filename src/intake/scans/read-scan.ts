import { issuesToErrors, pointerTo, WITH_INPUT } from '../../kernel/wire/explain-issues.ts';
import { isPlainScan } from './plain-scan.ts';
import type { ScanFault } from './scan.ts';
import { scanSchema } from './scan-schema.ts';
import type { ReadScan } from './take-scans.ts';

/**
 * Returns a scan as it was sent, or the fault of its form, in the words in which a whole request
 * would be rejected. Pure and total.
 */
export function readScan(value: unknown): ReadScan {
  if (isPlainScan(value)) return { scan: value };
  const read = scanSchema.safeParse(value);
  return read.success ? { scan: read.data } : { fault: faultOf(value) };
}

/**
 * Returns the fault of a scan. It is parsed once more with the input in the issues: scans are
 * nearly always valid, and recording the input costs time.
 */
function faultOf(value: unknown): ScanFault {
  const { error } = scanSchema.safeParse(value, WITH_INPUT);
  const [first] = issuesToErrors(error?.issues ?? [], pointerTo);
  if (first === undefined) throw new Error('a scan was refused and is fine');
  return { code: 'invalid', ...first };
}
