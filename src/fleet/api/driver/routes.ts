import type { IncomingMessage } from 'node:http';
import { SENT_AT_HEADER } from '../../../http/api/scans/schema.ts';
import { pickLanguage } from '../../../http/kit/negotiation.ts';
import { clockOffsetMs, correctionMs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import { LANGUAGES, languageOf } from '../../../platform/messages/languages.ts';
import {
  type CourierRoute,
  type Couriers,
  DEPOT_RADIUS_M,
  type DepotOf,
  type Devices,
  DRIVER_EVENTS_MAX,
  depotHint,
  isAtDepot,
  StillRecording,
  type Work,
} from '../../couriers/index.ts';
import type { Positions } from '../../positions/index.ts';
import { courierJson } from '../couriers/courier-json.ts';
import { shiftChange, workChange } from '../couriers/read-courier.ts';
import { courierOrThrow } from '../couriers/routes.ts';
import { deviceResource } from './driver-route.ts';
import { driverEvents, driverResults } from './event-schema.ts';
import { namesOf, readEvent, resultJson } from './read-events.ts';
import { routeJson } from './route-json.ts';
import { driverRoute } from './route-schema.ts';
import { driverPhone, driverShift, driverShiftAnswer } from './schema.ts';

interface DepotDeps {
  readonly depotOf: DepotOf;
  readonly positions: Pick<Positions, 'places'>;
}

/** Older positions do not show where the courier is now. */
const PLACE_AGE_MS_MAX = 300_000;

/**
 * The courier's building as JSON, with whether the courier is there and the actions allowed next.
 */
async function depotJson(
  { depotOf, positions }: DepotDeps,
  tenant: Tenant,
  { courier, stops }: CourierRoute,
  nowMs: number,
) {
  const depot = courier.homeFacility === null ? null : await depotOf(tenant, courier.homeFacility);
  if (depot === null) return null;
  const found = courier.onShift
    ? await positions.places.find(tenant, [courier.id]).catch(() => null)
    : null;
  const place = found?.get(courier.id)?.position;
  const isKnown = place !== undefined && nowMs - place.atMs <= PLACE_AGE_MS_MAX;
  const isThere = isKnown ? isAtDepot(null, place, depot) : null;
  const isDone = (stop: CourierRoute['stops'][number]) =>
    stop.parcels.every(({ state }) => state === 'done');
  const work = {
    holds: courier.holds,
    toLoad: courier.assigned - courier.holds,
    doneToday: stops.filter(isDone).length,
  };
  return {
    facility_code: depot.code,
    name: depot.name,
    lat: depot.lat,
    lng: depot.lng,
    radius_m: DEPOT_RADIUS_M,
    is_there: isThere,
    hint: isThere === true ? depotHint(work) : null,
  };
}

interface DriverRoutesDeps extends DepotDeps {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly work: Work;
  readonly clock: Clock;
}

/** Seconds after which a phone resends a queue that could not be stored. */
const RETRY_AFTER_S = 5;
/** No phone is offline for longer. */
const REPORT_DELAY_MS_MAX = 7 * 86_400_000;

/** Everything a courier's phone may do: all about its own courier, and nothing else. */
export const driverWork = deviceResource(
  { noun: 'device', tag: "Drivers' app" },
  {
    shift: {
      id: 'setDriverShift',
      method: 'POST',
      path: '/driver/shift',
      summary: 'Start, pause or end the shift',
      description: 'With `paused`, a running shift is paused or goes on, and nothing else changes.',
      device: true,
      headers: {
        'Waybill-Sent-At': "What the device's clock shows. Its offset is taken off `at`.",
      },
      body: driverShift,
      answers: { 200: { description: 'As it is now.', schema: driverShiftAnswer } },
      example: {
        shift: 'on',
        shift_ends_at: '2026-03-10T18:00:00+01:00',
        at: '2026-03-10T07:30:00+01:00',
      },
    },
    route: {
      id: 'getDriverRoute',
      method: 'GET',
      path: '/driver/route',
      summary: "Get today's stops in order",
      description:
        'First what the merchant put on the list, in its order; then what was loaded without being on it, the last first, because what went into the van last comes out first. What is done today stays at its place.',
      device: true,
      answers: { 200: { description: 'The route.', schema: driverRoute } },
    },
    events: {
      id: 'sendDriverEvents',
      method: 'POST',
      path: '/driver/events',
      summary: `Send up to ${DRIVER_EVENTS_MAX} scans, statuses and notes`,
      description:
        'Oldest first. Answered once they are on disk, with a result for each in the same order. An id that came before changes nothing. A scan is a fact and is refused only for its form and for who has the parcel; a status is a command and obeys the table. Times in the future are corrected, never refused.',
      device: true,
      headers: {
        [SENT_AT_HEADER]:
          "The device's own time at sending, ISO 8601 with an offset. If its clock is wrong, the times of the events are corrected by as much.",
      },
      body: driverEvents,
      answers: { 200: { description: 'A result for each event.', schema: driverResults } },
      errors: ['overloaded'],
      example: [
        {
          id: '5f0c2f5e-6f1c-4a53-9a3b-0d8f5a1b2c3d',
          type: 'scan',
          at: '2026-03-10T08:02:11+01:00',
          tracking_number: 'WB31415926535897',
          code: 'LOAD',
        },
      ],
    },
    phone: {
      id: 'reportDriverPhone',
      method: 'POST',
      path: '/driver/phone',
      summary: "Report a phone's location settings",
      description:
        'The dispatcher sees it until the next position comes. Send it when the phone cannot or may not tell where it is any more, and when it can again.',
      device: true,
      body: driverPhone,
      answers: { 204: { description: 'Kept.' } },
      example: { location: 'off', battery: 12 },
    },
  },
  (deps: DriverRoutesDeps) => {
    const { couriers, devices, work, clock } = deps;
    return {
      route: async ({ driver, request }) => {
        const route = await work.route(driver.tenant, driver.courierId);
        if (route === null) throw courierRemoved();
        const accepted = request.headers['accept-language'];
        const language = languageOf(pickLanguage(null, accepted, LANGUAGES)) ?? LANGUAGES[0];
        const depot = await depotJson(deps, driver.tenant, route, clock.nowMs());
        return { status: 200, body: { ...routeJson(route, clock.nowMs(), language), depot } };
      },
      shift: async ({ driver, body, request }) => {
        const nowMs = clock.nowMs();
        const { tenant, courierId } = driver;
        const at = body.at === undefined ? {} : { atMs: reportedMs(body.at, request, nowMs) };
        // A pause that is sent late never starts a shift that ended meanwhile.
        const change =
          body.paused === undefined
            ? { ...shiftChange(body), ...at }
            : workChange({ paused: body.paused });
        const changed = await couriers.change(tenant, courierId, {}, change);
        const now = changed.kind === 'off_shift' ? await couriers.find(tenant, courierId) : null;
        return { status: 200, body: { courier: courierJson(now ?? courierOrThrow(changed)) } };
      },
      phone: async ({ driver, body }) => {
        await devices.note(driver, { location: body.location, battery: body.battery ?? null });
        return { status: 204 };
      },
      events: async ({ driver, body, request, context }) => {
        const offsetMs = offsetOf(request, clock.nowMs());
        const result = await work.events
          .take(driver, body.map(readEvent), offsetMs)
          .catch((err: unknown) => {
            if (!(err instanceof StillRecording)) {
              context.log.warn({ err }, 'events of a device could not be stored');
            }
            throw new Problem('overloaded', 'deliveries.eventsPartlyStored', {
              retryAfterS: RETRY_AFTER_S,
              fix: 'deliveries.resendSameEvents',
            });
          });
        const nameOf = await namesOf(couriers)(driver, result.results);
        const results = result.results.map((result) => resultJson(result, nameOf));
        return { status: 200, body: { clock_offset_ms: result.clockOffsetMs, results } };
      },
    };
  },
);

/**
 * When an event happened that a phone reports later: its own time, corrected by the error of the
 * phone's clock, never in the future and at most seven days ago. Epoch ms.
 */
function reportedMs(at: string, request: IncomingMessage, nowMs: number): number {
  const offsetMs = offsetOf(request, nowMs);
  const correctedMs = Date.parse(at) - (offsetMs === null ? 0 : correctionMs(offsetMs));
  return Math.min(nowMs, Math.max(nowMs - REPORT_DELAY_MS_MAX, Math.round(correctedMs)));
}

function courierRemoved(): Problem {
  return new Problem('unauthenticated', 'deliveries.courierRemoved');
}

/**
 * How far the phone's clock is ahead, in ms, or null if it sent no readable time: a wrong clock
 * must not block the phone's queue.
 */
function offsetOf(request: IncomingMessage, nowMs: number): number | null {
  const sentAt = request.headers[SENT_AT_HEADER.toLowerCase()];
  return sentAt === undefined ? null : clockOffsetMs(String(sentAt), nowMs);
}
