import type { ComponentChildren } from 'preact';
import type { Problem } from '../../../kernel/errors.ts';
import type { ConsoleAssets } from '../kit/assets.ts';
import { Frame } from '../kit/frame.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { ProblemText, problemWords } from '../kit/problem-page.tsx';
import { navigationOf } from './navigation.ts';
import type { ConsoleDeps, Visitor } from './visit.ts';

export interface LayoutProps {
  readonly assets: ConsoleAssets;
  readonly title: string;
  /** Null: nobody is signed in. */
  readonly visitor: Visitor | null;
  /** The path of the open section. */
  readonly at?: string;
  /** Script of the page, if any. */
  readonly script?: string;
  readonly children: ComponentChildren;
}

/** The frame of every page of the console. Pages need no script; only the two maps have one. */
export function Layout({ assets, title, visitor, at, script, children }: LayoutProps) {
  const { frame, notices } = useMessages().console;
  const { done } = useSpoken();
  const outcomes: Readonly<Record<string, string>> = notices;
  return (
    <Frame
      assets={assets}
      script={script}
      header={null}
      notice={done === null || !Object.hasOwn(outcomes, done) ? null : outcomes[done]}
      title={frame.title({ title })}
      home="/ops"
      account={visitor && <Account visitor={visitor} />}
      navigation={visitor && navigationOf(visitor.navigation, at, frame)}
    >
      {children}
    </Frame>
  );
}

function Account({ visitor }: { readonly visitor: Visitor }) {
  const { key, power, csrf } = visitor;
  const words = useMessages().console.frame;
  return (
    <form class="account" method="post" action="/ops/sign-out">
      <input type="hidden" name="csrf" value={csrf} />
      <span class="who">
        {key.name} <span class="tag">{words.powers[power]}</span>
      </span>
      <button type="submit" class="quiet">
        {words.signOut}
      </button>
    </form>
  );
}

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
