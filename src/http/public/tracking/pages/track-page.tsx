import { Panel } from '../../personal-link/panel/panel.tsx';
import type { PanelView } from '../../personal-link/panel/panel-view.ts';
import { ProofForm } from '../../personal-link/panel/proof-form.tsx';
import type { Sheet } from './assets.ts';
import type { PageContext } from './page-context.ts';
import { CourierCard } from './parts/courier-card.tsx';
import { Help } from './parts/help.tsx';
import { Layout } from './parts/layout.tsx';
import { Summary } from './parts/summary.tsx';
import { Timeline } from './parts/timeline.tsx';
import type { CourierView } from './view/courier-view.ts';
import type { TrackView } from './view/track-view.ts';

interface TrackPageProps {
  readonly context: PageContext;
  readonly view: TrackView;
  readonly version: string;
  /** The parcel's own path; the live stream and the forms are below it. */
  readonly path: string;
  /** The panel of a personal link; null: the public page. */
  readonly panel: PanelView | null;
  /** The courier's position; null: the reader may not see it, or there is none. */
  readonly courier: CourierView | null;
  /** Why a personal link does not work. */
  readonly brokenLink: 'expired' | 'gone' | 'other' | 'forged' | null;
  readonly canSubscribe: boolean;
}

/**
 * One parcel: state, date and progress first, then the possible actions, with the history beside or
 * below.
 */
export function TrackPage(props: TrackPageProps) {
  const { context, view, version, path, panel, courier, brokenLink, canSubscribe } = props;
  const { page } = context.language;
  const live = {
    version,
    url: view.open ? liveUrl(path, panel) : null,
    announcement: view.announcement,
  };
  const help = { context, view, path, canSubscribe, isPersonal: panel !== null };
  return (
    <Layout
      context={context}
      title={`${view.headline} · ${view.number}`}
      // No live updates while the reader corrects a form; its URL shows no parcel.
      {...(panel?.trouble ? {} : { live })}
      sheets={sheetsOf(panel !== null, courier !== null, brokenLink !== null)}
    >
      {context.style?.intro && <p class="intro">{context.style.intro}</p>}
      {brokenLink && (
        <p class="trouble" role="alert">
          {page.self[`link_${brokenLink}`]}
        </p>
      )}
      <div class="parcel" data-tone={view.tone}>
        <div class="now">
          <Summary view={view} texts={page} />
          {courier && <CourierCard context={context} courier={courier} />}
          {panel && (panel.proofs.length > 0 || panel.hasProofDocument) && (
            <ProofForm context={context} panel={panel} view={view} path={path} />
          )}
          {panel && <Panel context={context} panel={panel} view={view} path={path} />}
          <Help {...help} />
        </div>
        <Timeline days={view.days} texts={page} />
      </div>
    </Layout>
  );
}

/** With the personal link, the stream also sends the courier's position. */
function liveUrl(path: string, panel: PanelView | null): string {
  return panel === null ? `${path}/live` : `${path}/live?t=${encodeURIComponent(panel.token)}`;
}

/** Loads only the sheets needed, to keep the public page as light as possible. */
function sheetsOf(isPersonal: boolean, hasMap: boolean, hasNotice: boolean): readonly Sheet[] {
  if (isPersonal) return hasMap ? ['forms', 'panel', 'map'] : ['forms', 'panel'];
  return hasNotice ? ['forms'] : [];
}
