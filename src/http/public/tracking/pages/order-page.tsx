import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';
import type { TrackView } from './view/track-view.ts';

interface OrderPageProps {
  readonly context: PageContext;
  /** Null: the parcels are of several numbers that the reader entered. */
  readonly order: string | null;
  readonly parcels: readonly { readonly view: TrackView; readonly path: string }[];
}

/** The parcels of one order, or of several numbers, one line each, linked to their pages. */
export function OrderPage({ context, order, parcels }: OrderPageProps) {
  const texts = context.language.page.order;
  const count = String(parcels.length);
  const title = order === null ? texts.several({ count }) : texts.title({ order });
  const lead = parcels.length === 1 ? texts.lead_one : texts.lead_many({ count });
  return (
    <Layout context={context} title={title}>
      <div class="plain">
        <h1>{title}</h1>
        {order !== null && <p class="lead">{lead}</p>}
        <ul class="choices">
          {parcels.map(({ view, path }) => (
            <li key={path} data-tone={view.tone}>
              <a href={context.link(path)}>
                <span class="headline">{view.headline}</span>
                {view.arrival && (
                  <span class="lead">
                    {`${view.arrival.label} `}
                    <time dateTime={view.arrival.datetime}>{view.arrival.day}</time>
                  </span>
                )}
                <span class="lead">
                  {`${view.carrier.name} `}
                  <span class="digits">{view.number}</span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </Layout>
  );
}
