import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { NOTICE_KINDS, type RouteNotice } from '../../../couriers/index.ts';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';

const noticeTexts = z.strictObject({
  language: z.enum(LANGUAGES),
  notices: z.record(z.enum(NOTICE_KINDS), z.string().min(1)),
  /** For a colleague who is one no more. */
  nobody: z.string().min(1),
});
type NoticeTexts = z.output<typeof noticeTexts>;

/** A notice in words, in the language of whoever asks. */
export type NoticeWords = (notice: RouteNotice) => string;

export type NoticeWordsOf = (language: Language) => NoticeWords;

/** @param folder config/messages. Throws where a file cannot be used. */
export function loadNoticeWords(folder: string): NoticeWordsOf {
  const all = new Map(LANGUAGES.map((language) => [language, load(folder, language)]));
  return (language) => (notice) => {
    const texts = all.get(language);
    if (texts === undefined) throw new Error(`there are no texts for "${language}"`);
    const { trackingNumber, wantedOn, colleague } = notice;
    return texts.notices[notice.kind]
      .replaceAll('{number}', trackingNumber)
      .replaceAll('{date}', wantedOn === null ? '' : dayIn(language, wantedOn))
      .replaceAll('{courier}', colleague ?? texts.nobody);
  };
}

function load(folder: string, language: Language): NoticeTexts {
  const file = `${folder}/couriers/${language}.yaml`;
  const read = noticeTexts.safeParse(parse(readFileSync(file, 'utf8')));
  if (read.success && read.data.language === language) return read.data;
  const reason = read.success ? `language is "${read.data.language}"` : z.prettifyError(read.error);
  throw new Error(`${file}:\n${reason}`);
}

/** `12 March`, in the language. */
function dayIn(language: Language, date: string): string {
  const format = new Intl.DateTimeFormat(language, {
    ...{ day: 'numeric', month: 'long', timeZone: 'UTC' },
  });
  return format.format(new Date(`${date}T00:00:00Z`));
}
