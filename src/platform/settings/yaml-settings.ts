import { readFile, stat } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { englishIssue } from '../messages/error-text.ts';

/** Ten times the size of any file that we ship. */
const FILE_BYTES_MAX = 65_536;

/**
 * Reads a settings file that people write and checks it by its schema. Rejects with one sentence
 * per line, each with file, line and what to write instead.
 */
export async function readYamlSettings<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new Error(`${file}: cannot be read (${String((error as { code?: unknown }).code)}).`);
  });
  if (size > FILE_BYTES_MAX) throw new Error(`${file}: has more than ${FILE_BYTES_MAX} bytes.`);
  return parseYamlSettings(await readFile(file, 'utf8'), file, schema);
}

/** Checks a text that was already read in the same way; throws. */
export function parseYamlSettings<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new Error(`${place(broken.pos[0])}: is not YAML: ${broken.message.split('\n')[0]}`);
  }
  // No settings file needs aliases, and with them a small file can expand to a huge one.
  if (/(^|[\s,[{:-])[&*][A-Za-z0-9]/m.test(text.replace(/#.*$/gm, ''))) {
    throw new Error(`${file}: anchors and aliases are not supported; write the value out.`);
  }
  const read = schema.safeParse(document.toJS());
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => {
    const steps = path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const name = steps.length === 0 ? 'the file' : steps.join('.');
    return `${place(offsetOf(document, steps))}: ${name}: ${englishIssue(message)}`;
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
