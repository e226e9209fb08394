import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryCount, queryRows, type Row } from '../../../platform/database/query-rows.ts';

export const NOTICE_KINDS = [
  'rescheduled',
  'taken_off',
  'given_to',
  'given_by',
  'returning',
  'cancelled',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export type NoticeRow = Row<
  'courier_notices',
  'id' | 'atMs' | 'kind' | 'trackingNumber' | 'wantedOn' | 'colleagueId'
>;

/** A change to a courier's route that the courier did not make. */
interface NewNotice {
  readonly id: string;
  readonly courierId: string;
  readonly kind: NoticeKind;
  readonly atMs: number;
  readonly shipmentId: string | null;
  readonly trackingNumber: string;
  readonly wantedOn?: string;
  readonly colleagueId?: string;
}

export async function insertNotice(
  db: Queryable,
  { merchantId, mode }: Tenant,
  notice: NewNotice,
): Promise<void> {
  await db.query(
    `insert into courier_notices (id, courier_id, merchant_id, mode, at, kind, shipment_id,
       tracking_number, wanted_on, colleague_id)
     values ($1, $2, $3, $4, to_timestamp($5 / 1000.0), $6, $7, $8, $9, $10)`,
    [
      notice.id,
      notice.courierId,
      merchantId,
      mode,
      notice.atMs,
      notice.kind,
      notice.shipmentId,
      notice.trackingNumber,
      notice.wantedOn ?? null,
      notice.colleagueId ?? null,
    ],
  );
}

/** The courier's notices since that time, newest first. */
export async function noticesOf(
  db: Queryable,
  courierId: string,
  sinceMs: number,
  limit: number,
): Promise<NoticeRow[]> {
  return queryRows<NoticeRow>(
    db,
    `select id, at, kind, tracking_number, wanted_on::text as wanted_on, colleague_id
     from courier_notices where courier_id = $1 and at >= to_timestamp($2 / 1000.0)
     order by at desc, id desc limit $3`,
    [courierId, sinceMs, limit],
  );
}

/** Deletes at most `limit` notices older than `beforeMs`; returns the number deleted. */
export function dropNoticesBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(
    db,
    `delete from courier_notices where id in (
       select id from courier_notices where at < to_timestamp($1 / 1000.0) limit $2)`,
    [beforeMs, limit],
  );
}

/**
 * The channel that carries the id of a courier whose work changed. Triggers on the couriers' tables
 * notify it, too.
 */
export const COURIERS_CHANNEL = 'waybill_couriers';

/** The channel that carries the id of a courier whose offers changed. A trigger notifies it. */
export const OFFERS_CHANNEL = 'waybill_offers';

/** Announces a change that these couriers see but that is not stored in any of their tables. */
export async function announceCouriers(
  db: Queryable,
  courierIds: readonly string[],
): Promise<void> {
  if (courierIds.length === 0) return;
  await db.query({
    name: 'announce_couriers',
    text: 'select pg_notify($1, id) from unnest($2::text[]) as id',
    values: [COURIERS_CHANNEL, courierIds],
  });
}
