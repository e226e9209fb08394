import type { CourierUpdate, CourierWatch, Driver, RouteNotice } from '../../../couriers/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import {
  createStreams,
  frame,
  type LastWords,
  type Streams,
} from '../../../reactions/live/index.ts';
import { endOfDevice, UNKNOWN_DEVICE } from '../../kit/driver-route.ts';
import { noticeJson, revisionOf } from './route-json.ts';

/** Phones that hear of changes at once. */
export interface DriverStreams extends Streams<Driver> {
  /** Ends all streams, and looks no more. */
  stop(): Promise<void>;
}

/** Two tabs, and what is left of connections that broke. */
const STREAMS_OF_DEVICE_MAX = 4;

/** What a phone is told: that its route changed, and what others did to it. */
interface RouteUpdate {
  /** Of the stream: the revision and the newest notice. */
  readonly version: string;
  readonly revision: string;
  readonly notices: readonly RouteNotice[];
}

export function createDriverStreams(options: {
  readonly watch: CourierWatch;
  readonly timers: Timers;
  readonly clock: Clock;
}): DriverStreams {
  const { watch, timers, clock } = options;
  const streams = createStreams<Driver, RouteUpdate>({
    ...{ timers, clock, streamsOfClientMax: STREAMS_OF_DEVICE_MAX, newestWins: true },
    source: {
      framesOf: routeFrames,
      watch: (driver, onUpdate) => watch.watch(driver, (update) => onUpdate(toUpdate(update))),
    },
  });
  return {
    admit: (client) => streams.admit(client),
    close: () => streams.close(),
    get count() {
      return streams.count;
    },
    async stop() {
      streams.close();
      await watch.close();
    },
  };
}

function toUpdate(update: CourierUpdate): RouteUpdate | LastWords {
  if (update.kind === 'ended') {
    const { state } = update;
    const end = state.kind === 'ended' ? endOfDevice(state) : UNKNOWN_DEVICE;
    return { lastWords: frame('ended', end.code, end) };
  }
  const { notices } = update.route;
  const revision = revisionOf(update.route);
  const newestMs = notices.reduce((newest, { atMs }) => Math.max(newest, atMs), 0);
  return { version: `${revision}.${newestMs}`, revision, notices };
}

/** Pure. */
function routeFrames(before: RouteUpdate | null, now: RouteUpdate, seen: string | null): string {
  if ((before?.version ?? seen) === now.version) return '';
  const isNew = before === null ? newSince(seen) : notAmong(before.notices);
  const notices = now.notices.filter(isNew).map(noticeJson);
  return frame('route', now.version, { revision: now.revision, notices });
}

function notAmong(known: readonly RouteNotice[]): (notice: RouteNotice) => boolean {
  const ids = new Set(known.map(({ id }) => id));
  return ({ id }) => !ids.has(id);
}

/** Who comes for the first time has asked for the route, with all that was said today. */
function newSince(seen: string | null): (notice: RouteNotice) => boolean {
  const sinceMs = Number(/\.(\d{1,16})$/.exec(seen ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
  return ({ atMs }) => atMs > sinceMs;
}
