import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { displayNames, numberFormat } from '../../kernel/time/formatters.ts';
import { cachedResult, openResultCache } from '../cached-results.ts';
import { formatterOf, plainText } from './format-text.ts';
import { FALLBACK, MESSAGES_FOLDER as folder, LANGUAGES, type Language } from './languages.ts';
import { missingTexts, type ReadTexts, readTexts } from './read-texts.ts';
import { SHAPE } from './shape.gen.ts';
import type { Messages, Shape, TextTree } from './shape.ts';

/** Files with a syntax of their own, which their own readers check. */
const NOT_TEXTS: readonly string[] = ['templates.yaml'];

const built = new Map<Language, Messages>();
const read = new Map<Language, TextTree>();
/** So that a text that is used later is the one that was checked. */
const sources = new Map<Language, readonly TextFile[]>();

/**
 * Returns all texts of a language, in English where it has none. Files are read when first needed;
 * throws if one is broken.
 *
 * @example messagesIn('de').desk.webhooks.limitReached({ limit: 20 })
 */
export function messagesIn(language: Language): Messages {
  const known = built.get(language);
  if (known !== undefined) return known;
  const messages = compileTexts(SHAPE, ownTexts(FALLBACK), ownTexts(language)) as Messages;
  built.set(language, messages);
  return messages;
}

/**
 * Returns the texts of a language before arguments are filled in, for code that formats them
 * elsewhere.
 */
export function sourceTexts(language: Language): TextTree {
  return withFallback(ownTexts(FALLBACK), ownTexts(language));
}

function withFallback(english: TextTree, own: TextTree): TextTree {
  const pairs = Object.entries({ ...english, ...own }).map(([key, value]) => {
    const fallback = english[key];
    const isMap = typeof value === 'object' && typeof fallback === 'object';
    return [key, isMap ? withFallback(fallback, value) : value] as const;
  });
  return Object.fromEntries(pairs);
}

/** Returns the locale with which `Intl` writes dates and numbers in this language. */
export function localeOf(language: Language): string {
  return messagesIn(language).language.locale;
}

/** A share from 0 to 1 as people write it: `80.0%`, in German `80,0 %`. Pure. */
export function percentIn(language: Language, share: number, digits = 0): string {
  const of = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat(localeOf(language), { style: 'percent', ...of }).format(share);
}

/**
 * Returns the name of a language in the reader's language.
 *
 * @example languageName('de', 'fr') // 'allemand'
 */
export function languageName(language: Language, reader: Language): string {
  return displayNames(localeOf(reader), { type: 'language' }).of(language) ?? language;
}

/**
 * Throws an error with file, line and key of everything that is wrong in config/messages. Texts in
 * which an earlier start found nothing wrong are not checked again.
 */
export function checkMessages(): void {
  const cache = openResultCache();
  const key = ['messages are right', JSON.stringify([SHAPE, LANGUAGES.map(textFilesOf)])];
  if (cache.read(key) === true) return;
  const problems = LANGUAGES.flatMap((language) => {
    const { texts, problems: found } = readLanguage(language);
    return found.length > 0 ? found : tagProblems(language, texts);
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  cache.store(key, true);
}

/** A language tag that both `Intl` and the column for a member's language accept. */
const TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** Returns what is wrong with the tag and the locale of a language. */
function tagProblems(language: Language, { language: meta }: TextTree): readonly string[] {
  const folder = `config/messages/${language}`;
  if (!TAG.test(language)) {
    return [`${folder}: The name is not a language tag; expected one such as "it" or "pt-BR".`];
  }
  const locale = typeof meta === 'object' ? meta['locale'] : undefined;
  try {
    Intl.getCanonicalLocales(String(locale));
    return [];
  } catch {
    return [
      `${folder}/language.yaml: "locale" is ${JSON.stringify(locale)}; expected one such as "it-IT".`,
    ];
  }
}

/**
 * Returns the files of a language with the key of their texts: `desk/sign-in.yaml` is
 * `desk.signIn`.
 */
export function filesOf(language: Language): readonly { file: string; path: readonly string[] }[] {
  const camelCase = (name: string) =>
    name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return readdirSync(join(folder, language), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !NOT_TEXTS.includes(file))
    .toSorted()
    .map((file) => ({ file, path: file.slice(0, -'.yaml'.length).split(/[\\/]/).map(camelCase) }));
}

/** Returns the texts of a language's own files, before English fills the gaps. */
export function ownTexts(language: Language): TextTree {
  const known = read.get(language);
  if (known !== undefined) return known;
  const { texts, problems } = readLanguage(language);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  read.set(language, texts);
  return texts;
}

/** Returns a language's files as they were when first asked for. */
export function textFilesOf(language: Language): readonly TextFile[] {
  const known = sources.get(language);
  if (known !== undefined) return known;
  const files = filesOf(language).map(({ file, path }) => ({
    name: `config/messages/${language}/${file}`,
    path,
    source: readFileSync(join(folder, language, file), 'utf8'),
  }));
  sources.set(language, files);
  return files;
}

function readLanguage(language: Language): ReadTexts {
  const files = textFilesOf(language);
  const key = ['messages', JSON.stringify([SHAPE, files])];
  const isComplete = language === FALLBACK;
  const make = () => readFiles(files, SHAPE, isComplete);
  return cachedResult(openResultCache(), key, make, ({ problems }) => problems.length === 0);
}

/** A file's text, and the key of its texts. */
interface TextFile {
  readonly name: string;
  readonly path: readonly string[];
  readonly source: string;
}

/**
 * Reads the texts of a language's files. Pure.
 *
 * @param isComplete whether every text of the shape must exist, because others fall back to it.
 */
export function readFiles(
  files: readonly TextFile[],
  shape: Shape,
  isComplete: boolean,
): ReadTexts {
  const problems: string[] = [];
  const tree: Record<string, TextTree | string> = {};
  for (const { name, path, source } of files) {
    const expected = shapeAt(shape, path);
    if (expected === undefined) {
      problems.push(`${name}: No page or message uses this file; see config/messages/en.`);
      continue;
    }
    const { texts, problems: found } = readTexts(source, name, expected);
    problems.push(...found);
    put(tree, path, texts);
  }
  if (isComplete && problems.length === 0) problems.push(...missingTexts(shape, tree));
  return { texts: tree, problems };
}

function shapeAt(shape: Shape, path: readonly string[]): Shape | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return shape;
  const next = Object.hasOwn(shape, first) ? shape[first] : undefined;
  return next === undefined || isArguments(next) ? undefined : shapeAt(next, rest);
}

const isArguments = (shape: Shape | readonly string[]): shape is readonly string[] =>
  Array.isArray(shape);

/** Inserts the texts of a file under its key: those of `desk/sign-in.yaml` at `desk.signIn`. */
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

/**
 * Turns texts into strings and functions, each from `own` or else from `english`. The shape decides
 * which is a function; a text that only the files have is a string. Pure.
 */
export function compileTexts(shape: Shape, english: TextTree, own: TextTree): object {
  const meta = own['language'] ?? english['language'];
  const locale = typeof meta === 'object' ? String(meta['locale']) : FALLBACK;
  return compile(shape, english, own, locale);
}

function compile(shape: Shape, english: TextTree, own: TextTree, locale: string): object {
  const texts: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(english), ...Object.keys(own)])) {
    const expected = (Object.hasOwn(shape, key) ? shape[key] : undefined) ?? [];
    const fallback = english[key] ?? {};
    const value = own[key] ?? fallback;
    if (!isArguments(expected)) {
      texts[key] = compile(expected, fallback as TextTree, value as TextTree, locale);
    } else if (expected.length === 0) texts[key] = plainText(String(value), locale);
    else texts[key] = formatterOf(String(value), locale);
  }
  return texts;
}
