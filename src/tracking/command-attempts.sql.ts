import { uuidV7 } from '../kernel/ids.ts';
import type { Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database.ts';
import type { Command } from './machine.ts';
import type { Shipment } from './shipment.ts';
import type { TrackingDeps } from './tracking.ts';

/** Logs an attempt, accepted or refused; returns its id, which stands in for a receipt's. */
export async function insertCommandAttempt(
  db: Queryable,
  deps: Pick<TrackingDeps, 'clock' | 'randomBytes'>,
  tenant: Tenant,
  shipment: Shipment,
  command: Command,
  accepted: boolean,
): Promise<string> {
  const nowMs = deps.clock.nowMs();
  const id = uuidV7(nowMs, deps.randomBytes(10));
  await db.query({
    name: 'insert_command_attempt',
    text: `insert into command_attempts (id, shipment_id, merchant_id, mode, api_key_id, from_status,
             requested, accepted, attempted_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9 / 1000.0))`,
    values: [
      id,
      shipment.id,
      tenant.merchantId,
      tenant.mode,
      command.apiKeyId,
      shipment.state.status,
      JSON.stringify({
        status: command.status,
        sub_status: command.subStatus,
        occurred_at: command.occurredAtMs,
        note: command.note,
      }),
      accepted,
      nowMs,
    ],
  });
  return id;
}
