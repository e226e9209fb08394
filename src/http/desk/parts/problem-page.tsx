import type { Problem } from '../../../kernel/errors.ts';
import { problemWords } from '../../console/problem-words.ts';
import type { DeskDeps, DeskVisitor } from '../visit.ts';
import { DeskLayout } from './layout.tsx';

interface Props {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly visitor: DeskVisitor | null;
  readonly problem: Problem;
  readonly requestId: string;
}

/** A refusal, with what was wrong and what to do. */
export function DeskProblemPage({ deps, visitor, problem, requestId }: Props) {
  const { title, fix } = problemWords(problem);
  return (
    <DeskLayout deps={deps} title={title} visitor={visitor}>
      <h1>{title}</h1>
      <p class="lead">{problem.message}</p>
      {problem.errors.length > 0 ? (
        <ul class="problems">
          {problem.errors.map((each) => (
            <li key={each.reason}>
              <strong>{each.reason}</strong> {each.fix}
            </li>
          ))}
        </ul>
      ) : (
        <p>{fix}</p>
      )}
      <p>
        <a href="/console">Back to the desk</a>
      </p>
      <p class="soft">
        Request <code>{requestId}</code>
      </p>
    </DeskLayout>
  );
}
