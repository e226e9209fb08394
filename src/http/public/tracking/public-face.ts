import { createHash } from 'node:crypto';
import { type Registry, shipmentCarrier } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Brandings } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import type { Rate } from '../../../platform/settings/config.ts';
import { systemTimers, type Timers } from '../../../platform/work/timers.ts';
import {
  createFanOut,
  createLiveStreams,
  databaseUpdates,
  type FanOut,
} from '../../../reactions/live/index.ts';
import type { ShopViews } from '../../../shops/index.ts';
import {
  eachPublicTrack,
  publicOrderParcels,
  publicTracksByNumber,
} from '../../../tracking/ports/public-tracks.ts';
import { sendFile } from '../../kit/compressed.ts';
import { createRateLimiter } from '../../kit/rate-limit.ts';
import type { Handler, Route } from '../../kit/route.ts';
import type { MapSetting } from '../../maps/map-assets.ts';
import type { PersonalDeps } from '../personal-link/personal-page.ts';
import { photoRoute } from '../personal-link/photo-route.ts';
import { proofRoute } from '../personal-link/proof-route.ts';
import { deliveryRequestRoutes } from '../personal-link/request-routes.ts';
import { isFresh } from './answers.ts';
import { createBrandStyles } from './brand-styles.ts';
import { enterHandler, robotsHandler, type StartShown } from './entrance.ts';
import { findHandler } from './find.ts';
import { liveHandler } from './live.ts';
import { createLookup } from './lookup.ts';
import type { PageAssets } from './pages/assets.ts';
import { openTrackingPages } from './pages/tracking-pages.tsx';
import type { RecipientsView } from './recipients-view.ts';
import { pastedSpellings, spellingsOf } from './spellings.ts';
import { type EnterCode, type OffersOf, type Subscribe, subscribeRoutes } from './subscribe.ts';
import { trackHandler } from './track.ts';
import { admits, sendPage, type VisitorDeps, visitOf } from './visitor.ts';

export interface PublicFaceOptions {
  readonly db: Pick<Database, 'publicRead' | 'pipeline'>;
  readonly adapters: Registry;
  readonly sealer: EnvelopeSealer;
  readonly listener: Pick<Listener, 'on'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lookups one client address may make; null: no limit. */
  readonly rate: Rate | null;
  /** The hub's public URL, without a trailing slash. */
  readonly publicUrl: () => string;
  /** How long shared caches may store a parcel when they are notified of changes. */
  readonly sharedMaxAgeS?: number;
  /** When a carrier's deliveries end, such as `21:00`; absent: unknown. */
  readonly lastDelivery?: (carrier: string) => string;
  /** Merchants' branding; absent: every page is neutral. */
  readonly brandings?: Pick<Brandings, 'brandingOf'>;
  /** How the shop of a parcel appears; absent: as its merchant. */
  readonly brandOf?: ShopViews['brandOf'];
  /** Use cases behind personal links; absent: no personal links. */
  readonly personal?: Pick<
    PersonalDeps,
    'keyring' | 'tracking' | 'proofs' | 'service' | 'orderOf' | 'wait'
  >;
  /** Positions of couriers for holders of a personal link; absent: no own couriers. */
  readonly locations?: RecipientsView | undefined;
  /** The configured map; absent: none. */
  readonly map?: MapSetting | null;
  /** Subscribes to messages about a parcel; absent: pages do not offer it. */
  readonly subscribe?: Subscribe;
  /** Checks the code from an SMS; absent: SMS subscriptions are confirmed by their link. */
  readonly enterCode?: EnterCode;
  /** Channels besides email; absent: email only. */
  readonly offersOf?: OffersOf;
  /**
   * The start page at `/` for the person who started the hub; absent: `/` is the same for
   * everybody.
   */
  readonly start?: StartShown;
  readonly timers?: Timers;
}

/** Everything open to the public: lookups, pages, live streams. */
export interface PublicFace {
  readonly routes: readonly Route[];
  /** Reports changes of parcels. */
  readonly fanOut: Pick<FanOut, 'watch'>;
  /** For browsers at a URL that leads to nothing. */
  readonly notFoundPage: Handler;
  /**
   * Ends the live streams, which would otherwise keep the server open. Call it before closing the
   * server.
   */
  close(): Promise<void>;
}

/** Throws when a text or asset of the pages is broken. */
export function openPublicFace(options: PublicFaceOptions): PublicFace {
  const { db, adapters, clock, log, rate, publicUrl, sealer } = options;
  const timers = options.timers ?? systemTimers;
  const fanOut = createFanOut({
    source: databaseUpdates(db),
    listener: options.listener,
    timers,
    log,
  });
  const streams = createLiveStreams({ fanOut, timers, clock });
  const pages = openTrackingPages({
    map: options.map,
    carrier: (carrier, number) => carrierFace(adapters, carrier, number),
  });
  const lookup = createLookup({
    each: (numbers, onRow) => eachPublicTrack(db.publicRead, numbers, onRow),
    spellings: spellingsOf(adapters),
  });
  const limiter = rate === null ? null : createRateLimiter({ name: 'public', ...rate, clock });
  const sharedMaxAgeS = options.sharedMaxAgeS ?? null;
  const styles = createBrandStyles({ brandings: options.brandings, log });
  const { subscribe, enterCode, offersOf } = options;
  const canSubscribe = subscribe !== undefined;
  const lastDelivery = options.lastDelivery ?? (() => null);
  const visitors = { lookup, limiter, pages, clock, lastDelivery, publicUrl };
  const deps = { ...visitors, sharedMaxAgeS, styles, canSubscribe };
  const personal: PersonalDeps | null =
    options.personal === undefined
      ? null
      : {
          ...options.personal,
          clock,
          log,
          spellings: spellingsOf(adapters),
          locations: options.locations,
        };
  const track = trackHandler({ ...deps, personal, brandOf: options.brandOf });
  const live = liveHandler({ ...deps, streams, personal, locations: options.locations });
  const orders = (names: readonly string[], shop: string | null) =>
    publicOrderParcels(db.publicRead, names, shop);
  const read = (numbers: readonly string[]) => publicTracksByNumber(db.publicRead, numbers);
  const pasted = pastedSpellings(adapters);
  const find = findHandler({ ...deps, sealer, orders, read, pasted });
  const get = (path: string, handler: Route['handler'], hot = true): Route => {
    return { method: 'GET', path, hot, handler };
  };
  return {
    fanOut,
    routes: [
      get('/', enterHandler({ ...deps, personal }, options.start ?? null), false),
      get('/robots.txt', robotsHandler, false),
      get('/favicon.ico', faviconHandler(pages.assets), false),
      get('/track', find),
      get('/track/:tracking_number', track),
      get('/track/:tracking_number/live', live),
      get('/track/:carrier/:tracking_number', track),
      get('/track/:carrier/:tracking_number/live', live),
      get('/assets/:file', assetHandler(pages.assets)),
      ...widgetRoutes(deps),
      ...(personal === null ? [] : deliveryRequestRoutes({ ...deps, personal })),
      ...(personal === null ? [] : [proofRoute({ ...deps, personal })]),
      ...(personal === null ? [] : [photoRoute({ ...deps, personal })]),
      ...(subscribe === undefined ? [] : subscribeRoutes(deps, { subscribe, enterCode, offersOf })),
    ],
    async notFoundPage(request, response, context) {
      const visit = { ...visitOf(request, response, context), json: false };
      if (!admits(deps, visit)) return;
      sendPage(deps, visit, { status: 404 }, (page) => pages.nowhere(page));
    },
    async close() {
      streams.close();
      await fanOut.close();
    },
  };
}

function carrierFace(adapters: Registry, carrier: string, number: string) {
  const known = shipmentCarrier(adapters, carrier);
  if (known === undefined) return null;
  const { displayName: name, publicTrackingUrl, role } = known.manifest;
  const url = publicTrackingUrl?.replace('{number}', () => encodeURIComponent(number));
  const bridgeName = (bridge: string) => adapters.get(bridge)?.manifest.displayName ?? bridge;
  return { name, url: url ?? null, isOwn: role === 'own', bridgeName };
}

/** The name has no hash, so browsers may show an old icon for up to a day. */
const FAVICON_CACHE = 'public, max-age=86400';

/** `GET /favicon.ico`, which browsers request without being asked to by the page. */
function faviconHandler({ favicon }: Pick<PageAssets, 'favicon'>): Handler {
  const headers = { 'content-type': favicon.contentType, 'cache-control': FAVICON_CACHE };
  return (request, response) => sendFile(request, response, headers, favicon.body);
}

/**
 * `GET /assets/:file`: scripts and icons of the pages, cacheable for ever because their names
 * contain a hash.
 */
function assetHandler({ files }: Pick<PageAssets, 'files'>): Handler {
  return async (request, response, { params }) => {
    const file = files.get(params['file'] ?? '');
    if (file === undefined) throw new Problem('not_found', 'values.noSuchFile');
    const headers = {
      'content-type': file.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      ...(file.scope === undefined ? {} : { 'service-worker-allowed': file.scope }),
      ...(file.policy === undefined ? {} : { 'content-security-policy': file.policy }),
    };
    await sendFile(request, response, headers, file.body);
  };
}

/** Shops embed a URL without a hash, so they may see an old version for up to an hour. */
const MAX_AGE_S = 3_600;

/** `/widget.js`, the lookup for shops' own pages, and `/widget`, its documentation. */
function widgetRoutes(deps: VisitorDeps): readonly Route[] {
  const body = deps.pages.assets.widget;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

  const script: Handler = async (request, response) => {
    const headers = {
      'cache-control': `public, max-age=${MAX_AGE_S}`,
      // Pages of other sites load it, including pages with CORS or cross-origin isolation.
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      // Weak: shared by all encodings.
      etag: `W/${etag}`,
    };
    if (isFresh(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const type = { 'content-type': 'text/javascript; charset=utf-8' };
    await sendFile(request, response, { ...headers, ...type }, body);
  };

  const page: Handler = async (request, response, context) => {
    const visit = { ...visitOf(request, response, context), json: false };
    if (!admits(deps, visit)) return;
    sendPage(deps, visit, { status: 200 }, (at) =>
      deps.pages.widget({ ...at, language: 'en' }, deps.publicUrl()),
    );
  };

  return [
    { method: 'GET', path: '/widget.js', hot: true, handler: script },
    { method: 'GET', path: '/widget', hot: false, handler: page },
  ];
}
