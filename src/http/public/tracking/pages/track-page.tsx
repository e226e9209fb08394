import { Panel } from '../../personal-link/panel/panel.tsx';
import type { PanelView } from '../../personal-link/panel/panel-view.ts';
import { ProofForm } from '../../personal-link/panel/proof-form.tsx';
import type { Sheet } from './assets.ts';
import type { PageContext } from './page-context.ts';
import { CourierCard } from './parts/courier-card.tsx';
import { Layout } from './parts/layout.tsx';
import { PickupPlace } from './parts/pickup-place.tsx';
import type { PageTexts } from './texts.ts';
import type { Arrival } from './view/arrival.ts';
import type { CourierView } from './view/courier-view.ts';
import type { Day, ShownEvent } from './view/history.ts';
import type { GlyphName, Step } from './view/progress.ts';
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
      // No live updates while the reader corrects a rejected form: the page then has the form's URL,
      // which shows no parcel.
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

interface HelpProps {
  readonly context: PageContext;
  readonly view: TrackView;
  readonly path: string;
  /** The page offers subscriptions. */
  readonly canSubscribe: boolean;
  /** The reader has a personal link, and its panel is shown elsewhere on the page. */
  readonly isPersonal: boolean;
}

/** What anyone can do about the parcel: advice, contact, subscription. Null: nothing. */
function Help({ context, view, path, canSubscribe, isPersonal }: HelpProps) {
  const { help } = context.language.page;
  const subscribe = canSubscribe && view.updates.length > 0;
  const hints = view.mayChange && !isPersonal && context.style !== null;
  if (view.advice === null && !subscribe && !hasContact(context)) return null;
  return (
    <section class="help card" aria-labelledby="help">
      <h2 id="help">{help.title}</h2>
      {view.advice !== null && <p class="word">{view.advice}</p>}
      {hints && <p class="hint">{help.more_by_link}</p>}
      <Contact context={context} />
      {subscribe && (
        <a class="ask" href={context.link(`${path}/subscribe`)}>
          {context.language.page.subscribe.title}
        </a>
      )}
    </section>
  );
}

function hasContact({ style }: PageContext): boolean {
  return style !== null && (style.supportEmail !== null || style.supportUrl !== null);
}

function Contact({ context }: { readonly context: PageContext }) {
  const { style, language } = context;
  if (style === null || !hasContact(context)) return null;
  const { help } = language.page;
  return (
    <div class="contact">
      <p>{help.questions({ shop: style.name })}</p>
      <p class="ways">
        {style.supportUrl !== null && (
          <a href={style.supportUrl} rel="noreferrer">
            {help.page}
          </a>
        )}
        {style.supportEmail !== null && (
          <a href={`mailto:${encodeURIComponent(style.supportEmail).replace('%40', '@')}`}>
            {help.write}
          </a>
        )}
      </p>
    </div>
  );
}

interface TimelineProps {
  readonly days: readonly Day[];
  readonly texts: PageTexts;
}

/** All events, newest first, in the local time of their place. */
function Timeline({ days, texts }: TimelineProps) {
  return (
    <section class="history" aria-labelledby="history">
      <h2 id="history">{texts.history.title}</h2>
      {days.length === 0 ? (
        <p class="empty">{texts.history.empty}</p>
      ) : (
        <>
          <ol class="days">
            {days.map((day) => (
              <li key={day.place}>
                <h3>
                  {day.date === null ? day.label : <time dateTime={day.date}>{day.label}</time>}
                </h3>
                <ol class="events">
                  {day.events.map((event) => (
                    <Entry key={event.place} event={event} />
                  ))}
                </ol>
              </li>
            ))}
          </ol>
          <p class="times">{texts.footer.times}</p>
        </>
      )}
    </section>
  );
}

function Entry({ event }: { readonly event: ShownEvent }) {
  return (
    <li>
      <p class="clock">
        {event.datetime === null ? (
          <span class="no-time">{event.time}</span>
        ) : (
          <time dateTime={event.datetime}>{event.time}</time>
        )}{' '}
        {event.zone && (
          <span class="zone" title={event.zoneName ?? undefined}>
            {event.zone}
          </span>
        )}
      </p>
      <p class="what">
        {event.description}
        {event.location && <span class="where">{event.location}</span>}
        {event.via && <span class="where">{event.via}</span>}
      </p>
    </li>
  );
}

interface SummaryProps {
  readonly view: TrackView;
  readonly texts: PageTexts;
}

/** The two questions a reader has, in order: where is it, and when does it arrive. */
function Summary({ view, texts }: SummaryProps) {
  return (
    <section class="summary card" aria-labelledby="headline">
      <p class="number">
        <span class="carrier">{view.carrier.name}</span>
        <span class="unseen">{`, ${texts.number} `}</span>
        <span class="digits">{view.number}</span>
      </p>
      {view.isTest && <p class="test">{texts.test_parcel}</p>}
      <div class="status">
        <Glyph name={view.glyph} />
        <h1 id="headline">{view.headline}</h1>
      </div>
      {view.reason && <p class="reason">{view.reason}</p>}
      <p class="lead">{view.lead}</p>
      {!view.confirmed && <Unconfirmed texts={texts} />}
      {view.pickup && <PickupPlace pickup={view.pickup} texts={texts} />}
      {view.arrival && <When arrival={view.arrival} />}
      <Progress steps={view.steps} texts={texts.progress} />
      <div class="foot">
        <p class="live" data-live-note hidden>
          {texts.live.on}
        </p>
        {view.carrier.url && (
          <a class="elsewhere" href={view.carrier.url} rel="noreferrer">
            {texts.carrier_link({ carrier: view.carrier.name })}
          </a>
        )}
      </div>
    </section>
  );
}

function Unconfirmed({ texts }: { readonly texts: PageTexts }) {
  return (
    <p class="unconfirmed">
      <strong>{texts.unconfirmed.title}</strong> {texts.unconfirmed.text}
    </p>
  );
}

function When({ arrival }: { readonly arrival: Arrival }) {
  return (
    <p class="arrival">
      <span class="label">{arrival.label}</span>{' '}
      <time class="day" dateTime={arrival.datetime}>
        {arrival.day}
      </time>{' '}
      {arrival.detail && <span class="window">{arrival.detail}</span>}{' '}
      {arrival.before && (
        <time
          class={arrival.before.isLate ? 'before late' : 'before'}
          dateTime={arrival.before.datetime}
        >
          {arrival.before.label}
        </time>
      )}{' '}
      {arrival.why && <span class="window why">{arrival.why}</span>}{' '}
      {arrival.source && <span class="label">{arrival.source}</span>}
    </p>
  );
}

/** Strokes on a grid of 24; the text beside them says the same in words. */
const PATHS: Readonly<Record<GlyphName, string>> = {
  parcel: 'M12 3l8 4.5v9L12 21l-8-4.5v-9L12 3zM4.3 7.7L12 12l7.7-4.3M12 12v8.8M8 5.3l8 4.5',
  vehicle:
    'M2.5 6.5h11v10h-11zM13.5 10h4l4 3.5v3h-8zM6.5 19a2 2 0 100-4 2 2 0 000 4zM17 19a2 2 0 100-4 2 2 0 000 4z',
  counter:
    'M12 21s-7-6.2-7-11.2a7 7 0 0114 0C19 14.8 12 21 12 21zM12 12.3a2.5 2.5 0 100-5 2.5 2.5 0 000 5z',
  check: 'M4.5 12.5l5 5L19.5 7',
  warning: 'M12 4L2.8 19.5h18.4L12 4zM12 10v4.5M12 17.2v.1',
  back: 'M9 6.5L4.5 11 9 15.5M5 11h9.5a5 5 0 015 5v2',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
};

function Glyph({ name }: { readonly name: GlyphName }) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

interface ProgressProps {
  readonly steps: readonly Step[];
  readonly texts: PageTexts['progress'];
}

/** The parcel's progress. Colour is never the only sign: each step states its state in words. */
export function Progress({ steps, texts }: ProgressProps) {
  return (
    <ol class="steps" aria-label={texts.title}>
      {steps.map(({ label, state }) => (
        <li key={label} class={state} aria-current={state === 'current' ? 'step' : undefined}>
          {texts[label]}
          <span class="unseen">{` (${texts[state]})`}</span>
        </li>
      ))}
    </ol>
  );
}
