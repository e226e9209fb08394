import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import type { VapidKeys } from '../../../platform/web-push/push-request.ts';
import type { DevicePushes } from '../../couriers/index.ts';
import { type DriverGate, driverRoute } from './driver-route.ts';
import { getDriverPushOperation, setDriverPushOperation } from './push-operations.ts';

export interface PushRoutesDeps {
  readonly gate: DriverGate;
  readonly pushes: DevicePushes;
  readonly vapid: () => Promise<VapidKeys>;
  readonly checkUrl: Egress['checkUrl'];
}

/** Whether and how a phone is notified of offers while its app is closed. */
export function driverPushRoutes({
  gate,
  pushes,
  vapid,
  checkUrl,
}: PushRoutesDeps): readonly Route[] {
  return [
    driverRoute(gate, getDriverPushOperation, async ({ driver }) => ({
      status: 200,
      body: { public_key: (await vapid()).publicKey, on: await pushes.isOn(driver) },
    })),
    driverRoute(gate, setDriverPushOperation, async ({ driver, body: { subscription } }) => {
      if (subscription === null) {
        await pushes.end(driver);
        return { status: 204 };
      }
      const refusal = await checkUrl(subscription.endpoint, { requireTls: true });
      if (refusal !== null) {
        const fix = 'deliveries.sendSubscriptionBrowserGave';
        throw invalidMember(
          '/subscription/endpoint',
          ['deliveries.noPushService', { detail: refusal.detail }],
          fix,
        );
      }
      await pushes.set(driver, subscription);
      return { status: 204 };
    }),
  ];
}
