import type { Problem } from '../../../kernel/errors.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { ProblemText, problemWords } from '../kit/problem-page.tsx';
import { Layout } from './layout.tsx';
import type { ConsoleDeps, Visitor } from './visit.ts';

interface ProblemPageProps {
  readonly deps: Pick<ConsoleDeps, 'assets'>;
  readonly visitor: Visitor | null;
  readonly problem: Problem;
  readonly requestId: string;
}

/** An error, with the cause and what to do. */
export function ProblemPage({ deps, visitor, ...error }: ProblemPageProps) {
  const words = useMessages().console.frame.problem;
  const { title, fix } = problemWords(error.problem, useSpoken().language);
  const advice = error.problem.code === 'forbidden' ? words.otherKey : fix;
  return (
    <Layout assets={deps.assets} title={title} visitor={visitor}>
      <ProblemText {...error} title={title} fix={advice} home="/ops" words={words} />
    </Layout>
  );
}
