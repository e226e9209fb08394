import type { PageContext } from './page-context.ts';
import { CourierCard } from './parts/courier-card.tsx';
import { Layout } from './parts/layout.tsx';
import { Progress } from './track-page.tsx';
import type { CourierView } from './view/courier-view.ts';
import type { TrackView } from './view/track-view.ts';

export interface StartPageShown {
  /** Identifies the content; the script replaces the page when the version differs. */
  readonly version: string;
}

interface StartPageProps extends StartPageShown {
  readonly context: PageContext;
  /** Parcels of the demo history; empty: there is none. */
  readonly history: readonly Demo[];
  readonly demos: readonly Demo[];
}

interface Demo {
  readonly view: TrackView;
  readonly path: string;
  /** The courier's position; null: no courier, or none on the way. */
  readonly courier: CourierView | null;
}

/**
 * The start page for the person who started the hub, on the same machine: what there is to see and
 * do.
 */
export function StartPage({ context, history, demos, version }: StartPageProps) {
  const { start } = context.language.page;
  const courierDemo = demos.find(({ courier }) => courier !== null);
  return (
    <Layout
      context={context}
      title={start.title}
      isLookup
      sheets={['font', 'forms', 'start', 'map']}
      polling={{ version, script: context.assets.startScriptUrl }}
    >
      <div class="start">
        <h1>{start.title}</h1>
        <p class="lead">{start.lead}</p>
        <p class="entrances">
          <a href="/console" class="button">
            {start.next_console}
          </a>
          {history.length > 0 && (
            <a href="/console/demo" class="button second">
              {start.history_open}
            </a>
          )}
        </p>
        <p class="lead">{start.next_console_lead}</p>
        {history.length > 0 && (
          <>
            <h2>{start.history}</h2>
            <p class="lead">{start.history_lead}</p>
            <ul class="demos three">
              {history.map((demo) => (
                <DemoCard key={demo.path} context={context} demo={demo} />
              ))}
            </ul>
          </>
        )}
        {courierDemo?.courier && (
          <div class="riding" data-tone={courierDemo.view.tone}>
            <CourierCard context={context} courier={courierDemo.courier} />
            <p>
              <a href={context.link(courierDemo.path)}>{start.recipient}</a>
            </p>
          </div>
        )}
        {demos.length > 0 && (
          <>
            <h2>{start.demos}</h2>
            <p class="lead">{start.demos_lead}</p>
            <ul class="demos">
              {demos.map((demo) => (
                <DemoCard key={demo.path} context={context} demo={demo} />
              ))}
            </ul>
          </>
        )}
        <NextSteps context={context} />
      </div>
    </Layout>
  );
}

function DemoCard({ context, demo }: { readonly context: PageContext; readonly demo: Demo }) {
  const { view, path } = demo;
  const { page } = context.language;
  const last = view.days[0]?.events[0];
  return (
    <li class="card" data-tone={view.tone}>
      <a href={context.link(path)}>
        <span class="headline">{view.headline}</span>
        <span class="lead">
          {`${view.carrier.name} `}
          <span class="digits">{view.number}</span>
        </span>
      </a>
      <Progress steps={view.steps} texts={page.progress} />
      {last && <p class="last">{[last.description, last.location].filter(Boolean).join(' · ')}</p>}
    </li>
  );
}

/** Next steps for a newcomer, in this order. */
function NextSteps({ context }: { readonly context: PageContext }) {
  const { start } = context.language.page;
  const steps = [
    { url: '/console/setup', title: start.next_setup, lead: start.next_setup_lead },
    { url: '/docs/guides/deliveries', title: start.next_own, lead: start.next_own_lead },
    { url: '/docs/guides/merchants', title: start.next_carrier, lead: start.next_carrier_lead },
    { url: '/docs', title: start.docs, lead: start.docs_lead },
    { url: context.link('/track'), title: start.search, lead: start.search_lead },
  ];
  return (
    <>
      <h2>{start.next}</h2>
      <ol class="next">
        {steps.map(({ url, title, lead }) => (
          <li key={url}>
            <a href={url}>{title}</a>
            <p class="lead">{lead}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
