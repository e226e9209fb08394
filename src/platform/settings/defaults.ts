import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseYaml } from './parse-yaml.ts';

/** The repository's root, which contains `config/`. */
export const PROJECT_ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DEFAULTS_FILE = `${PROJECT_ROOT}config/defaults.yaml`;

const settingEntry = z.strictObject({
  default: z.string().nullable(),
  why: z.string().min(1),
  secret: z.boolean().default(false),
});

export type SettingEntry = z.infer<typeof settingEntry>;

/**
 * Every setting with its default: the single source of the defaults, of docs/configuration.md and
 * of the check for misspelt names. A name ending in `<CARRIER>` stands for one setting per carrier.
 */
export function readSettings(): ReadonlyMap<string, SettingEntry> {
  const file = parseYaml(readFileSync(DEFAULTS_FILE, 'utf8'));
  return new Map(Object.entries(z.record(z.string(), settingEntry).parse(file)));
}
