import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';

export const NOTICE_KINDS = [
  'rescheduled',
  'taken_off',
  'given_to',
  'given_by',
  'returning',
  'cancelled',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export interface NoticeRow {
  readonly id: string;
  readonly at: Date;
  readonly kind: NoticeKind;
  readonly tracking_number: string;
  /** `YYYY-MM-DD`. */
  readonly wanted_on: string | null;
  readonly colleague_id: string | null;
}

/** A change to a courier's route that the courier did not make. */
export interface NewNotice {
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
  const { rows } = await db.query<NoticeRow>(
    `select id, at, kind, tracking_number, wanted_on::text as wanted_on, colleague_id
     from courier_notices where courier_id = $1 and at >= to_timestamp($2 / 1000.0)
     order by at desc, id desc limit $3`,
    [courierId, sinceMs, limit],
  );
  return rows;
}

/** Deletes at most `limit` notices from before then; returns how many. */
export async function dropNoticesBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from courier_notices where id in (
       select id from courier_notices where at < to_timestamp($1 / 1000.0) limit $2)`,
    [beforeMs, limit],
  );
  return rowCount ?? 0;
}
