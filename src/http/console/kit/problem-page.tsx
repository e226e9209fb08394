import type { Problem } from '../../../kernel/errors.ts';
import { Sentence } from './fields.tsx';
import { useMessages, useSpoken } from './language.ts';
import { DeskLayout } from './layout.tsx';
import { type ProblemWords, problemWords } from './problem-words.ts';
import type { DeskDeps, DeskVisitor } from './visit.ts';

interface TextProps extends ProblemWords {
  readonly problem: Problem;
  readonly requestId: string;
  /** Path of the console's first page. */
  readonly home: string;
  readonly words: { readonly back: string; readonly request: string };
}

/** An error, with the cause and what to do. */
export function ProblemText({ problem, requestId, title, fix, home, words }: TextProps) {
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
        <p>{problem.fix === null ? fix : <Sentence text={problem.fix} />}</p>
      )}
      <p>
        <a href={home}>{words.back}</a>
      </p>
      <p class="soft">
        {words.request} <code>{requestId}</code>
      </p>
    </>
  );
}

interface Props extends Pick<TextProps, 'problem' | 'requestId'> {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly visitor: DeskVisitor | null;
}

/** A wrapper, because texts are available only during rendering. */
export const DeskProblemPage = (props: Props) => <ProblemPage {...props} />;

function ProblemPage({ deps, visitor, ...error }: Props) {
  const words = useMessages().desk.problem;
  const said = problemWords(error.problem, useSpoken().language);
  return (
    <DeskLayout deps={deps} title={said.title} visitor={visitor}>
      <ProblemText {...error} {...said} home="/console" words={words} />
    </DeskLayout>
  );
}
