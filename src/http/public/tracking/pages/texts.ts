import type { StatusTexts } from '../../../../normalization/index.ts';
import { messagesIn } from '../../../../platform/messages/catalogue.ts';
import {
  LANGUAGES,
  type Language as LanguageTag,
} from '../../../../platform/messages/languages.ts';
import type { Messages } from '../../../../platform/messages/shape.ts';
import type { PredictionTexts } from '../../../../prediction/index.ts';

type TrackingPage = Messages['trackingPage'];

/**
 * The texts of the page, including the names of statuses, which are stored with the event texts.
 */
export type PageTexts = Omit<TrackingPage, 'progress'> &
  Pick<StatusTexts, 'headlines' | 'leads'> & {
    readonly progress: TrackingPage['progress'] & StatusTexts['steps'];
    readonly language: LanguageTag;
    /** The language's own name for itself. */
    readonly name: string;
    /** For dates and times. */
    readonly locale: string;
  };

/** All texts of a page in one language: its own, and those for events. */
export interface Language {
  readonly page: PageTexts;
  readonly status: StatusTexts;
  /** Why an estimate changed. */
  readonly prediction: PredictionTexts;
}

/** The texts of every language; throws if one of the files is broken. */
export function loadLanguages(): ReadonlyMap<string, Language> {
  return new Map(LANGUAGES.map((language) => [language, textsIn(language)]));
}

/** The texts of the public pages in a language. */
export function textsIn(language: LanguageTag): Language {
  const { trackingPage: own, language: meta, status, prediction } = messagesIn(language);
  const { headlines, leads, steps } = status;
  const progress = { ...own.progress, ...steps };
  return { page: { ...own, ...meta, language, headlines, leads, progress }, status, prediction };
}
