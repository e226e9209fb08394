import type { Problem } from '../../../kernel/errors.ts';
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
  const { title, fix } = problemWords(problem, language);
  return (
    <DeskLayout deps={deps} title={title} visitor={visitor}>
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
        <a href="/console">{words.back}</a>
      </p>
      <p class="soft">
        {words.request} <code>{requestId}</code>
      </p>
    </DeskLayout>
  );
}
