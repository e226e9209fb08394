import { withTenant } from '../../../platform/database/database.ts';
import { seal } from '../../../platform/sealing/sealing.ts';
import type { PushSubscription } from '../../../platform/web-push/push-request.ts';
import type { CourierMachines } from '../deps.ts';
import type { Driver } from './devices.ts';
import { dropPush, hasPush, pushBoundTo, writePush } from './pushes.sql.ts';

/** Push subscriptions that notify couriers of offers while their app is closed: one for each device. */
export interface DevicePushes {
  isOn(driver: Driver): Promise<boolean>;
  /** Replaces the earlier subscription. A device that has just ended gets none. */
  set(driver: Driver, subscription: PushSubscription): Promise<void>;
  /** Also happens when the device ends, for whatever reason. */
  end(driver: Driver): Promise<void>;
}

export function createDevicePushes({ db, keyring, clock }: CourierMachines): DevicePushes {
  return {
    isOn: ({ tenant, deviceId }) => withTenant(db.app, tenant, (tx) => hasPush(tx, deviceId)),
    async set({ tenant, deviceId }, { endpoint, keys: { p256dh, auth } }) {
      const text = JSON.stringify({ endpoint, keys: { p256dh, auth } });
      const subscription = seal(keyring, Buffer.from(text, 'utf8'), pushBoundTo(deviceId));
      const nowMs = clock.nowMs();
      await withTenant(db.app, tenant, (tx) =>
        writePush(tx, tenant, { deviceId, subscription, nowMs }),
      );
    },
    end: ({ tenant, deviceId }) => withTenant(db.app, tenant, (tx) => dropPush(tx, deviceId)),
  };
}
