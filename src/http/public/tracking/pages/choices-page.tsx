import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';

interface Choice {
  readonly name: string;
  readonly url: string;
}

interface ChoicesPageProps {
  readonly context: PageContext;
  readonly title: string;
  readonly lead: string;
  readonly choices: readonly Choice[];
}

/** Several answers match the request; the reader picks one. */
export function ChoicesPage({ context, title, lead, choices }: ChoicesPageProps) {
  return (
    <Layout context={context} title={title}>
      <div class="plain">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        <ul class="choices">
          {choices.map(({ name, url }) => (
            <li key={url}>
              <a href={url}>{name}</a>
            </li>
          ))}
        </ul>
      </div>
    </Layout>
  );
}
