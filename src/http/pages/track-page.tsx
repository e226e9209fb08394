import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';
import { Summary } from './parts/summary.tsx';
import { Timeline } from './parts/timeline.tsx';
import type { TrackView } from './view/track-view.ts';

interface TrackPageProps {
  readonly context: PageContext;
  readonly view: TrackView;
  readonly version: string;
  readonly liveUrl: string;
}

/** One parcel: state, date and progress first, its history beside or below. */
export function TrackPage({ context, view, version, liveUrl }: TrackPageProps) {
  const { page } = context.language;
  const live = { version, url: view.open ? liveUrl : null, announcement: view.announcement };
  return (
    <Layout context={context} title={`${view.headline} · ${view.number}`} live={live}>
      <div class="parcel" data-tone={view.tone}>
        <Summary view={view} texts={page} />
        <Timeline days={view.days} texts={page} />
      </div>
    </Layout>
  );
}
