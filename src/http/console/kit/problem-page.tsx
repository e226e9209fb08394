import type { Problem } from '../../../kernel/errors.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { errorText, wordsOfCode } from '../../../platform/messages/error-text.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { Sentence } from './fields.tsx';
import { useMessages, useSpoken } from './language.ts';
import { DeskLayout } from './layout.tsx';
import type { DeskDeps, DeskVisitor } from './visit.ts';

interface TextProps extends ProblemWords {
  readonly problem: Problem;
  readonly requestId: string;
  /** Path of the console's first page. */
  readonly home: string;
  /** Whether opening the same page once more may help. */
  readonly again: boolean;
}

/** An error, with the cause and what to do. */
function ProblemText({ problem, requestId, title, fix, home, again }: TextProps) {
  const words = useMessages().desk.problem;
  const { query } = useSpoken();
  return (
    <>
      <h1>{title}</h1>
      {problem.errors.length === 0 && (
        <p class="lead">
          <Sentence text={problem.detail} />
        </p>
      )}
      {problem.errors.length > 0 ? (
        <ul class="problems">
          {problem.errors.map((each) => (
            <li key={each.pointer}>
              <strong>
                <Sentence text={each.reason} />
              </strong>{' '}
              <Sentence text={each.fix} />
            </li>
          ))}
        </ul>
      ) : (
        <p class="lead">{problem.fix === null ? fix : <Sentence text={problem.fix} />}</p>
      )}
      <p class="row">
        {again && (
          <a class="button primary" href={`?${query}`}>
            {words.again}
          </a>
        )}
        <a href={home}>{words.back}</a>
      </p>
      {problem.code !== 'not_found' && (
        <p class="soft">
          {words.request} <code>{requestId}</code>
        </p>
      )}
    </>
  );
}

interface Props extends Pick<TextProps, 'problem' | 'requestId' | 'again'> {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly visitor: DeskVisitor | null;
}

export function DeskProblemPage({ deps, visitor, ...error }: Props) {
  const said = problemWords(error.problem, useSpoken().language);
  return (
    <DeskLayout deps={deps} title={said.title} visitor={visitor}>
      <ProblemText {...error} {...said} home="/console" />
    </DeskLayout>
  );
}

/** The text of an error on a page of the console: what happened, and what a person can do. */
interface ProblemWords {
  readonly title: string;
  readonly fix: string;
}

/**
 * The API's titles and advice address programs: keys, headers, members. People who fill in forms
 * get their own texts where those differ; a problem's own advice takes precedence over both.
 */
export function problemWords(problem: Problem, language: Language = 'en'): ProblemWords {
  const { code, fix, retryAfterS } = problem;
  const { codes, ofProgram, wait } = messagesIn(language).desk.problem;
  const ofPeople: Readonly<Record<string, ProblemWords>> = codes;
  const ofCode = ofPeople[code === 'invalid' ? 'bad_request' : code] ?? wordsOfCode(code, language);
  // Nobody has entered anything when a program opens the page.
  const words = fix === 'agents.connectAgain' ? { ...ofCode, title: ofProgram } : ofCode;
  if (fix !== null) return { ...words, fix: errorText(fix, language, 'person') };
  if (retryAfterS === null) return words;
  const seconds = Math.max(1, Math.ceil(retryAfterS));
  return { ...words, fix: `${words.fix} ${wait({ seconds })}` };
}
