import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';
import { parseYaml } from '../../../platform/settings/parse-yaml.ts';
import { MILESTONES } from '../../../reactions/notifications/index.ts';

const text = z.string().trim().min(1).max(300);
/** With places to fill in, all of which it must have. */
const filled = (...places: string[]) =>
  text.refine((value) => places.every((place) => value.includes(`{${place}}`)), {
    error: `must contain ${places.map((place) => `{${place}}`).join(', ')}`,
  });
const titled = z.strictObject({ title: text, lead: text });

const noticeDocument = z.strictObject({
  language: z.enum(LANGUAGES),
  confirm: z.strictObject({
    title: text,
    lead: text,
    submit: text,
    otherwise: text,
    done_title: text,
    done_lead: text,
  }),
  about: z.strictObject({
    parcel: filled('number', 'carrier'),
    parcel_of: filled('number', 'carrier', 'merchant'),
    merchant: filled('merchant'),
    to_parcel: text,
  }),
  unsubscribe: z.strictObject({
    title: text,
    parcel_lead: text,
    merchant_lead: text,
    installation_lead: text,
    submit: text,
    done_title: text,
    parcel_done: text,
    merchant_done: text,
    installation_done: text,
  }),
  preferences: z.strictObject({
    title: text,
    lead: text,
    channels: z.strictObject({ email: text, sms: text, push: text }),
    milestones_title: text,
    language: text,
    language_default: text,
    quiet_title: text,
    quiet_lead: text,
    from: text,
    to: text,
    nothing: text,
    submit: text,
    saved: text,
    quiet_wrong: text,
  }),
  unknown: titled,
  expired: titled,
  milestones: z.record(z.enum(MILESTONES), text),
});

export type NoticeTexts = Readonly<z.infer<typeof noticeDocument>>;

/** Texts of the pages behind links in messages. They ship with the code: a broken file throws. */
export function loadNoticeTexts(folder: string): ReadonlyMap<string, NoticeTexts> {
  return new Map(
    LANGUAGES.map((language: Language) => {
      const file = `${folder}/notices/${language}.yaml`;
      // What statuses are called stands in one file of a language.
      const milestones = read(`${folder}/${language}.yaml`)['notify_when'];
      const checked = noticeDocument.safeParse({ ...read(file), milestones });
      if (!checked.success) throw new Error(`${file}:\n${z.prettifyError(checked.error)}`);
      if (checked.data.language === language) return [language, checked.data] as const;
      throw new Error(`${file}: language is "${checked.data.language}"; expected "${language}"`);
    }),
  );
}

function read(file: string): Readonly<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(parseYaml(readFileSync(file, 'utf8')));
}
