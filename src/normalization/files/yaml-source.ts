import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { MappingProblem } from '../mapping/problem.ts';

/**
 * Limit of a file's characters: the largest mapping in use has a sixth of this; a bigger file is a
 * mistake or an attack.
 */
export const FILE_CHARS_MAX = 1024 * 1024;

/**
 * Limit of nesting. A rule's codes are four levels deep. The parser's time grows with the square of
 * the depth: 30,000 brackets took it a second and a half.
 */
const DEPTH_MAX = 20;

const TOO_DEEP = `Lists and maps are nested more than ${DEPTH_MAX} deep.`;
const NOT_SO_DEEP = 'Remove the deep nesting.';

/**
 * Limit of problems that are reported: more than a person corrects at once; the rest appear in the
 * next check.
 */
const PROBLEMS_MAX = 200;

export type Path = readonly (string | number)[];

interface Place {
  readonly line: number;
  readonly column: number;
}

/** A YAML text that was parsed without errors, with the place of everything in it. */
export interface YamlSource {
  readonly value: unknown;
  /** Returns the place of the value at `path`, or of the nearest existing parent. */
  placeOf(path: Path): Place;
  /** Returns the place of the key at the end of `path`. */
  placeOfKey(path: Path): Place;
  nodeAt(path: Path): Node | null;
  placeOfOffset(offset: number): Place;
}

type ReadYaml =
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly problems: readonly MappingProblem[] };

/**
 * Parses a YAML text. Total. Anchors, aliases and tags are refused: none is needed here, and
 * aliases are how a small file becomes a huge one.
 */
export function readYaml(text: string, file: string): ReadYaml {
  const problem = (place: Place, found: string, fix: string): MappingProblem => ({
    file,
    ...place,
    severity: 'error',
    found,
    fix,
  });
  const whole = { line: 0, column: 0 };
  if (text.length > FILE_CHARS_MAX) {
    const found = `The file has ${text.length} characters; the limit is ${FILE_CHARS_MAX}.`;
    return {
      ok: false,
      problems: [problem(whole, found, 'Split it or remove what is not needed.')],
    };
  }
  if (text.includes('\0')) {
    const line = text.slice(0, text.indexOf('\0')).split('\n').length;
    const found = 'The text contains a NUL character.';
    const fix = 'Remove it; this is not a text file, or it was cut off while being written.';
    return { ok: false, problems: [problem({ line, column: 1 }, found, fix)] };
  }
  const lines = new LineCounter();
  const placeOfOffset = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (isTooDeep(text)) {
    return { ok: false, problems: [problem(whole, TOO_DEEP, NOT_SO_DEEP)] };
  }
  try {
    const document = parseLeniently(text, lines);
    const problems = document.errors.slice(0, PROBLEMS_MAX).map((error) => {
      const place = placeOfOffset(error.pos[0]);
      // Nested lists without brackets, which only the parser's own stack limits.
      if (/call stack/i.test(error.message)) return problem(place, TOO_DEEP, NOT_SO_DEEP);
      if (error.code === 'MULTIPLE_DOCS') {
        const found = 'A second YAML document begins here.';
        return problem(place, found, 'Keep one document: remove what follows the ---.');
      }
      return problem(place, `${error.message}.`, 'Correct the YAML syntax here.');
    });
    for (const node of findForbidden(document).slice(0, PROBLEMS_MAX)) {
      const place = placeOfOffset(node.range?.[0] ?? 0);
      const found = 'An anchor, an alias or a tag (&name, *name, !tag).';
      problems.push(problem(place, found, 'Write the value out.'));
    }
    for (const node of findUnstorable(document).slice(0, PROBLEMS_MAX)) {
      const place = placeOfOffset(node.range?.[0] ?? 0);
      const found = 'The text contains a NUL character or an unpaired surrogate.';
      problems.push(problem(place, found, 'Remove that character: no database can store it.'));
    }
    for (const node of findRepeatedKeys(document).slice(0, PROBLEMS_MAX)) {
      const place = placeOfOffset(node.range?.[0] ?? 0);
      problems.push(problem(place, 'Map keys must be unique.', 'Remove or rename this key.'));
    }
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, source: sourceOf(document, placeOfOffset) };
  } catch (error) {
    // With absurd nesting the parser exhausts the stack: that is the file's fault.
    const reason = error instanceof Error ? error.message : 'unknown';
    const found = `The file cannot be read as YAML (${reason}).`;
    return { ok: false, problems: [problem(whole, found, NOT_SO_DEEP)] };
  }
}

/** Returns nodes with an anchor or a tag, and aliases. */
function findForbidden(document: Document): Node[] {
  const found: Node[] = [];
  visit(document, (_key, node) => {
    if (!isNode(node)) return;
    if (isAlias(node) || node.anchor !== undefined || isTagged(node)) found.push(node);
  });
  return found;
}

/**
 * Parses without the parser's own check for repeated keys, which compares each key of a map with
 * all others, and without a stack trace for each error, which takes longer than finding the error.
 */
function parseLeniently(text: string, lineCounter: LineCounter): Document {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      logLevel: 'error',
      uniqueKeys: false,
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * Returns keys that occurred before in their map. Keys that are not scalars are refused elsewhere.
 */
function findRepeatedKeys(document: Document): Node[] {
  const found: Node[] = [];
  visit(document, {
    Map(_key, { items }) {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value)) found.push(key);
        known.add(key.value);
      }
    },
  });
  return found;
}

/** Whether a text is nested too deeply, checked before anything is built from it. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  // "- - - x" is a list in a list in a list, without brackets.
  let dashes = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (token === '-' || token === '?') dashes += 1;
    else if (token.endsWith('\n')) dashes = 0;
    if (depth + dashes > DEPTH_MAX) return true;
  }
  return false;
}

/**
 * Returns scalars, including keys, that are well-formed YAML (`"\0"`, `"\ud800"`) but that jsonb
 * rejects.
 */
function findUnstorable(document: Document): Node[] {
  const found: Node[] = [];
  visit(document, {
    Scalar(_key, node) {
      const { value } = node;
      if (typeof value === 'string' && (value.includes('\0') || HALF_PAIR.test(value))) {
        found.push(node);
      }
    },
  });
  return found;
}

/** Matches half of a surrogate pair: with the u flag, a whole pair is one character. */
const HALF_PAIR = /\p{Surrogate}/u;

/** Whether a tag is written in the text; implicit tags of the core schema do not count. */
function isTagged(node: Node): boolean {
  return node.tag !== undefined;
}

function sourceOf(document: Document, placeOfOffset: (offset: number) => Place): YamlSource {
  const nodeAt = (path: Path): Node | null => {
    const node = path.length === 0 ? document.contents : document.getIn(path, true);
    return isNode(node) ? node : null;
  };
  const placeOf = (path: Path): Place => {
    for (let length = path.length; length >= 0; length -= 1) {
      const start = nodeAt(path.slice(0, length))?.range?.[0];
      if (start !== undefined) return placeOfOffset(start);
    }
    return { line: 1, column: 1 };
  };
  const placeOfKey = (path: Path): Place => {
    const parent = nodeAt(path.slice(0, -1));
    const name = path.at(-1);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === name)
      : undefined;
    const key = pair?.key;
    const start = isNode(key) ? key.range?.[0] : undefined;
    return start === undefined ? placeOf(path) : placeOfOffset(start);
  };
  return { value: document.toJS({ maxAliasCount: 0 }), placeOf, placeOfKey, nodeAt, placeOfOffset };
}
