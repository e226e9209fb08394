import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptResult, openResultCache } from '../cached-results.ts';
import { formatterOf, plainText } from './format-text.ts';
import { FALLBACK, MESSAGES_FOLDER as folder, LANGUAGES, type Language } from './languages.ts';
import { readTexts } from './read-texts.ts';
import { SHAPE } from './shape.gen.ts';
import type { Messages, Shape, TextTree } from './shape.ts';

/** Files with a syntax of their own, which their own readers check. */
const NOT_TEXTS: readonly string[] = ['templates.yaml'];

/** The locale by which `Intl` writes dates and numbers in this language. */
export function localeOf(language: Language): string {
  return messagesIn(language).language.locale;
}

const built = new Map<Language, Messages>();

/** All texts in a language, in English where it has none. Throws if a file is broken; see `checkMessages`. */
export function messagesIn(language: Language): Messages {
  const known = built.get(language);
  if (known !== undefined) return known;
  const trees = loadTrees();
  const english = trees[FALLBACK] ?? {};
  const own = trees[language] ?? english;
  const meta = (own['language'] ?? english['language']) as TextTree;
  const messages = build(SHAPE, english, own, String(meta['locale'])) as unknown as Messages;
  built.set(language, messages);
  return messages;
}

/** Throws with file, line and key of everything that is wrong with the files in config/messages. */
export function checkMessages(): void {
  loadTrees();
}

/** The files of a language by the key of their texts: `desk/sign-in.yaml` is `desk.signIn`. */
export function filesOf(language: Language): readonly { file: string; path: readonly string[] }[] {
  return readdirSync(join(folder, language), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !NOT_TEXTS.includes(file))
    .toSorted()
    .map((file) => ({
      file,
      path: file
        .replace(/\.yaml$/, '')
        .split(/[\\/]/)
        .map(camelCase),
    }));
}

const camelCase = (name: string) =>
  name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

type Trees = Readonly<Record<string, TextTree>>;
let loaded: Trees | null = null;

function loadTrees(): Trees {
  if (loaded !== null) return loaded;
  const sources = LANGUAGES.map((language) => ({
    language,
    files: filesOf(language).map(({ file, path }) => ({
      name: `config/messages/${language}/${file}`,
      path,
      source: readFileSync(join(folder, language, file), 'utf8'),
    })),
  }));
  const key = ['messages', JSON.stringify(SHAPE), JSON.stringify(sources)];
  const read = keptResult(
    openResultCache(),
    key,
    () => readAll(sources),
    ({ problems }) => problems.length === 0,
  );
  if (read.problems.length > 0) throw new Error(read.problems.join('\n'));
  loaded = read.trees;
  return loaded;
}

interface Source {
  readonly language: Language;
  readonly files: readonly {
    readonly name: string;
    readonly path: readonly string[];
    readonly source: string;
  }[];
}

function readAll(sources: readonly Source[]): {
  readonly trees: Trees;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const trees: Record<string, TextTree> = {};
  for (const { language, files } of sources) {
    const tree: Record<string, TextTree | string> = {};
    for (const { name, path, source } of files) {
      const shape = at(SHAPE, path);
      if (shape === undefined) {
        problems.push(`${name}: No code uses this file; expected the names in config/messages/en.`);
        continue;
      }
      const read = readTexts(source, name, shape);
      problems.push(...read.problems);
      put(tree, path, read.texts);
    }
    if (language === FALLBACK) problems.push(...missingIn(SHAPE, tree, ''));
    trees[language] = tree;
  }
  return { trees, problems };
}

function at(shape: Shape, path: readonly string[]): Shape | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return shape;
  const next = Object.hasOwn(shape, first) ? shape[first] : undefined;
  return next === undefined || Array.isArray(next) ? undefined : at(next as Shape, rest);
}

/** Puts the texts of a file where its name says: those of `desk/sign-in.yaml` at `desk.signIn`. */
export function put(tree: Record<string, unknown>, path: readonly string[], texts: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    tree[first] = texts;
    return;
  }
  const inner = (tree[first] ?? {}) as Record<string, unknown>;
  tree[first] = inner;
  put(inner, rest, texts);
}

function missingIn(shape: Shape, tree: TextTree | string | undefined, path: string): string[] {
  return Object.entries(shape).flatMap(([key, expected]) => {
    const here = path === '' ? key : `${path}.${key}`;
    const found = typeof tree === 'object' ? tree[key] : undefined;
    if (!Array.isArray(expected)) return missingIn(expected as Shape, found, here);
    return found === undefined
      ? [`config/messages/en: The text "${here}" is missing; English must have every text.`]
      : [];
  });
}

/** The shape decides whether a text is a string or a function; additional texts have no arguments. */
function build(
  shape: Shape,
  english: TextTree,
  own: TextTree | string | undefined,
  locale: string,
): object {
  const texts: Record<string, unknown> = {};
  const tree = typeof own === 'object' ? own : {};
  for (const key of new Set([...Object.keys(english), ...Object.keys(tree)])) {
    const expected = Object.hasOwn(shape, key) ? shape[key] : [];
    const fallback = english[key];
    const text = tree[key] ?? fallback;
    if (Array.isArray(expected)) {
      texts[key] =
        expected.length === 0 ? plainText(String(text), locale) : formatterOf(String(text), locale);
    } else {
      texts[key] = build(expected as Shape, (fallback ?? {}) as TextTree, tree[key], locale);
    }
  }
  return texts;
}
