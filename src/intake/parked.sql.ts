import type { Mode, Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database/database.ts';
import { queryColumn, queryRows, type Row } from '../platform/database/query-rows.ts';

/** How long an authentic report waits for somebody to register its number. */
const PARKED_DAYS = 30;

/** A report that waits for its number to be registered. */
export interface ParkedReport {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly inboundMessageId: string;
  readonly merchantId: string | null;
  readonly mode: Mode | null;
  readonly receivedAtMs: number;
}

/** Stores reports until somebody registers their numbers. */
export async function parkReports(db: Queryable, parked: readonly ParkedReport[]): Promise<void> {
  if (parked.length === 0) return;
  await db.query({
    name: 'park_reports',
    text: `
      insert into parked_reports (carrier, tracking_number, inbound_message_id, merchant_id, mode,
                                  received_at, expires_at)
      select p.carrier, p.tracking_number, p.inbound_message_id, p.merchant_id, p.mode,
             to_timestamp(p.received_ms / 1000.0),
             to_timestamp(p.received_ms / 1000.0) + make_interval(days => $7)
      from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::float8[])
        as p(carrier, tracking_number, inbound_message_id, merchant_id, mode, received_ms)
      on conflict do nothing`,
    values: [
      parked.map((p) => p.carrier),
      parked.map((p) => p.trackingNumber),
      parked.map((p) => p.inboundMessageId),
      parked.map((p) => p.merchantId),
      parked.map((p) => p.mode),
      parked.map((p) => p.receivedAtMs),
      PARKED_DAYS,
    ],
  });
}

/**
 * Returns the inbound messages that new shipments of that merchant may adopt, by number: those
 * received through its own accounts, and those received at the hub's shared webhook URL. They stay
 * parked until they expire, because another merchant may register the same number.
 */
export async function adoptableInboundMessages(
  db: Queryable,
  numbers: readonly Pick<ParkedReport, 'carrier' | 'trackingNumber'>[],
  { merchantId, mode, nowMs }: Tenant & { readonly nowMs: number },
): Promise<(number: Pick<ParkedReport, 'carrier' | 'trackingNumber'>) => readonly string[]> {
  if (numbers.length === 0) return () => [];
  const rows = await queryRows<
    Row<'parked_reports', 'carrier' | 'trackingNumber' | 'inboundMessageId'>
  >(db, {
    name: 'adoptable_inbound_messages',
    text: `select carrier, tracking_number, inbound_message_id from parked_reports
           join unnest($1::text[], $2::text[]) as n(carrier, tracking_number)
             using (carrier, tracking_number)
           where expires_at > to_timestamp($5 / 1000.0)
             and (merchant_id is null or (merchant_id = $3 and mode = $4))
           order by inbound_message_id`,
    values: [
      numbers.map(({ carrier }) => carrier),
      numbers.map(({ trackingNumber }) => trackingNumber),
      merchantId,
      mode,
      nowMs,
    ],
  });
  return ({ carrier, trackingNumber }) =>
    rows
      .filter((row) => row.carrier === carrier && row.trackingNumber === trackingNumber)
      .map((row) => row.inboundMessageId);
}

/**
 * Deletes at most `limit` parked reports that arrived before `beforeMs`, and returns them. The time
 * of arrival decides, so that a shorter period applies at once.
 */
export async function takeExpiredParked(
  tx: Queryable,
  beforeMs: number,
  limit: number,
): Promise<readonly Pick<ParkedReport, 'carrier' | 'trackingNumber' | 'inboundMessageId'>[]> {
  return queryRows<Row<'parked_reports', 'carrier' | 'trackingNumber' | 'inboundMessageId'>>(tx, {
    name: 'take_expired_parked',
    text: `with expired as (
             select carrier, tracking_number, inbound_message_id from parked_reports
             where expires_at <= to_timestamp($1 / 1000.0) + make_interval(days => $3)
             order by expires_at limit $2 for update skip locked)
           delete from parked_reports p using expired e
           where (p.carrier, p.tracking_number, p.inbound_message_id)
               = (e.carrier, e.tracking_number, e.inbound_message_id)
           returning p.carrier, p.tracking_number, p.inbound_message_id`,
    values: [beforeMs, limit, PARKED_DAYS],
  });
}

/**
 * Deletes what is parked under a number for this tenant, or for any tenant; what is parked for
 * another tenant only stays. Returns the ids of the inbound messages.
 */
export function unparkReports(
  tx: Queryable,
  {
    carrier,
    trackingNumber,
    merchantId,
    mode,
  }: Pick<ParkedReport, 'carrier' | 'trackingNumber' | 'merchantId' | 'mode'>,
): Promise<string[]> {
  return queryColumn<string>(tx, {
    name: 'unpark_reports',
    text: `delete from parked_reports
           where carrier = $1 and tracking_number = $2
             and (merchant_id is null or (merchant_id = $3 and mode = $4))
           returning inbound_message_id`,
    values: [carrier, trackingNumber, merchantId, mode],
  });
}
