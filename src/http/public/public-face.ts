import type { Registry } from '../../adapters/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Rate } from '../../platform/config.ts';
import type { Database } from '../../platform/database.ts';
import type { Listener } from '../../platform/listen.ts';
import type { Logger } from '../../platform/log.ts';
import type { EnvelopeSealer } from '../../platform/sealing.ts';
import {
  createFanOut,
  createLiveStreams,
  databaseNews,
  systemTimers,
  type Timers,
} from '../../reactions/live/index.ts';
import { eachPublicTrack, publicOrderParcels, publicTracksByNumber } from '../../tracking/index.ts';
import { openTrackingPages } from '../pages/tracking-pages.tsx';
import type { Route } from '../route.ts';
import { assetHandler } from './assets.ts';
import { enterHandler, robotsHandler } from './entrance.ts';
import { findHandler } from './find.ts';
import { liveHandler } from './live.ts';
import { createLookup } from './lookup.ts';
import { createRateLimiter } from './rate-limit.ts';
import { spellingsOf } from './spellings.ts';
import { trackHandler } from './track.ts';

export interface PublicFaceOptions {
  readonly db: Pick<Database, 'publicRead' | 'pipeline'>;
  readonly adapters: Registry;
  readonly sealer: EnvelopeSealer;
  readonly listener: Pick<Listener, 'on'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** What one address may look up; null: no limit. */
  readonly rate: Rate | null;
  /** How the world reaches us, without a slash at the end. */
  readonly publicUrl: () => string;
  /** `config/messages`. */
  readonly messagesFolder: string;
  readonly timers?: Timers;
}

/** Everything strangers meet: lookups, pages, live streams. */
export interface PublicFace {
  readonly routes: readonly Route[];
  /**
   * Ends the live streams, which would otherwise hold the server open. To be called before the
   * server is closed.
   */
  close(): Promise<void>;
}

/** Throws when a text or asset of the pages is broken. */
export function openPublicFace(options: PublicFaceOptions): PublicFace {
  const { db, adapters, clock, log, rate, publicUrl, sealer } = options;
  const timers = options.timers ?? systemTimers;
  const fanOut = createFanOut({
    source: databaseNews(db),
    listener: options.listener,
    timers,
    log,
  });
  const streams = createLiveStreams({ fanOut, timers, clock });
  const pages = openTrackingPages({
    messagesFolder: options.messagesFolder,
    carrier: (carrier, number) => carrierFace(adapters, carrier, number),
  });
  const lookup = createLookup({
    each: (numbers, onRow) => eachPublicTrack(db.publicRead, numbers, onRow),
    spellings: spellingsOf(adapters),
  });
  const limiter = rate === null ? null : createRateLimiter({ ...rate, clock });
  const deps = { lookup, limiter, pages, publicUrl };
  const track = trackHandler(deps);
  const live = liveHandler({ ...deps, streams });
  const orders = (orderId: string) => publicOrderParcels(db.publicRead, orderId);
  const read = (numbers: readonly string[]) => publicTracksByNumber(db.publicRead, numbers);
  const find = findHandler({ ...deps, sealer, orders, read });
  const get = (path: string, handler: Route['handler'], hot = true): Route => {
    return { method: 'GET', path, hot, handler };
  };
  return {
    routes: [
      get('/', enterHandler, false),
      get('/robots.txt', robotsHandler, false),
      get('/track', find),
      get('/track/:tracking_number', track),
      get('/track/:tracking_number/live', live),
      get('/track/:carrier/:tracking_number', track),
      get('/track/:carrier/:tracking_number/live', live),
      get('/assets/:file', assetHandler(pages.assets)),
    ],
    async close() {
      streams.close();
      await fanOut.close();
    },
  };
}

function carrierFace(adapters: Registry, carrier: string, number: string) {
  const manifest = adapters.get(carrier)?.manifest;
  if (manifest === undefined) return null;
  const url = manifest.publicTrackingUrl?.replace('{number}', () => encodeURIComponent(number));
  return { name: manifest.displayName, url: url ?? null };
}
