import type { Problem } from '../../../kernel/errors.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
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
  const { code, detail, errors } = problem;
  const { title, fix } = problemWords(problem);
  const lacksScope = code === 'forbidden' && problem.fix === null;
  return (
    <Layout assets={deps.assets} title={title} visitor={visitor}>
      <h1>{title}</h1>
      <p class="lead">{errorText(detail, 'en', 'person')}</p>
      {errors.length > 0 ? (
        <ul class="problems">
          {errors.map((each) => (
            <li key={each.pointer}>
              <strong>{errorText(each.reason, 'en', 'person')}</strong>{' '}
              {errorText(each.fix, 'en', 'person')}
            </li>
          ))}
        </ul>
      ) : (
        <p>{lacksScope ? 'Sign in with a key that may (waybill keys create --ops).' : fix}</p>
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
