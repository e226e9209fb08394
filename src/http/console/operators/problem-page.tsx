import type { Problem } from '../../../kernel/errors.ts';
import { Layout } from './parts/layout.tsx';
import { problemWords } from './problem-words.ts';
import type { ConsoleDeps, Visitor } from './visit.ts';

interface ProblemPageProps {
  readonly deps: Pick<ConsoleDeps, 'assets'>;
  readonly visitor: Visitor | null;
  readonly problem: Problem;
  readonly requestId: string;
}

/** An error, with the cause and what to do. */
export function ProblemPage({ deps, visitor, problem, requestId }: ProblemPageProps) {
  const { message, errors } = problem;
  const { title, fix } = problemWords(problem);
  return (
    <Layout assets={deps.assets} title={title} visitor={visitor}>
      <h1>{title}</h1>
      <p class="lead">{message}</p>
      {errors.length > 0 ? (
        <ul class="problems">
          {errors.map((each) => (
            <li key={each.reason}>
              <strong>{each.reason}</strong> {each.fix}
            </li>
          ))}
        </ul>
      ) : (
        <p>{fix}</p>
      )}
      <p>
        <a href="/ops">Go to the overview</a>
      </p>
      <p class="soft">
        Request <code>{requestId}</code>
      </p>
    </Layout>
  );
}
