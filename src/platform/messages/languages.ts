import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../shipped.ts';

/** A BCP 47 tag such as `de` or `en-XA`: the name of a folder in config/messages. */
export type Language = string;

/** English has every text and replaces what another language lacks. */
export const FALLBACK: Language = 'en';

/**
 * The folder of languages: each folder in it with a `language.yaml` is one, offered on every page
 * and in every message.
 */
export const MESSAGES_FOLDER = shippedFile('config/messages');

/** The folders of config/messages, with English first, because it replaces missing languages. */
export const LANGUAGES: readonly [Language, ...Language[]] = [
  FALLBACK,
  ...readdirSync(MESSAGES_FOLDER)
    .filter((name) => name !== FALLBACK && existsSync(join(MESSAGES_FOLDER, name, 'language.yaml')))
    .toSorted(),
];

/**
 * Returns the language for a locale such as `de-AT` or `fr_CA`: its own, or else that without a
 * country; null if neither is available.
 *
 * @example languageOf('de-AT') // 'de'
 */
export function languageOf(
  locale: string | null | undefined,
  available: readonly Language[] = LANGUAGES,
): Language | null {
  const tag = (locale ?? '').toLowerCase().replaceAll('_', '-');
  const named = (name: string | undefined) => available.find((each) => each.toLowerCase() === name);
  return named(tag) ?? named(tag.split('-', 1)[0]) ?? null;
}
