import { readFileSync } from 'node:fs';
import { compileMessages, formatProblem, type Messages } from '../../../../normalization/index.ts';
import { cachedResult, openResultCache } from '../../../../platform/cached-results.ts';
import { messagesIn } from '../../../../platform/messages/catalogue.ts';
import {
  LANGUAGES,
  type Language as LanguageTag,
} from '../../../../platform/messages/languages.ts';
import type { Messages as AllTexts } from '../../../../platform/messages/shape.ts';
import { loadPredictionTexts, type PredictionTexts } from '../../../../prediction/index.ts';

type TrackingPage = AllTexts['trackingPage'];

/**
 * The texts of the page, including the names of statuses, which are stored with the event texts.
 */
export type PageTexts = Omit<TrackingPage, 'progress'> &
  Pick<Messages, 'headlines' | 'leads'> & {
    readonly progress: TrackingPage['progress'] & Messages['steps'];
    readonly language: LanguageTag;
    /** The language's own name for itself. */
    readonly name: string;
    /** For dates and times. */
    readonly locale: string;
  };

/** All texts of a page in one language: its own, and those for events. */
export interface Language {
  readonly page: PageTexts;
  readonly messages: Messages;
  /** Why an estimate changed. */
  readonly prediction: PredictionTexts;
}

/**
 * Reads the texts of every language. They ship with the code and are read once; a broken file is
 * a bug and throws, naming file and member.
 *
 * @param folder of `en.yaml`, … and of `prediction/en.yaml`, …
 */
export function loadLanguages(folder: string): ReadonlyMap<string, Language> {
  const prediction = loadPredictionTexts(folder);
  return new Map(
    LANGUAGES.flatMap((language) => {
      const words = prediction.get(language);
      if (words === undefined) return [];
      const messages = readMessages(`${folder}/${language}.yaml`);
      const { headlines, leads, steps } = messages;
      const { trackingPage: own, language: meta } = messagesIn(language);
      const progress = { ...own.progress, ...steps };
      const page = { ...own, ...meta, language, headlines, leads, progress };
      return [[language, { page, messages, prediction: words }] as const];
    }),
  );
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
