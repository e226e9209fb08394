import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'waybill/adapter';
import { type CheckId, isCheckId } from 'waybill/adapter/kit';
import { parse } from 'yaml';

/** Check id → why this carrier is let off it. */
export type Exemptions = ReadonlyMap<CheckId, string>;

const REASON_CHARS_MIN = 20;
const FILE = 'quality.yaml';

const document = z.strictObject({
  exemptions: z.record(z.string(), z.string()).nullish(),
});

/**
 * Reads a carrier's `quality.yaml`: exemptions, each with its reason, and nothing else. The level
 * itself is computed. Throws, naming file and entry, when it says anything else.
 */
export function readExemptions(folder: string): Exemptions {
  const path = join(folder, FILE);
  if (!existsSync(path)) return new Map();
  let read: z.output<typeof document>;
  try {
    read = document.parse(parse(readFileSync(path, 'utf8')) ?? {});
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: expected "exemptions:" with a reason by check id: ${why}`);
  }
  const exemptions = new Map<CheckId, string>();
  for (const [id, reason] of Object.entries(read.exemptions ?? {})) {
    if (!isCheckId(id)) {
      throw new Error(`${path}: "${id}" is no check; \`waybill carrier checks\` lists them`);
    }
    if (reason.trim().length < REASON_CHARS_MIN) {
      throw new Error(`${path}: ${id}: a reason is a sentence; found "${reason}"`);
    }
    exemptions.set(id, reason.trim());
  }
  return exemptions;
}
