import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseYaml } from '../../../platform/settings/parse-yaml.ts';

/** The first is the one for everybody whose language is not there. */
const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;

const text = z.string().trim().min(1).max(300);
const document = z
  .object({ language: z.string().regex(/^[a-z]{2}$/), name: text })
  .catchall(z.record(z.string().regex(/^[a-z_]+$/), text));

/** The app's words in one language. */
export interface DriverTexts {
  /** Of the language, in that language. */
  readonly name: string;
  /** By `section.name`. */
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * Reads the words of every language. They ship with the code: a broken file, or one that says more or
 * less than the first, is an error of ours and throws.
 *
 * @param folder of `en.yaml`, …
 */
export function loadDriverTexts(folder: string): ReadonlyMap<string, DriverTexts> {
  const all = new Map(LANGUAGES.map((language) => [language, readTexts(folder, language)]));
  const [first] = all.values();
  for (const [language, { texts }] of all) {
    const odd = differences(first?.texts ?? {}, texts);
    if (odd.length > 0) throw new Error(`${folder}/${language}.yaml: ${odd.join(', ')}`);
  }
  return all;
}

function readTexts(folder: string, language: string): DriverTexts {
  const file = `${folder}/${language}.yaml`;
  const read = document.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (!read.success) throw new Error(`${file}:\n${z.prettifyError(read.error)}`);
  const { name, language: is, ...sections } = read.data;
  if (is !== language) throw new Error(`${file}: language is "${is}"; expected "${language}"`);
  const pairs = Object.entries(sections).flatMap(([section, texts]) =>
    Object.entries(texts).map(([key, value]) => [`${section}.${key}`, value] as const),
  );
  return { name, texts: Object.fromEntries(pairs) };
}

/** Keys that only one of them has, and texts with other places to fill in. */
function differences(
  model: Readonly<Record<string, string>>,
  texts: Readonly<Record<string, string>>,
): readonly string[] {
  const keys = new Set([...Object.keys(model), ...Object.keys(texts)]);
  return [...keys].filter((key) => placesIn(model[key]) !== placesIn(texts[key]));
}

function placesIn(value: string | undefined): string | null {
  if (value === undefined) return null;
  return [...new Set(value.match(/\{\w+\}/g))].sort().join();
}
