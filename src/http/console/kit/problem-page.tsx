import type { Problem } from '../../../kernel/errors.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { useMessages, useSpoken } from '../operators/parts/language.ts';
import { problemWords } from '../operators/problem-words.ts';
import { Sentence } from './fields.tsx';
import { DeskLayout } from './layout.tsx';
import type { DeskDeps, DeskVisitor } from './visit.ts';

interface Props {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly visitor: DeskVisitor | null;
  readonly problem: Problem;
  readonly requestId: string;
}

/** A wrapper, because texts are available only during rendering. */
export const DeskProblemPage = (props: Props) => <ProblemPage {...props} />;

/** An error, with the cause and what to do. */
function ProblemPage({ deps, visitor, problem, requestId }: Props) {
  const { language } = useSpoken();
  const words = useMessages().desk.problem;
  const { title, fix } = saidOf(problem, words, language);
  return (
    <DeskLayout deps={deps} title={title} visitor={visitor}>
      <h1>{title}</h1>
      {problem.errors.length === 0 && (
        <p class="lead">
          <Sentence language={language}>{problem.message}</Sentence>
        </p>
      )}
      {problem.errors.length > 0 ? (
        <ul class="problems">
          {problem.errors.map((each) => (
            <li key={each.reason}>
              <strong>
                <Sentence language={language}>{each.reason}</Sentence>
              </strong>{' '}
              <Sentence language={language}>{each.fix}</Sentence>
            </li>
          ))}
        </ul>
      ) : (
        <p>{problem.fix === null ? fix : <Sentence language={language}>{fix}</Sentence>}</p>
      )}
      <p>
        <a href="/console">{words.back}</a>
      </p>
      <p class="soft">
        {words.request} <code>{requestId}</code>
      </p>
    </DeskLayout>
  );
}

/** English uses the operators' texts; other languages have their own for each code. */
function saidOf(
  problem: Problem,
  words: Messages['desk']['problem'],
  language: Language,
): { readonly title: string; readonly fix: string } {
  if (language === 'en') return problemWords(problem);
  const codes: Readonly<Record<string, { readonly title: string; readonly fix: string }>> =
    words.codes;
  // When no entered value is at fault, the current state prevents the action.
  const other = problem.errors.length > 0 ? words.codes.bad_request : words.codes.conflict;
  const said = codes[problem.code] ?? other;
  if (problem.fix !== null) return { ...said, fix: problem.fix };
  const seconds = problem.retryAfterS;
  if (seconds === null) return said;
  return {
    ...said,
    fix: `${said.fix} ${words.wait({ seconds: Math.max(1, Math.ceil(seconds)) })}`,
  };
}
