import { z } from 'zod';
import { operation } from '../../../http/kit/operation.ts';
import { pushSubscription } from '../../../platform/web-push/push-request.ts';

const tag = "Drivers' app" as const;

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

export const getDriverPushOperation = operation({
  id: 'getDriverPushSubscription',
  method: 'GET',
  path: '/driver/push',
  tag,
  summary: "Get the phone's push subscription",
  device: true,
  answers: { 200: { description: 'The key to subscribe with.', schema: driverPush } },
});

export const setDriverPushOperation = operation({
  id: 'setDriverPushSubscription',
  method: 'POST',
  path: '/driver/push',
  tag,
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
});

export const driverPushOperations = [getDriverPushOperation, setDriverPushOperation];
