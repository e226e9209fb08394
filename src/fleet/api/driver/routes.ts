import type { IncomingMessage } from 'node:http';
import { SENT_AT_HEADER } from '../../../http/api/scans/results.ts';
import { pickLanguage } from '../../../http/kit/negotiation.ts';
import type { Route } from '../../../http/kit/route.ts';
import { clockOffsetMs, correctionMs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import { LANGUAGES, languageOf } from '../../../platform/messages/languages.ts';
import type { ProofDeps } from '../../../tracking/index.ts';
import { type Couriers, type Devices, StillRecording, type Work } from '../../couriers/index.ts';
import { courierJson } from '../couriers/courier-json.ts';
import { shiftChange } from '../couriers/read-courier.ts';
import { done } from '../couriers/routes.ts';
import { type DepotDeps, depotJson } from './depot-json.ts';
import { type DriverGate, driverRoute } from './driver-route.ts';
import type { DriverStreams } from './driver-streams.ts';
import { enrolRoute } from './enrol-route.ts';
import { driverLiveRoute } from './live-route.ts';
import {
  driverEventsOperation,
  driverPhoneOperation,
  driverRouteOperation,
  driverShiftOperation,
} from './operations.ts';
import { driverProofRoute } from './proof-route.ts';
import { namesOf, readEvent, resultJson } from './read-events.ts';
import { routeJson } from './route-json.ts';

export interface DriverRoutesDeps extends DepotDeps {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly work: Work;
  readonly streams: DriverStreams;
  readonly gate: DriverGate;
  readonly clock: Clock;
  readonly proving: ProofDeps;
}

/** Seconds after which a phone resends a queue that could not be stored. */
const RETRY_AFTER_S = 5;
/** No phone is offline for longer. */
const REPORT_DELAY_MS_MAX = 7 * 86_400_000;

/** Everything a courier's phone may do: all about its own courier, and nothing else. */
export function driverRoutes(deps: DriverRoutesDeps): readonly Route[] {
  const { couriers, devices, work, clock, gate } = deps;
  return [
    enrolRoute(devices, clock),
    driverProofRoute(gate, deps.proving),
    driverLiveRoute(gate, deps.streams),
    driverRoute(gate, driverRouteOperation, async ({ driver, request }) => {
      const route = await work.route(driver.tenant, driver.courierId);
      if (route === null) throw gone();
      const accepted = request.headers['accept-language'];
      const language = languageOf(pickLanguage(null, accepted, LANGUAGES)) ?? LANGUAGES[0];
      const depot = await depotJson(deps, driver.tenant, route, clock.nowMs());
      return { status: 200, body: { ...routeJson(route, clock.nowMs(), language), depot } };
    }),
    driverRoute(gate, driverShiftOperation, async ({ driver, body, request }) => {
      const nowMs = clock.nowMs();
      const at = body.at === undefined ? {} : { atMs: reportedMs(body.at, request, nowMs) };
      const change = { ...shiftChange(body), ...at };
      const changed = await couriers.change(driver.tenant, driver.courierId, {}, change);
      return { status: 200, body: { courier: courierJson(done(changed)) } };
    }),
    driverRoute(gate, driverPhoneOperation, async ({ driver, body }) => {
      await devices.note(driver, { location: body.location, battery: body.battery ?? null });
      return { status: 204 };
    }),
    driverRoute(gate, driverEventsOperation, async ({ driver, body, request, context }) => {
      const offsetMs = offsetOf(request, clock.nowMs());
      const result = await work.events
        .take(driver, body.map(readEvent), offsetMs)
        .catch((err: unknown) => {
          if (!(err instanceof StillRecording)) {
            context.log.warn({ err }, 'events of a device could not be stored');
          }
          throw new Problem('overloaded', 'deliveries.notAllEventsCould', {
            retryAfterS: RETRY_AFTER_S,
            fix: 'deliveries.sendSameEventsAgain',
          });
        });
      const nameOf = await namesOf(couriers)(driver, result.results);
      const results = result.results.map((result) => resultJson(result, nameOf));
      return { status: 200, body: { clock_offset_ms: result.clockOffsetMs, results } };
    }),
  ];
}

/** The time of an event that a phone reports later. */
function reportedMs(at: string, request: IncomingMessage, nowMs: number): number {
  const offsetMs = offsetOf(request, nowMs);
  const saidMs = Date.parse(at) - (offsetMs === null ? 0 : correctionMs(offsetMs));
  return Math.min(nowMs, Math.max(nowMs - REPORT_DELAY_MS_MAX, Math.round(saidMs)));
}

function gone(): Problem {
  return new Problem('unauthenticated', 'deliveries.courierRemoved');
}

/** A wrong phone clock must not block its queue: an unreadable time counts as absent. */
function offsetOf(request: IncomingMessage, nowMs: number): number | null {
  const sentAt = request.headers[SENT_AT_HEADER.toLowerCase()];
  return sentAt === undefined ? null : clockOffsetMs(String(sentAt), nowMs);
}
