import { isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { argumentsOf } from './format-text.ts';
import type { Shape, TextTree } from './shape.ts';

/** The contents of one file, and everything that is wrong with it. */
export interface ReadTexts {
  readonly texts: TextTree;
  readonly problems: readonly string[];
}

/** Maps that users may extend: mappings refer to these texts by names of their own. */
const EXTENSIBLE = ['reasons', 'milestones', 'texts'];

/**
 * Reads a file of texts. Without a shape, every text is accepted: that is how the shape is
 * generated.
 *
 * @param file its name in problems.
 * @param shape the keys and arguments that the code uses.
 */
export function readTexts(source: string, file: string, shape: Shape | null): ReadTexts {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, schema: 'failsafe' });
  const problems: string[] = [];
  const report = (at: Node | number | null, found: string): void => {
    const offset = typeof at === 'number' ? at : (at?.range?.[0] ?? 0);
    problems.push(`${file}:${lines.linePos(offset).line || 1}: ${found}`);
  };
  for (const error of document.errors) report(error.pos[0], error.message.split('\n')[0] ?? '');
  if (problems.length > 0) return { texts: {}, problems };
  const { contents } = document;
  if (!isMap(contents)) {
    report(null, 'Expected a map of keys and texts.');
    return { texts: {}, problems };
  }
  return { texts: readMap(contents, '', shape, report), problems };
}

type Report = (at: Node | null, found: string) => void;

/**
 * Reads a map of texts, and reports keys and texts that do not fit the shape; they are left out.
 */
function readMap(map: YAMLMap, path: string, shape: Shape | null, report: Report): TextTree {
  const texts: Record<string, TextTree | string> = {};
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const at = path === '' ? name : `${path}.${name}`;
    const expected = shape === null ? undefined : ownShape(shape, path, name);
    if (shape !== null && expected === undefined) {
      const known = Object.keys(shape).join(', ');
      report(key as Node, `Unknown key "${at}"; expected one of ${known}.`);
    } else if (isMap(value)) {
      if (expected === undefined || !Array.isArray(expected)) {
        texts[name] = readMap(value, at, (expected as Shape | undefined) ?? null, report);
      } else report(value, `"${at}" is a map; expected a text.`);
    } else if (expected !== undefined && !Array.isArray(expected)) {
      report(
        key as Node,
        `"${at}" is not a map; expected the keys ${Object.keys(expected).join(', ')}.`,
      );
    } else if (isScalar(value) && typeof value.value === 'string' && value.value.trim() !== '') {
      const problem = problemOf(value.value, expected as readonly string[] | undefined);
      if (problem === null) texts[name] = value.value;
      else report(value, `"${at}" ${problem}`);
    } else report(key as Node, `"${at}" has no text; write one or remove the key.`);
  }
  return texts;
}

function ownShape(shape: Shape, path: string, name: string): Shape | readonly string[] | undefined {
  if (Object.hasOwn(shape, name)) return shape[name];
  const [parent = '', above = ''] = path.split('.').toReversed();
  return EXTENSIBLE.includes(parent) || above === 'reasonsByStatus' ? [] : undefined;
}

/**
 * Returns why a text is not usable; null if it is. It must be an ICU message and use only expected
 * arguments.
 */
function problemOf(text: string, expected: readonly string[] | undefined): string | null {
  if (!/[{}]/.test(text)) return null;
  let found: readonly string[];
  try {
    found = argumentsOf(text);
  } catch (error) {
    return `is not a valid ICU message: ${(error as Error).message}.`;
  }
  if (expected === undefined) return null;
  const bare = (name: string) => name.replace(/#$/, '');
  const names = expected.map(bare);
  const unknown = found.filter((name) => !names.includes(bare(name)));
  if (unknown.length === 0) return null;
  const allowed = names.length === 0 ? 'no arguments' : names.map((name) => `{${name}}`).join(', ');
  return `uses {${bare(unknown[0] ?? '')}}; expected ${allowed}.`;
}

/** Returns the texts missing in English, for which there is no fallback. Pure. */
export function missingTexts(shape: Shape, tree: TextTree, path = ''): readonly string[] {
  return Object.entries(shape).flatMap(([key, expected]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const found = tree[key] ?? {};
    if (!Array.isArray(expected)) return missingTexts(expected as Shape, found as TextTree, at);
    if (typeof found === 'string') return [];
    return [`config/messages/en: The text "${at}" is missing; English must have every text.`];
  });
}
