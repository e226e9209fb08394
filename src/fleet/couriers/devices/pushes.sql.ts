import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';

/** Binds a push subscription to its row, so that it opens in no other. */
export function pushBoundTo(deviceId: string): string {
  return `device push ${deviceId} subscription`;
}

/** Replaces the device's earlier subscription. False: the device has ended or was removed. */
export async function writePush(
  db: Queryable,
  { merchantId, mode }: Tenant,
  push: { readonly deviceId: string; readonly subscription: Uint8Array; readonly nowMs: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into device_pushes (device_id, courier_id, merchant_id, mode, subscription, changed_at)
     select id, courier_id, $2, $3, $4, to_timestamp($5 / 1000.0) from courier_devices
     where id = $1 and ended_at is null for update
     on conflict (device_id) do update
       set subscription = excluded.subscription, changed_at = excluded.changed_at`,
    [push.deviceId, merchantId, mode, push.subscription, push.nowMs],
  );
  return (rowCount ?? 0) > 0;
}

export async function dropPush(db: Queryable, deviceId: string): Promise<void> {
  await db.query('delete from device_pushes where device_id = $1', [deviceId]);
}

export async function hasPush(db: Queryable, deviceId: string): Promise<boolean> {
  const { rowCount } = await db.query('select from device_pushes where device_id = $1', [deviceId]);
  return (rowCount ?? 0) > 0;
}
