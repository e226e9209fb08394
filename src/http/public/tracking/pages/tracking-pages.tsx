import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { textFilesOf } from '../../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../../platform/messages/languages.ts';
import type { PublicTrack } from '../../../../tracking/ports/public-tracks.ts';
import type { MapSetting } from '../../../maps/map-assets.ts';
import { type PanelInput, panelView } from '../../personal-link/panel/panel-view.ts';
import { loadPageAssets, type PageAssets } from './assets.ts';
import { FindPage, WhichShopPage } from './find-pages.tsx';
import { ChoicesPage, NoticePage } from './notice-pages.tsx';
import { OrderPage } from './order-page.tsx';
import { type Outcome, OutcomePage } from './outcome-page.tsx';
import { type PlaceOfPage, pageContext } from './page-context.ts';
import { StartPage, type StartPageShown } from './start-page.tsx';
import { type Language, loadLanguages } from './texts.ts';
import { TrackPage } from './track-page.tsx';
import { type Due, NOT_DUE } from './view/arrival.ts';
import { type CourierSpot, courierView } from './view/courier-view.ts';
import { type CarrierFace, type TrackView, trackView } from './view/track-view.ts';
import { type WallClockFormats, wallClockFormats } from './view/wall-clock.ts';
import { WidgetPage } from './widget-page.tsx';

export { dueAt } from './view/arrival.ts';

/** The URL of a page and the requested language. */
export interface PageRequest extends PlaceOfPage {
  readonly language: string;
}

/** The parcels on the start page: some of the demo history, and those that move as one watches. */
interface StartTracks {
  readonly history: readonly TrackOnPage[];
  readonly demos: readonly TrackOnPage[];
}

/**
 * The public pages as complete HTML documents. Rendering reads no clock: same input, same bytes.
 */
export interface TrackingPages {
  /** Available languages, the fallback first. */
  readonly languages: readonly string[];
  /** Changes with the texts, assets, markup and style: part of every entity tag. */
  readonly revision: string;
  readonly assets: PageAssets;
  /**
   * Returns the page's bytes, because most of them are the style sheet, which is encoded once.
   * @param version identifies the content, as in the event stream.
   */
  track(
    request: PageRequest,
    track: PublicTrack,
    version: string,
    more?: Partial<TrackPageMore>,
  ): Buffer;
  /** A short confirmation of an action, with a link back to the parcel. */
  outcome(request: PageRequest, outcome: Outcome, parcel: PublicParcel): string;
  carrierChoices(request: PageRequest, number: string, carriers: readonly string[]): string;
  whichShop(request: PageRequest, order: string): string;
  order(request: PageRequest, order: string, tracks: readonly TrackOnPage[]): string;
  /** Parcels whose numbers the reader entered together. */
  parcels(request: PageRequest, tracks: readonly TrackOnPage[]): string;
  find(request: PageRequest): string;
  /** For the person who started the hub. */
  start(request: PageRequest, tracks: StartTracks, shown: StartPageShown): string;
  numberNotFound(request: PageRequest, number: string): string;
  orderNotFound(request: PageRequest, order: string): string;
  /** For a URL that leads to nothing. */
  nowhere(request: PageRequest): string;
  tooMany(request: PageRequest, waitS: number): string;
  /** How to embed the lookup widget in a shop's page. */
  widget(request: PageRequest, publicUrl: string): string;
}

export interface TrackOnPage {
  readonly track: PublicTrack;
  /** From `dueAt`: pages read no clock. */
  readonly due?: Due;
  /** Token that opens the recipient's own page. */
  readonly token?: string;
  /** The courier's position, where it may be shown. */
  readonly courier?: CourierSpot | null;
}

export interface PublicParcel {
  readonly carrier: string;
  readonly number: string;
}

export interface TrackPageMore {
  /** The panel of a personal link; null: the public page. */
  readonly panel: PanelInput | null;
  /** The courier's position; null: not to be shown. */
  readonly courier: CourierSpot | null;
  /** Why a personal link does not work. */
  readonly brokenLink: 'expired' | 'gone' | 'other' | 'forged' | null;
  readonly canSubscribe: boolean;
  /** From `dueAt`: pages read no clock. */
  readonly due: Due;
  /** The parcel is in test mode. */
  readonly isTest: boolean;
}

export interface TrackingPagesOptions {
  /** The configured map; absent: none. */
  readonly map?: MapSetting | null | undefined;
  /** Null for a carrier that is no longer installed. */
  readonly carrier: (carrier: string, number: string) => CarrierFace | null;
}

/** Reads texts and assets once. Throws when one is broken: they ship with the code. */
export function openTrackingPages(options: TrackingPagesOptions): TrackingPages {
  const renderer = new PageRenderer(options);
  const notice = (request: PageRequest, rest: Omit<Parameters<typeof NoticePage>[0], 'context'>) =>
    document(<NoticePage context={renderer.context(request)} {...rest} />);
  return {
    languages: renderer.languages,
    revision: renderer.revision,
    assets: renderer.assets,
    track: (request, track, version, more = {}) => renderer.track(request, track, version, more),
    outcome: (request, outcome, parcel) => renderer.outcome(request, outcome, parcel),
    carrierChoices: (request, number, carriers) =>
      renderer.carrierChoices(request, number, carriers),
    order: (request, order, tracks) => renderer.order(request, order, tracks),
    parcels: (request, tracks) => renderer.order(request, null, tracks),
    start: (request, tracks, shown) => renderer.start(request, tracks, shown),
    whichShop: (request, order) =>
      document(<WhichShopPage context={renderer.context(request)} order={order} />),
    find: (request) => document(<FindPage context={renderer.context(request)} />),
    widget: (request, publicUrl) =>
      document(<WidgetPage context={renderer.context(request)} publicUrl={publicUrl} />),
    numberNotFound: (request, number) => notice(request, { notice: 'not_found', number }),
    // Its own URL is no page, so its links to other languages lead to the lookup.
    nowhere: (request) => notice({ ...request, home: '/track' }, { notice: 'nowhere' }),
    orderNotFound(request, order) {
      const merchant = request.query.get('merchant') ?? undefined;
      const query = { order, ...(merchant === undefined ? {} : { merchant }) };
      return notice(request, { notice: 'no_order', ...query });
    },
    tooMany: (request, waitS) => notice(request, { notice: 'too_many', waitS }),
  };
}

interface PreparedLanguage {
  readonly language: Language;
  readonly formats: WallClockFormats;
}

const CSS_SLOT = 'css';
/** Texts from outside cannot contain it, because they are escaped. */
const CSS_ELEMENT = `<style>${CSS_SLOT}</style>`;

/** Holds texts, assets and carrier names, and the pages that need more of them than a context. */
class PageRenderer {
  readonly assets: PageAssets;
  /** With `CSS_SLOT` for the style sheet. */
  readonly #slotted: PageAssets;
  readonly #css: Buffer;
  readonly #options: TrackingPagesOptions;
  readonly #languages: ReadonlyMap<string, Language>;
  readonly #prepared: ReadonlyMap<string, PreparedLanguage>;

  constructor(options: TrackingPagesOptions) {
    this.#options = options;
    this.assets = loadPageAssets(options.map ?? null);
    this.#slotted = { ...this.assets, css: CSS_SLOT };
    this.#css = Buffer.from(this.assets.css);
    this.#languages = loadLanguages();
    this.#prepared = new Map(
      [...this.#languages].map(([name, language]) => [
        name,
        { language, formats: wallClockFormats(language.page.locale) },
      ]),
    );
  }

  get languages(): readonly string[] {
    return [...this.#languages.keys()];
  }

  get revision(): string {
    return revisionOf(this.assets, [...this.#languages.values()]);
  }

  context(request: PageRequest) {
    const all = [...this.#languages.values()];
    return pageContext(this.#prepare(request.language).language, all, this.assets, request);
  }

  track(
    request: PageRequest,
    track: PublicTrack,
    version: string,
    more: Partial<TrackPageMore>,
  ): Buffer {
    const context = { ...this.context(request), assets: this.#slotted };
    const view = this.#view(request, track, more);
    const { formats } = this.#prepare(request.language);
    const shopName = context.style?.name ?? context.language.page.help.the_shop;
    const words = { page: context.language.page, formats, carrierName: view.carrier.name };
    const { panel = null, courier = null, brokenLink = null, canSubscribe = false } = more;
    const html = document(
      <TrackPage
        context={context}
        view={view}
        version={version}
        path={trackPath(track.carrier, track.tracking_number)}
        courier={courier && courierView(courier, track, context.language.page, formats)}
        panel={panel && panelView(panel, { ...words, shopName })}
        brokenLink={brokenLink}
        canSubscribe={canSubscribe}
      />,
    );
    const at = html.indexOf(CSS_ELEMENT) + CSS_ELEMENT.indexOf(CSS_SLOT);
    const rest = html.slice(at + CSS_SLOT.length);
    return Buffer.concat([Buffer.from(html.slice(0, at)), this.#css, Buffer.from(rest)]);
  }

  outcome(request: PageRequest, outcome: Outcome, { carrier, number }: PublicParcel): string {
    const path = trackPath(carrier, number);
    return document(<OutcomePage context={this.context(request)} outcome={outcome} path={path} />);
  }

  carrierChoices(request: PageRequest, number: string, carriers: readonly string[]): string {
    const context = this.context(request);
    const { choices } = context.language.page;
    const offered = carriers.map((carrier) => ({
      name: this.#face(context.language, carrier, number).name,
      url: context.link(trackPath(carrier, number)),
    }));
    const lead = choices.lead({ number });
    const page = { context, title: choices.title, lead, choices: offered };
    return document(<ChoicesPage {...page} />);
  }

  order(request: PageRequest, order: string | null, tracks: readonly TrackOnPage[]): string {
    const views = tracks.map(({ track, due = NOT_DUE }) => ({
      view: this.#view(request, track, { due }),
      path: trackPath(track.carrier, track.tracking_number),
    }));
    return document(<OrderPage context={this.context(request)} order={order} parcels={views} />);
  }

  start(request: PageRequest, { history, demos }: StartTracks, shown: StartPageShown): string {
    const { language, formats } = this.#prepare(request.language);
    const demoOf = ({ track, token, courier = null, due = NOT_DUE }: TrackOnPage) => {
      const path = trackPath(track.carrier, track.tracking_number);
      return {
        view: this.#view(request, track, { due, isTest: true }),
        path: token === undefined ? path : `${path}?t=${encodeURIComponent(token)}`,
        courier: courier && courierView(courier, track, language.page, formats),
      };
    };
    return document(
      <StartPage
        context={this.context(request)}
        {...shown}
        history={history.map(demoOf)}
        demos={demos.map(demoOf)}
      />,
    );
  }

  /** Falls back to the first language when the requested one does not exist. */
  #prepare(name: string): PreparedLanguage {
    const [first = ''] = this.#prepared.keys();
    const found = this.#prepared.get(name) ?? this.#prepared.get(first);
    if (found === undefined) throw new Error('there are no page texts');
    return found;
  }

  #view(
    request: PageRequest,
    track: PublicTrack,
    { due = NOT_DUE, isTest = false, panel = null }: Partial<TrackPageMore>,
  ): TrackView {
    const { language, formats } = this.#prepare(request.language);
    const pickup = panel?.offers?.pickup;
    const face = this.#face(language, track.carrier, track.tracking_number);
    return trackView(track, face, language, formats, {
      due,
      isTest,
      pickup,
    });
  }

  /** Real carriers have one name everywhere; the merchant's own couriers have one per language. */
  #face({ page }: Language, carrier: string, number: string): CarrierFace {
    const face = this.#options.carrier(carrier, number) ?? { name: carrier, url: null };
    return face.isOwn ? { ...face, name: page.own_couriers } : face;
  }
}

/**
 * The parcel's own path. It includes the carrier, so it stays unique when another carrier has the
 * number too.
 */
export function trackPath(carrier: string, number: string): string {
  return `/track/${encodeURIComponent(carrier)}/${encodeURIComponent(number)}`;
}

function document(page: VNode): string {
  return `<!doctype html>${renderToString(page)}`;
}

function revisionOf(assets: PageAssets, languages: readonly Language[]): string {
  const content = JSON.stringify([
    MARKUP_REVISION,
    assets.revision,
    LANGUAGES.map(textFilesOf),
    languages,
  ]);
  return createHash('sha256').update(content).digest('hex').slice(0, 8);
}

/** Raise this when markup changes in a way that caches must not miss. */
const MARKUP_REVISION = 6;
