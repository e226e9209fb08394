import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';
import { parseYaml } from '../../../platform/settings/parse-yaml.ts';
import { type PredictionTexts, predictionTexts } from './texts.ts';

/**
 * Reads the texts of all languages. They ship with the code and are read once; a broken file is
 * our own error and throws, naming file and member.
 *
 * @param folder config/messages
 */
export function loadPredictionTexts(folder: string): ReadonlyMap<Language, PredictionTexts> {
  return new Map(
    LANGUAGES.map((language) => {
      const file = `${folder}/prediction/${language}.yaml`;
      const read = predictionTexts.safeParse(parseYaml(readFileSync(file, 'utf8')));
      if (!read.success) throw new Error(`${file}:\n${z.prettifyError(read.error)}`);
      if (read.data.language === language) return [language, read.data];
      throw new Error(`${file}: language is "${read.data.language}"; expected "${language}"`);
    }),
  );
}
