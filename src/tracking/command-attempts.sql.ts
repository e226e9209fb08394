import { uuidV7 } from '../kernel/ids.ts';
import type { Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database.ts';
import type { EnvelopeSealer } from '../platform/sealing.ts';
import type { Command } from './machine.ts';
import type { Shipment } from './shipment.ts';
import type { TrackingDeps } from './tracking.ts';

/** It may name people: under a key of its own, which goes with the shipment. */
function sealNote(note: string | null, sealer: EnvelopeSealer) {
  return note === null ? null : sealer.seal(Buffer.from(note, 'utf8'));
}

/**
 * Seals at most `limit` notes that an earlier version wrote in the clear; answers how many. There are
 * none any more once it has answered less.
 */
export async function sealOldNotes(
  db: Queryable,
  sealer: EnvelopeSealer,
  limit: number,
): Promise<number> {
  const { rows } = await db.query<{ id: string; note: string }>({
    name: 'unsealed_notes',
    text: `select id, requested ->> 'note' as note from command_attempts
           where (requested ->> 'note') is not null order by id limit $1`,
    values: [limit],
  });
  for (const { id, note } of rows) {
    const sealed = sealNote(note, sealer);
    await db.query({
      name: 'seal_note',
      text: `update command_attempts set requested = requested - 'note', note = $2, data_key = $3
             where id = $1 and (requested ->> 'note') is not null`,
      values: [id, sealed?.sealed ?? null, sealed?.dataKey ?? null],
    });
  }
  return rows.length;
}

/** Logs an attempt, accepted or refused; returns its id, which stands in for a receipt's. */
export async function insertCommandAttempt(
  db: Queryable,
  deps: Pick<TrackingDeps, 'clock' | 'randomBytes' | 'sealer'>,
  tenant: Tenant,
  shipment: Shipment,
  command: Command,
  accepted: boolean,
): Promise<string> {
  const nowMs = deps.clock.nowMs();
  const id = uuidV7(nowMs, deps.randomBytes(10));
  const note = sealNote(command.note, deps.sealer);
  await db.query({
    name: 'insert_command_attempt',
    text: `insert into command_attempts (id, shipment_id, merchant_id, mode, api_key_id, from_status,
             requested, accepted, attempted_at, note, data_key)
           values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9 / 1000.0), $10, $11)`,
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
      }),
      accepted,
      nowMs,
      note?.sealed ?? null,
      note?.dataKey ?? null,
    ],
  });
  return id;
}
