import { z } from 'zod';
import { invalidMember } from '../../../http/kit/validation.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import { pushSubscription, type VapidKeys } from '../../../platform/web-push/push-request.ts';
import type { DevicePushes } from '../../couriers/index.ts';
import { deviceResource } from './driver-route.ts';

export interface PushRoutesDeps {
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
    on: z.boolean().meta({ description: 'The hub has a subscription of this device.' }),
  })
  .meta({ id: 'DriverPush' });

const newDriverPush = z
  .strictObject({
    subscription: z
      .object({
        ...pushSubscription.shape,
        expirationTime: z
          .number()
          .nullish()
          .meta({ description: 'As browsers send it; not used.' }),
      })
      .nullable()
      .meta({ description: 'What `PushSubscription.toJSON()` says; null: no more.' }),
  })
  .meta({ id: 'DriverPushSubscription' });

/** Whether and how a phone is notified of offers while its app is closed. */
export const driverPushes = deviceResource(
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
