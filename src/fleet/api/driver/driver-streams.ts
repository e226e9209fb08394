import { z } from 'zod';
import { answerStream, lastEventId } from '../../../http/kit/event-stream.ts';
import { rawResource } from '../../../http/kit/resource.ts';
import type { Clock } from '../../../platform/clock.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import {
  createStreams,
  type FinalUpdate,
  frame,
  type Streams,
} from '../../../reactions/live/index.ts';
import type {
  CourierRoute,
  CourierUpdate,
  CourierWatch,
  Driver,
  RouteNotice,
} from '../../couriers/index.ts';
import type { AvailableDelivery } from '../../deliveries/index.ts';
import { availableJson } from '../deliveries/delivery-json.ts';
import { type DriverGate, endOfDevice, UNKNOWN_DEVICE } from './driver-route.ts';
import { noticeJson, revisionOf } from './route-json.ts';

/** Streams that send phones changes at once. */
export interface DriverStreams extends Streams<Driver> {
  /** Ends all streams, and stops watching. */
  stop(): Promise<void>;
}

/** Two tabs, plus broken connections not yet noticed. */
const STREAMS_OF_DEVICE_MAX = 4;

/** An update for a phone: its route, actions by others, and offers. */
interface DriverUpdate {
  /** Version of the stream: the revision and the newest notice. */
  readonly version: string;
  readonly revision: string;
  readonly notices: readonly RouteNotice[];
  readonly offers: readonly AvailableDelivery[];
}

/** Creates the streams that send phones changes at once. */
export function createDriverStreams(options: {
  readonly watch: CourierWatch<AvailableDelivery>;
  readonly timers: Timers;
  readonly clock: Clock;
}): DriverStreams {
  const { watch, timers, clock } = options;
  const streams = createStreams<Driver, DriverUpdate>({
    timers,
    clock,
    streamsOfClientMax: STREAMS_OF_DEVICE_MAX,
    newestWins: true,
    source: {
      framesOf: (before, now, lastId) =>
        routeFrames(before, now, lastId) + offersFrame(before?.offers ?? null, now.offers),
      watch: (driver, onUpdate) => watch.watch(driver, combineUpdates(onUpdate)),
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

/**
 * Combines updates of the route and of the offers, which arrive separately, and passes them on once
 * both are known.
 */
function combineUpdates(
  onUpdate: (update: DriverUpdate | FinalUpdate) => void,
): (update: CourierUpdate<AvailableDelivery>) => void {
  let offers: readonly AvailableDelivery[] | null = null;
  let route: Omit<DriverUpdate, 'offers'> | null = null;
  return (update) => {
    if (update.kind === 'ended') {
      const { state } = update;
      const end = state.kind === 'ended' ? endOfDevice(state) : UNKNOWN_DEVICE;
      const reason = errorText(end.reason);
      return onUpdate({ finalFrames: frame('ended', end.code, { code: end.code, reason }) });
    }
    if (update.kind === 'offers') offers = update.offers;
    else route = routeUpdate(update.route);
    if (offers !== null && route !== null) onUpdate({ ...route, offers });
  };
}

function routeUpdate(route: CourierRoute): Omit<DriverUpdate, 'offers'> {
  const { notices } = route;
  const revision = revisionOf(route);
  const newestMs = notices.reduce((newest, { atMs }) => Math.max(newest, atMs), 0);
  return { version: `${revision}.${newestMs}`, revision, notices };
}

/**
 * The event that sends the open offers; empty if they have not changed. It has no id, so that a
 * reconnecting client gets the current offers again. Pure.
 */
function offersFrame(
  before: readonly AvailableDelivery[] | null,
  now: readonly AvailableDelivery[],
): string {
  const ids = (offers: readonly AvailableDelivery[]) =>
    offers.map(({ row }) => row.shipmentId).join();
  if (before !== null && ids(before) === ids(now)) return '';
  return `event: offers\ndata: ${JSON.stringify({ offers: now.map(availableJson) })}\n\n`;
}

/**
 * The event that sends the route's new revision and the notices the phone has not received; empty
 * if nothing has changed. Pure. @param lastId the id of the last event that a reconnecting phone
 * received
 */
function routeFrames(
  before: DriverUpdate | null,
  now: DriverUpdate,
  lastId: string | null,
): string {
  if ((before?.version ?? lastId) === now.version) return '';
  const isNew = before === null ? newSince(lastId) : notAmong(before.notices);
  const notices = now.notices.filter(isNew).map(noticeJson);
  return frame('route', now.version, { revision: now.revision, notices });
}

function notAmong(known: readonly RouteNotice[]): (notice: RouteNotice) => boolean {
  const ids = new Set(known.map(({ id }) => id));
  return ({ id }) => !ids.has(id);
}

/**
 * Returns a test for the notices after the last event that a phone received. A new client, without
 * such an event, has already loaded the route with all of today's notices.
 */
function newSince(lastId: string | null): (notice: RouteNotice) => boolean {
  const sinceMs = Number(/\.(\d{1,16})$/.exec(lastId ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
  return ({ atMs }) => atMs > sinceMs;
}

/** One event of a stream, as server-sent events name its fields. */
const driverLiveEvent = z
  .object({
    id: z.string().optional().describe('For `Last-Event-ID`.'),
    event: z.enum(['route', 'offers', 'ended']).optional(),
    data: z
      .string()
      .optional()
      .describe(
        'JSON. Of `route`: `revision`, and in `notices` what of the route was not the courier’s own doing since the last event; of `offers`: `offers`, all that the courier is asked for now, as `GET /v1/driver/offers` has them; of `ended`: `code` and `reason`, as the error to a request has them.',
      ),
    retry: z.union([z.int(), z.string()]).optional().describe('Milliseconds.'),
  })
  .meta({ id: 'DriverLiveEvent' });

/** Changes of a courier's work, as server-sent events. */
export const driverUpdates = rawResource(
  { noun: 'device', tag: "Drivers' app" },
  {
    watch: {
      id: 'streamDriverUpdates',
      method: 'GET',
      path: '/driver/live',
      summary: 'Stream changes for the driver',
      description:
        'A stream of server-sent events: `route` with the revision of the route as it is, and again with each change, whoever made it; `offers` with the deliveries that are offered to the courier, at the beginning and with each change; `ended` when the key is no longer valid, and then the stream ends. Send the last id as Last-Event-ID when you reconnect: what you have is not sent. A comment every 20 seconds keeps the connection open. A device that opens more than four streams loses the oldest.',
      device: true,
      answers: {
        200: {
          description: 'The stream.',
          mediaType: 'text/event-stream',
          schema: driverLiveEvent,
        },
      },
      errors: ['overloaded'],
    },
  },
  ({ gate, streams }: { readonly gate: DriverGate; readonly streams: DriverStreams }) => ({
    async watch({ request, response, context }) {
      const driver = await gate.admit(request, context.clientIp);
      // A client that disconnected during the lookup emits no further close event.
      if (response.destroyed) return;
      answerStream(streams, response, {
        client: driver.deviceId,
        topic: driver,
        lastUpdate: lastEventId(request.headers['last-event-id']),
        fix: 'deliveries.pollRouteInstead',
      });
      const { merchantId: merchant_id, mode } = driver.tenant;
      context.log.info(
        { operation: 'streamDriverUpdates', status: 200, mode, merchant_id },
        'a phone listens',
      );
    },
  }),
);
