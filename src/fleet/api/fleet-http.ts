import { z } from 'zod';
import { deskOperation } from '../../http/console/operations.ts';
import { type FleetPort, type HttpDeps, spellingsOf } from '../../http/index.ts';
import type { MerchantApi } from '../../http/kit/merchant-route.ts';
import type { Route } from '../../http/kit/route.ts';
import { invalidMember } from '../../http/kit/validation.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Egress } from '../../platform/net/egress.ts';
import { pushSubscription, type VapidKeys } from '../../platform/web-push/push-request.ts';
import type { ProofDeps } from '../../tracking/ports/proofs.ts';
import type { DevicePushes } from '../couriers/index.ts';
import { openDeliveriesAmong } from '../deliveries/index.ts';
import { assigningRoutes } from '../pages/assigning/routes.ts';
import { courierMapRoutes } from '../pages/courier-map/console-routes.ts';
import { streetLines } from '../pages/courier-map/street-lines.ts';
import { courierConsoleRoutes } from '../pages/couriers/routes.ts';
import { dispatchRoutes } from '../pages/dispatch-board/console-routes.ts';
import { DELIVERIES_DESK } from '../pages/table.ts';
import { readStreets } from '../sandbox-couriers/streets.ts';
import { courierSettingsResource } from './courier-settings/routes.ts';
import { courierWork } from './couriers/route-routes.ts';
import { couriers } from './couriers/routes.ts';
import { courierShifts } from './couriers/shift-routes.ts';
import { deviceDeliveries, driverOffers } from './deliveries/device-routes.ts';
import { deliveries, deliveryAssigning, deliveryEnding } from './deliveries/routes.ts';
import { dispatchPauses } from './dispatch-pauses/routes.ts';
import { deviceScans } from './driver/device-scans.ts';
import { createDriverGate, type DriverGate, deviceResource } from './driver/driver-route.ts';
import { driverUpdates } from './driver/driver-streams.ts';
import { deviceEnrolment } from './driver/enrolment.ts';
import { driverProofs } from './driver/proof-route.ts';
import { type NamesOf, namesOf } from './driver/read-events.ts';
import { driverWork } from './driver/routes.ts';
import type { FleetParts } from './fleet-parts.ts';
import { livePositions, liveTickets } from './live/routes.ts';
import { liveSocketRoute } from './live/socket-route.ts';
import { locationRoutes, parcelLocation } from './locations/routes.ts';
import { whereabouts } from './locations/whereabouts.ts';
import { driverStreamRoute } from './positions/driver-stream.ts';
import { courierPosition, driverPositions, positions } from './positions/routes.ts';
import { courierTrail } from './positions/trail-route.ts';
import { routePlans } from './route-plans/routes.ts';

interface PushRoutesDeps {
  readonly pushes: DevicePushes;
  readonly vapid: () => Promise<VapidKeys>;
  readonly checkUrl: Egress['checkUrl'];
}

const driverPush = z
  .strictObject({
    public_key: z.string().meta({
      description: 'For `pushManager.subscribe({applicationServerKey})`: the same for ever.',
      example:
        'BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiApwXKpNcF1rRPF3foIiBHXRdJI2Qhumhf6_LFTeZaNndIo',
    }),
    on: z.boolean().describe('The hub has a subscription of this device.'),
  })
  .meta({ id: 'DriverPush' });

const newDriverPush = z
  .strictObject({
    subscription: z
      .object({
        ...pushSubscription.shape,
        expirationTime: z.number().nullish().describe('As browsers send it; not used.'),
      })
      .nullable()
      .describe('What `PushSubscription.toJSON()` says; null: no more.'),
  })
  .meta({ id: 'DriverPushSubscription' });

/** Whether and how a phone is notified of offers while its app is closed. */
const driverPushes = deviceResource(
  { noun: 'device', tag: "Drivers' app" },
  {
    get: {
      id: 'getDriverPushSubscription',
      method: 'GET',
      path: '/driver/push',
      summary: "Get the phone's push subscription",
      device: true,
      answers: { 200: { description: 'The key to subscribe with.', schema: driverPush } },
    },
    set: {
      id: 'setDriverPushSubscription',
      method: 'POST',
      path: '/driver/push',
      summary: "Set the phone's push subscription",
      description:
        'In place of an earlier one. A message says that there is an offer and nothing else: ask GET /v1/driver/offers. It ends with the device.',
      device: true,
      body: newDriverPush,
      answers: { 204: { description: 'From now on.' } },
      example: {
        subscription: {
          endpoint: 'https://push.example.com/send/abc',
          keys: {
            p256dh:
              'BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiApwXKpNcF1rRPF3foIiBHXRdJI2Qhumhf6_LFTeZaNndIo',
            auth: 'AAAAAAAAAAAAAAAAAAAAAA',
          },
        },
      },
    },
  },
  ({ pushes, vapid, checkUrl }: PushRoutesDeps) => ({
    get: async ({ driver }) => ({
      status: 200,
      body: { public_key: (await vapid()).publicKey, on: await pushes.isOn(driver) },
    }),
    set: async ({ driver, body: { subscription } }) => {
      if (subscription === null) {
        await pushes.end(driver);
        return { status: 204 };
      }
      const refusal = await checkUrl(subscription.endpoint, { requireTls: true });
      if (refusal !== null) {
        const fix = 'deliveries.sendBrowserSubscription';
        throw invalidMember(
          '/subscription/endpoint',
          { 'deliveries.notPushService': { detail: { clause: refusal.detail } } },
          fix,
        );
      }
      await pushes.set(driver, subscription);
      return { status: 204 };
    },
  }),
);

/** Every operation of the fleet, pages included. */
export const FLEET_OPERATIONS = [
  ...couriers.operations,
  ...courierWork.operations,
  ...courierShifts.operations,
  ...courierSettingsResource.operations,
  ...deliveries.operations,
  ...deliveryAssigning.operations,
  ...deliveryEnding.operations,
  ...dispatchPauses.operations,
  ...routePlans.operations,
  ...positions.operations,
  ...courierPosition.operations,
  ...courierTrail.operations,
  ...parcelLocation.operations,
  ...livePositions.operations,
  ...liveTickets.operations,
  ...deviceEnrolment.operations,
  ...driverUpdates.operations,
  ...driverWork.operations,
  ...driverProofs.operations,
  ...driverPushes.operations,
  ...driverOffers.operations,
  ...driverPositions.operations,
  ...Object.values(DELIVERIES_DESK).map(deskOperation),
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
  const streets = streetLines(readStreets);
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
      ...deviceEnrolment.routes(null, deps),
      ...driverUpdates.routes(null, deps),
      ...driverWork.routes(gate, deps),
      ...driverProofs.routes(gate, proving),
      ...driverPushes.routes(gate, deps),
      ...driverOffers.routes(gate, deps),
      ...deviceDeliveries.routes(gate, deps),
      ...deviceScans.routes(gate, deps),
      ...driverPositions.routes(null, deps),
    ],
    sockets: [liveSocketRoute(live), driverStreamRoute(deps)],
    deskRoutes: (around) => [
      ...dispatchRoutes(around, fleet, streets),
      ...assigningRoutes(around, fleet),
      ...courierConsoleRoutes(around, fleet, streets),
      ...courierMapRoutes(around, fleet, streets),
    ],
    navigation: [
      [
        'deliveries',
        ['/console/deliveries', 'dispatch:see'],
        ['/console/deliveries/couriers', 'dispatch:see'],
        ['/console/deliveries/shifts', 'dispatch:see'],
        ['/console/deliveries/map', 'dispatch:see'],
      ],
    ],
    custody: {
      custody: work.custody,
      notes: work.notes,
      async names(tenant, courierIds) {
        const found = await fleet.couriers.findMany(tenant, courierIds);
        return new Map(found.map(({ id, name }) => [id, name]));
      },
      openDeliveries: (shipmentIds) => openDeliveriesAmong(fleet.deliveries, shipmentIds),
      whereabouts: (tenant, shipmentId) => whereabouts(fleet, tenant, shipmentId),
    },
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
    ...courierShifts.routes(api, deps),
    ...courierSettingsResource.routes(api, deps),
    ...positions.routes(null, deps),
    ...courierPosition.routes(api, deps),
    ...courierTrail.routes(api, deps),
    ...livePositions.routes(null, deps.live),
    ...liveTickets.routes(api, deps.live),
    ...locationRoutes(api, deps),
    ...deliveries.routes(api, deps),
    ...deliveryAssigning.routes(api, deps),
    ...deliveryEnding.routes(api, deps),
    ...dispatchPauses.routes(api, deps.deliveries),
    ...routePlans.routes(api, deps),
  ];
}
