import type { PageContext } from './page-context.ts';
import { CourierCard } from './parts/courier-card.tsx';
import { Layout } from './parts/layout.tsx';
import { Progress } from './track-page.tsx';
import type { CourierView } from './view/courier-view.ts';
import type { TrackView } from './view/track-view.ts';

export interface StartPageShown {
  /** Identifies the content; the script replaces the page when the version differs. */
  readonly version: string;
  /** Whether the merchant has own couriers, whose map the page links to. */
  readonly hasCouriers: boolean;
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
export function StartPage({ context, history, demos, version, hasCouriers }: StartPageProps) {
  const { start } = context.language.page;
  const courierDemo = demos.find(({ courier }) => courier !== null);
  return (
    <Layout
      context={context}
      title={start.title}
      isLookup
      sheets={['forms', 'start', 'map']}
      polling={{ version, script: context.assets.startScriptUrl }}
    >
      <div class="start">
        <h1>{start.title}</h1>
        <p class="lead">{start.lead}</p>
        <p>
          <a href="#next">{start.next}</a>
        </p>
        {history.length > 0 && (
          <>
            <h2>{start.history}</h2>
            <p class="lead">{start.history_lead}</p>
            <ul class="demos">
              {history.map((demo) => (
                <DemoCard key={demo.path} context={context} demo={demo} />
              ))}
            </ul>
            <p>
              <a href="/console/demo">{start.history_open}</a>
            </p>
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
        <Ways context={context} hasCouriers={hasCouriers} />
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
    { url: '/console', title: start.next_console, lead: start.next_console_lead },
    { url: '/console/setup', title: start.next_setup, lead: start.next_setup_lead },
    { url: '/docs/guides/deliveries', title: start.next_own, lead: start.next_own_lead },
    { url: '/docs/guides/merchants', title: start.next_carrier, lead: start.next_carrier_lead },
  ];
  return (
    <>
      <h2 id="next">{start.next}</h2>
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

function Ways({
  context,
  hasCouriers,
}: {
  readonly context: PageContext;
  readonly hasCouriers: boolean;
}) {
  const { start } = context.language.page;
  const ways = [
    { url: '/console', title: start.console, lead: start.console_lead },
    { url: '/console/hub', title: start.hub, lead: start.hub_lead },
    ...(hasCouriers
      ? [{ url: '/console/deliveries/map', title: start.map, lead: start.map_lead }]
      : []),
    { url: '/docs', title: start.docs, lead: start.docs_lead },
    { url: context.link('/track'), title: start.search, lead: start.search_lead },
  ];
  return (
    <>
      <h2>{start.ways}</h2>
      <ul class="choices ways">
        {ways.map(({ url, title, lead }) => (
          <li key={url}>
            <a href={url}>
              <span class="headline">{title}</span>
              <span class="lead">{lead}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
