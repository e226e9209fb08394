import { type Database, withTransaction } from '../../src/platform/database/database.ts';
import type { EnvelopeSealer } from '../../src/platform/sealing/sealing.ts';

interface ParcelRow {
  readonly merchant_id: string;
  readonly mode: string;
  readonly personal: Buffer;
  readonly data_key: Buffer;
}

/**
 * Plans notifications in the obvious first version: one entry after the other, with a transaction
 * for each that looks up the parcel, the merchant's rules, the address's settings and earlier
 * notifications, and inserts one message. It has no windows, no subscribers and no quiet hours.
 * @returns entries a second; the newest `entries` are processed.
 */
export async function naiveNotifications(
  { owner, pipeline }: Pick<Database, 'owner' | 'pipeline'>,
  sealer: EnvelopeSealer,
  entries: number,
): Promise<number> {
  await owner.query(`
    create table if not exists naive_notifications (event_id uuid primary key, shipment_id uuid,
      mail text, state text, at timestamptz);
    create index if not exists naive_by_shipment on naive_notifications (shipment_id);
    grant select, insert on naive_notifications to waybill_pipeline`);
  const { rows } = await pipeline.query<{ id: string; subject_id: string }>(
    `select id, subject_id from event_log where type = 'shipment.status_changed'
     order by recorded_at desc limit $1`,
    [entries],
  );
  const startedAt = performance.now();
  for (const { id, subject_id: shipmentId } of rows) {
    await withTransaction(pipeline, async (tx) => {
      const parcels = await tx.query<ParcelRow>({
        name: 'naive_parcel',
        text: 'select merchant_id, mode, personal, data_key from shipments where id = $1',
        values: [shipmentId],
      });
      const [parcel] = parcels.rows;
      if (parcel === undefined) return;
      const opened = Buffer.from(sealer.open(parcel.personal, parcel.data_key)).toString('utf8');
      const { email } = JSON.parse(opened).recipient as { email: string };
      const of = [parcel.merchant_id, parcel.mode];
      await tx.query({
        name: 'naive_rules',
        text: 'select document from notification_rules where merchant_id = $1 and mode = $2',
        values: of,
      });
      await tx.query({
        name: 'naive_preferences',
        text: 'select muted from recipient_preferences where merchant_id = $1 and mode = $2',
        values: of,
      });
      await tx.query({
        name: 'naive_notified',
        text: 'select state from naive_notifications where shipment_id = $1',
        values: [shipmentId],
      });
      await tx.query({
        name: 'naive_insert',
        text: `insert into naive_notifications values ($1, $2, $3, 'queued', now())
               on conflict do nothing`,
        values: [id, shipmentId, email],
      });
    });
  }
  return Math.round(rows.length / ((performance.now() - startedAt) / 1_000));
}
