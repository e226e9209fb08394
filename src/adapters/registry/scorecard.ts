import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LEVELS, type Level } from './levels.ts';

/** The kit's latest result, stored next to an adapter. */
export interface StoredScorecard {
  /** Null: not even bronze. */
  readonly level: Level | null;
  readonly checksPassed: number;
  readonly checksTotal: number;
  /** Capabilities whose checks have passed. */
  readonly capabilities: readonly string[];
}

const SCORECARD_FILE = 'scorecard.json';

const schema = z.object({
  level: z.enum(LEVELS).nullable(),
  checks_passed: z.int().min(0),
  checks_total: z.int().min(0),
  capabilities: z.array(z.string()),
});

/** Null where there is none, or none that can be read: an adapter works without being judged. */
export function readScorecard(folder: string): StoredScorecard | null {
  const path = join(folder, SCORECARD_FILE);
  if (!existsSync(path)) return null;
  try {
    const { level, checks_passed, checks_total, capabilities } = schema.parse(
      JSON.parse(readFileSync(path, 'utf8')),
    );
    return { level, checksPassed: checks_passed, checksTotal: checks_total, capabilities };
  } catch {
    return null;
  }
}
