import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LineCounter, parse, parseDocument } from 'yaml';
import { z } from 'zod';
import { openResultCache, type ResultCache } from '../cached-results.ts';
import { englishIssue } from '../messages/error-text.ts';

/** Ten times the size of any file that we ship. */
const FILE_BYTES_MAX = 65_536;

/**
 * Reads a settings file that people write and checks it by its schema. Rejects with one sentence
 * per line, each with file, line and what to write instead. What a text contains is cached for the
 * next start.
 */
export async function readYamlSettings<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new Error(`${file}: cannot be read (${String((error as { code?: unknown }).code)}).`);
  });
  if (size > FILE_BYTES_MAX) throw new Error(`${file}: has more than ${FILE_BYTES_MAX} bytes.`);
  const text = await readFile(file, 'utf8');
  const cache = openResultCache();
  const key = ['settings', text];
  const known = cache.read(key);
  if (typeof known === 'object' && known !== null && 'value' in known) {
    const read = schema.safeParse(known.value);
    if (read.success) return read.data;
  }
  return parseYamlSettings(text, file, schema, (value) => cache.store(key, { value }));
}

/**
 * Checks a text that was already read in the same way; throws.
 *
 * @param onValid gets the text's content before the schema changes it, if nothing is wrong.
 */
export function parseYamlSettings<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
  onValid: (value: unknown) => void = () => {},
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false });
  const positionAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new Error(`${positionAt(broken.pos[0])}: is not YAML: ${broken.message.split('\n')[0]}`);
  }
  // No settings file needs aliases, and with them a small file can expand to a huge one.
  if (/(^|[\s,[{:-])[&*][A-Za-z0-9]/m.test(text.replace(/#.*$/gm, ''))) {
    throw new Error(`${file}: anchors and aliases are not supported; write the value out.`);
  }
  const value: unknown = document.toJS();
  const read = schema.safeParse(value);
  if (read.success) {
    onValid(value);
    return read.data;
  }
  const faults = read.error.issues.map(({ path, message }) => {
    const steps = path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const name = steps.length === 0 ? 'the file' : steps.join('.');
    return `${positionAt(offsetOf(document, steps))}: ${name}: ${englishIssue(message)}`;
  });
  throw new Error(faults.join('\n'));
}

/** Returns the offset of the value at a path, or of its nearest existing parent. */
function offsetOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly (string | number)[],
): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node) {
      const { range } = node as { range?: readonly number[] | null };
      if (range?.[0] !== undefined) return range[0];
    }
  }
  return 0;
}

/**
 * Parses a YAML text that ships with the product, once; the value is cached for the next start.
 * Throws the parser's error on broken syntax.
 */
export function parseYaml(text: string, cache: ResultCache = openResultCache()): unknown {
  const key = ['yaml', text];
  const known = cache.read(key);
  if (typeof known === 'object' && known !== null && 'value' in known) return known.value;
  const value: unknown = parse(text);
  cache.store(key, { value });
  return value;
}

/**
 * Reads a YAML file that ships with the product and checks it by its schema. Throws one sentence
 * per mistake, each with file, line and column.
 */
export function readShippedYaml<Schema extends z.ZodType>(
  url: URL,
  schema: Schema,
): z.output<Schema> {
  const text = readFileSync(url, 'utf8');
  try {
    return schema.parse(parseYaml(text));
  } catch {
    // Parsed again for positions, which the cached value does not have.
    return parseYamlSettings(text, fileURLToPath(url), schema);
  }
}

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
