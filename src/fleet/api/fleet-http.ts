import { deskOperation } from '../../http/console/operations.ts';
import { type FleetPort, type HttpDeps, spellingsOf } from '../../http/index.ts';
import { writeAnswer } from '../../http/kit/answer.ts';
import { Aborted, readJsonBody } from '../../http/kit/bodies/json-body.ts';
import { answerStream, lastEventId } from '../../http/kit/event-stream.ts';
import type { MerchantApi } from '../../http/kit/merchant-route.ts';
import { createRateLimiter } from '../../http/kit/rate-limit.ts';
import type { Route } from '../../http/kit/route.ts';
import { parseBody } from '../../http/kit/validation.ts';
import { Problem } from '../../kernel/errors.ts';
import { wireId } from '../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ProofDeps } from '../../tracking/ports/proofs.ts';
import type { Devices } from '../couriers/index.ts';
import { deskDispatchRoutes } from '../pages/console/routes.ts';
import { DISPATCH_DESK } from '../pages/console/table.ts';
import { fleetConsoleOperations } from '../pages/console-operations.ts';
import { courierMapConsoleRoutes } from '../pages/courier-map/console-routes.ts';
import { dispatchConsoleRoutes } from '../pages/dispatch-board/console-routes.ts';
import { courierSettingsResource } from './courier-settings/routes.ts';
import { courierConsoleRoutes } from './couriers/console-routes.ts';
import { courierJson } from './couriers/courier-json.ts';
import { courierWork } from './couriers/route-routes.ts';
import { couriers } from './couriers/routes.ts';
import { deviceDeliveryRoutes, driverOffersOperation } from './deliveries/device-routes.ts';
import { deliveries, deliveryAssigning, deliveryEnding } from './deliveries/routes.ts';
import { dispatchPauses } from './dispatch-pauses/routes.ts';
import { deviceScanRoute } from './driver/device-scans.ts';
import { createDriverGate, type DriverGate } from './driver/driver-route.ts';
import type { DriverStreams } from './driver/driver-streams.ts';
import {
  driverLiveOperation,
  driverOperations,
  enrolDeviceOperation,
} from './driver/operations.ts';
import { driverProofs } from './driver/proof-route.ts';
import { driverPushes } from './driver/push-routes.ts';
import { type NamesOf, namesOf } from './driver/read-events.ts';
import { driverWork } from './driver/routes.ts';
import type { FleetParts } from './fleet-parts.ts';
import { liveOperations } from './live/operations.ts';
import { liveRoutes } from './live/routes.ts';
import { liveSocketRoute } from './live/socket-route.ts';
import { shipmentLocationOperation } from './locations/operations.ts';
import { locationRoutes } from './locations/routes.ts';
import { driverStreamRoute } from './positions/driver-stream.ts';
import { positionOperations, sendDriverPositionsOperation } from './positions/operations.ts';
import { positionRoutes } from './positions/routes.ts';
import { courierTrail } from './positions/trail-route.ts';
import { routePlans } from './route-plans/routes.ts';

/** Every operation of the fleet, pages included. */
export const FLEET_OPERATIONS = [
  ...couriers.operations,
  ...courierWork.operations,
  ...courierSettingsResource.operations,
  ...deliveries.operations,
  ...deliveryAssigning.operations,
  ...deliveryEnding.operations,
  ...dispatchPauses.operations,
  ...routePlans.operations,
  ...positionOperations,
  ...courierTrail.operations,
  shipmentLocationOperation,
  ...liveOperations,
  ...driverOperations,
  ...driverWork.operations,
  ...driverProofs.operations,
  ...driverPushes.operations,
  driverOffersOperation,
  sendDriverPositionsOperation,
  ...fleetConsoleOperations,
  ...Object.values(DISPATCH_DESK).map(deskOperation),
];

export interface FleetHttpDeps
  extends FleetParts,
    Pick<HttpDeps, 'adapters' | 'checkUrl' | 'keys' | 'proving' | 'publicUrl' | 'tracking'> {
  readonly keyring: HttpDeps['downloads']['keyring'];
}

/** The API and pages of couriers, their phones and deliveries. */
export function createFleetHttp(fleet: FleetHttpDeps): FleetPort {
  const { tracking, devices, live, work } = fleet;
  const { clock } = tracking;
  const gate = createDriverGate(devices, clock);
  const proving = { ...fleet.proving, tracking };
  const deps: Deps = {
    ...fleet,
    proving,
    clock,
    gate,
    namesOf: namesOf(fleet.couriers),
    spellings: spellingsOf(fleet.adapters),
  };
  return {
    operations: FLEET_OPERATIONS,
    routes: (api) => merchantRoutes(api, deps),
    deviceRoutes: [
      enrolRoute(devices, clock),
      driverLiveRoute(gate, fleet.streams),
      ...driverWork.routes(gate, deps),
      ...driverProofs.routes(gate, proving),
      ...driverPushes.routes(gate, deps),
      ...deviceDeliveryRoutes(deps),
      deviceScanRoute(deps),
    ],
    sockets: [liveSocketRoute(live), driverStreamRoute(deps)],
    consoleRoutes: (around) => [
      ...courierConsoleRoutes(around, fleet),
      ...courierMapConsoleRoutes(around, fleet),
      ...dispatchConsoleRoutes(around, fleet),
    ],
    deskRoutes: (around) => deskDispatchRoutes(around, fleet),
    navigation: {
      operators: [['couriers', '/ops/fleet', '/ops/dispatch', '/ops/couriers']],
      desk: [['dispatch', ['/console/dispatch', 'dispatch:see']]],
    },
    custody: { custody: work.custody, notes: work.notes },
  };
}

interface Deps extends Omit<FleetHttpDeps, 'proving'> {
  readonly proving: ProofDeps;
  readonly clock: Clock;
  readonly gate: DriverGate;
  readonly namesOf: NamesOf;
  readonly spellings: (number: string) => readonly string[];
}

function merchantRoutes(api: MerchantApi, deps: Deps): readonly Route[] {
  return [
    ...couriers.routes(api, deps),
    ...courierWork.routes(api, deps),
    ...courierSettingsResource.routes(api, deps),
    ...positionRoutes(api, deps),
    ...liveRoutes(api, deps.live),
    ...locationRoutes(api, deps),
    ...deliveries.routes(api, deps),
    ...deliveryAssigning.routes(api, deps),
    ...deliveryEnding.routes(api, deps),
    ...dispatchPauses.routes(api, deps.deliveries),
    ...routePlans.routes(api, deps),
  ];
}

/** `GET /driver/live`: changes of a courier's work, as server-sent events. */
function driverLiveRoute(gate: DriverGate, streams: DriverStreams): Route {
  const { method, path } = driverLiveOperation;
  return {
    method,
    path,
    hot: false,
    async handler(request, response, context) {
      const driver = await gate.admit(request, context.clientIp);
      // A client that disconnected during the lookup emits no further close event.
      if (response.destroyed) return;
      answerStream(streams, response, {
        client: driver.deviceId,
        topic: driver,
        lastUpdate: lastEventId(request.headers['last-event-id']),
        fix: 'deliveries.pollRouteInstead',
      });
      const { merchantId, mode } = driver.tenant;
      context.log.info(
        { operation: driverLiveOperation.id, status: 200, mode, merchant_id: merchantId },
        'a phone listens',
      );
    },
  };
}

/**
 * Limits on tried codes, per network and overall: at this rate the 2^50 codes take millions of
 * years, and a code lives 15 minutes. A depot's phones share an address on a Monday morning.
 */
const TRIES_BURST = 20;
const TRIES_PER_S = 1 / 15;
const ALL_BURST = 600;
const ALL_PER_S = 10;
/** Key under which all tries together are counted. */
const EVERYBODY = 'everybody';

/** Issues a phone its key. The only path of the app that needs none. */
function enrolRoute(devices: Pick<Devices, 'enrol'>, clock: Clock): Route {
  const { method, path, body } = enrolDeviceOperation;
  const tries = createRateLimiter({
    name: 'enrolments',
    burst: TRIES_BURST,
    perS: TRIES_PER_S,
    clock,
  });
  const all = createRateLimiter({
    name: 'all enrolments',
    burst: ALL_BURST,
    perS: ALL_PER_S,
    clock,
  });
  return {
    method,
    path,
    hot: false,
    async handler(request, response, context) {
      try {
        const waitS = tries.take(context.clientIp) || all.take(EVERYBODY);
        if (waitS > 0) {
          throw new Problem('rate_limited', 'deliveries.tooManyCodesTried', { retryAfterS: waitS });
        }
        const { value } = await readJsonBody(request);
        const { code, device } = parseBody(body, value);
        const { name, platform } = device;
        const enrolled = await devices.enrol(code, {
          name: platform === undefined ? name : `${name} (${platform})`,
        });
        if (enrolled === null) {
          throw new Problem('enrolment_refused', 'deliveries.invalidCode');
        }
        writeAnswer(response, {
          status: 201,
          body: {
            device_key: enrolled.deviceKey,
            device_id: wireId('device', enrolled.deviceId),
            courier: courierJson(enrolled.courier),
            took_over: enrolled.tookOver,
          },
        });
        const { courier } = enrolled;
        const { id: courierId, merchantId: merchant_id, mode } = courier;
        context.log.info({ merchant_id, mode, courier_id: courierId }, 'a device was enrolled');
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}
