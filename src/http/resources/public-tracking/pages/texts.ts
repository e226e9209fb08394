import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { compileMessages, formatProblem, type Messages } from '../../../../normalization/index.ts';
import { cachedResult, openResultCache } from '../../../../platform/cached-results.ts';
import { parseYaml } from '../../../../platform/settings/parse-yaml.ts';
import { loadPredictionTexts, type PredictionTexts } from '../../../../prediction/index.ts';
import { panelTexts } from './panel-texts.ts';
import { template, text } from './text-schema.ts';

const pageDocument = z.strictObject({
  language: z.string().regex(/^[a-z]{2}$/),
  /** For dates and times. */
  locale: z.string().regex(/^[a-z]{2}-[A-Z]{2}$/),
  /** Of the language, in that language. */
  name: text,
  skip: text,
  number: text,
  carrier_link: template('carrier'),
  /** What the merchant’s own couriers are called where others have the name of their company. */
  own_couriers: text,
  /** While the carrier does not know the number: then nobody has seen a label of it. */
  unknown: z.strictObject({ headline: text, lead: text }),
  /** Of a parcel of the test mode. */
  test_parcel: text,
  unconfirmed: z.strictObject({ title: text, text }),
  arrival: z.strictObject({
    expected: text,
    /** The day has passed, and nobody has said another. */
    was_expected: text,
    no_new_date: text,
    delivered: text,
    /** Hours of one day. */
    between: template('from', 'to'),
    /** Days: other languages have other articles for these. */
    between_days: template('from', 'to'),
    by: template('to'),
    after: template('from'),
    until: template('to'),
    before: template('date'),
    /** Of own couriers: what is said behind the hours. */
    arriving: text,
    next_stop: text,
    one_stop_before: text,
    stops_before: template('count'),
    by_carrier: template('carrier'),
    by_model: text,
    by_rule: text,
  }),
  /** For whoever started the hub, on the machine itself. */
  start: z.strictObject({
    title: text,
    lead: text,
    demos: text,
    demos_lead: text,
    recipient: text,
    next: text,
    next_desk: text,
    next_desk_lead: text,
    next_own: text,
    next_own_lead: text,
    next_setup: text,
    next_setup_lead: text,
    next_carrier: text,
    next_carrier_lead: text,
    ways: text,
    desk: text,
    desk_lead: text,
    map: text,
    map_lead: text,
    console: text,
    console_lead: text,
    docs: text,
    docs_lead: text,
    search: text,
    search_lead: text,
  }),
  progress: z.strictObject({
    title: text,
    done: text,
    current: text,
    todo: text,
  }),
  history: z.strictObject({
    title: text,
    empty: text,
    no_date: text,
    no_time: text,
    local_time: text,
  }),
  /** Where the courier is, for who holds a personal link. */
  courier: z.strictObject({
    title: text,
    seen: template('name', 'time'),
    seen_away: template('name', 'time', 'distance'),
    rough: text,
    map: text,
    zoom_in: text,
    zoom_out: text,
    zoom_all: text,
  }),
  live: z.strictObject({ on: text, updated: template('headline') }),
  find: z.strictObject({
    title: text,
    lead: text,
    number: text,
    submit: text,
    order_title: text,
    order: text,
    postal_code: text,
    postal_hint: text,
    order_submit: text,
  }),
  choices: z.strictObject({
    title: text,
    lead: template('number'),
    shops_title: text,
    shops_lead: template('order'),
    shop: text,
  }),
  order: z.strictObject({
    title: template('order'),
    lead_one: text,
    lead_many: template('count'),
  }),
  not_found: z.strictObject({
    title: text,
    lead: text,
    order_lead: text,
    page_title: text,
    page_lead: text,
  }),
  too_many: z.strictObject({ title: text, lead: template('seconds') }),
  footer: z.strictObject({ times: text, another: text, languages: text }),
  ...panelTexts,
});

type PageDocument = Readonly<z.infer<typeof pageDocument>>;

/** The words of the page, with what statuses are called: that stands beside the words for events. */
export type PageTexts = Omit<PageDocument, 'progress'> &
  Pick<Messages, 'headlines' | 'leads'> & {
    readonly progress: PageDocument['progress'] & Messages['steps'];
  };

/** All that a page says in one language: its own words, and those for what happened. */
export interface Language {
  readonly page: PageTexts;
  readonly messages: Messages;
  /** Why a day moved. */
  readonly prediction: PredictionTexts;
}

/** The first is the one for everybody whose language is not there. */
const LANGUAGES = ['en', 'de', 'es', 'fr'] as const;

/**
 * Reads the texts of every language. They ship with the code and are read once; a broken file is
 * an error of ours and throws, naming file and member.
 *
 * @param folder of `en.yaml`, …, of `page/en.yaml`, … and of `prediction/en.yaml`, …
 */
export function loadLanguages(folder: string): ReadonlyMap<string, Language> {
  const prediction = loadPredictionTexts(folder);
  return new Map(
    LANGUAGES.flatMap((language) => {
      const words = prediction.get(language);
      if (words === undefined) return [];
      const messages = readMessages(`${folder}/${language}.yaml`);
      const { headlines, leads, steps } = messages;
      const own = readPageTexts(`${folder}/page/${language}.yaml`, language);
      const page = { ...own, headlines, leads, progress: { ...own.progress, ...steps } };
      return [[language, { page, messages, prediction: words }] as const];
    }),
  );
}

function readPageTexts(file: string, language: string): PageDocument {
  const read = pageDocument.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (!read.success) throw new Error(`${file}:\n${z.prettifyError(read.error)}`);
  if (read.data.language === language) return read.data;
  throw new Error(`${file}: language is "${read.data.language}"; expected "${language}"`);
}

function readMessages(file: string): Messages {
  const source = readFileSync(file, 'utf8');
  const compiled = cachedResult(
    openResultCache(),
    ['messages', source],
    () => compileMessages(source, file),
    ({ ok }) => ok,
  );
  if (compiled.ok) return compiled.messages;
  throw new Error(compiled.problems.map(formatProblem).join('\n'));
}

/** Fills the places of a template; what is filled in is taken literally. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, place: string) => values[place] ?? whole);
}
