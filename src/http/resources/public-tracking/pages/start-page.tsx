import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';
import type { TrackView } from './view/track-view.ts';

interface StartPageProps {
  readonly context: PageContext;
  readonly demos: readonly { readonly view: TrackView; readonly path: string }[];
}

/** Where whoever started the hub lands, on the machine itself: what there is to see and to do. */
export function StartPage({ context, demos }: StartPageProps) {
  const { start } = context.language.page;
  const ways = [
    { url: '/ops', title: start.console, lead: start.console_lead },
    { url: '/docs', title: start.docs, lead: start.docs_lead },
    { url: context.link('/track'), title: start.search, lead: start.search_lead },
  ];
  return (
    <Layout context={context} title={start.title} isLookup>
      <div class="plain">
        <h1>{start.title}</h1>
        <p class="lead">{start.lead}</p>
        {demos.length > 0 && <h2>{start.demos}</h2>}
        {demos.length > 0 && (
          <ul class="choices">
            {demos.map(({ view, path }) => (
              <li key={path} data-tone={view.tone}>
                <a href={context.link(path)}>
                  <span class="headline">{view.headline}</span>
                  <span class="lead">
                    {`${view.carrier.name} `}
                    <span class="digits">{view.number}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        )}
        <h2>{start.ways}</h2>
        <ul class="choices">
          {ways.map(({ url, title, lead }) => (
            <li key={url}>
              <a href={url}>
                <span class="headline">{title}</span>
                <span class="lead">{lead}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </Layout>
  );
}
