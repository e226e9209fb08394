import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROLES } from '../../../merchants/index.ts';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';

const mail = z.strictObject({
  subject: z.string().min(1),
  lead: z.string().min(1),
  button: z.string().min(1),
  note: z.string().min(1),
});

const mailTexts = z.strictObject({
  language: z.enum(LANGUAGES),
  sign_in: mail,
  invitation: mail,
  /** Who has no name. */
  somebody: z.string().min(1),
  roles: z.record(z.enum(ROLES), z.string().min(1)),
});

export type MailTexts = z.output<typeof mailTexts>;
export type MailTextsOf = (language: Language) => MailTexts;

/** @param folder config/messages. Throws where a file cannot be used. */
export function loadMailTexts(folder: string): MailTextsOf {
  const all = new Map(LANGUAGES.map((language) => [language, load(folder, language)]));
  return (language) => {
    const texts = all.get(language);
    if (texts === undefined) throw new Error(`there are no texts for "${language}"`);
    return texts;
  };
}

function load(folder: string, language: Language): MailTexts {
  const file = `${folder}/desk/${language}.yaml`;
  const read = mailTexts.safeParse(parse(readFileSync(file, 'utf8')));
  if (read.success && read.data.language === language) return read.data;
  const reason = read.success ? `language is "${read.data.language}"` : z.prettifyError(read.error);
  throw new Error(`${file}:\n${reason}`);
}
