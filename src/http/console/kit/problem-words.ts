import type { Problem } from '../../../kernel/errors.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { errorText, wordsOfCode } from '../../../platform/messages/error-text.ts';
import type { Language } from '../../../platform/messages/languages.ts';

/** The text of an error on a page of the console: what happened, and what a person can do. */
export interface ProblemWords {
  readonly title: string;
  readonly fix: string;
}

/**
 * The API's titles and advice address programs: keys, headers, members. People who fill in forms
 * get their own texts where those differ; a problem's own advice takes precedence over both.
 */
export function problemWords(problem: Problem, language: Language = 'en'): ProblemWords {
  const { code, fix, retryAfterS } = problem;
  const { codes, wait } = messagesIn(language).desk.problem;
  const ofPeople: Readonly<Record<string, ProblemWords>> = codes;
  const words = ofPeople[code === 'invalid' ? 'bad_request' : code] ?? wordsOfCode(code, language);
  if (fix !== null) return { ...words, fix: errorText(fix, language, 'person') };
  if (retryAfterS === null) return words;
  const seconds = Math.max(1, Math.ceil(retryAfterS));
  return { ...words, fix: `${words.fix} ${wait({ seconds })}` };
}
