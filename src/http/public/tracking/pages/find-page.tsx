import type { PageContext } from './page-context.ts';
import { FindForms } from './parts/find-forms.tsx';
import { Layout } from './parts/layout.tsx';

/** The page for a reader who has a number and no link. */
export function FindPage({ context }: { readonly context: PageContext }) {
  const { find } = context.language.page;
  return (
    <Layout context={context} title={find.title} isLookup>
      <div class="plain card">
        <h1>{find.title}</h1>
        <p class="lead">{find.lead}</p>
        <FindForms context={context} />
      </div>
    </Layout>
  );
}
