import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import { DEFAULT_COURIER_SETTINGS } from '../settings/courier-settings.ts';

const DEFAULTS = DEFAULT_COURIER_SETTINGS.positions;

/** A setting of the merchant of the courier `c`, in minutes. */
function minutesOf(name: keyof typeof DEFAULTS): string {
  return `coalesce((
    select (g.document #>> '{positions,${name}}')::float8 from courier_settings g
    where g.merchant_id = c.merchant_id and g.mode = c.mode), ${DEFAULTS[name]})`;
}

/** How long after the last contact the courier `c` is out of contact. */
export const CONTACT_LASTS = `${minutesOf('expired_minutes')} * interval '1 minute'`;

/**
 * When the courier `c` is out of contact unless the phone sends a position or a request before. Null:
 * never, because a courier who never used a phone cannot fall silent. Stored positions are up to 20
 * seconds behind.
 */
export const CONTACT_ENDS_AT = `(
  select case when h.at is not null or h.active > 0
    then greatest(h.at, c.shift_since) + ${CONTACT_LASTS} end
  from (
    select greatest(max(v.last_seen_at),
        (select k.received_at from courier_places k where k.courier_id = c.id)) as at,
      count(*) filter (where v.ended_at is null) as active
    from courier_devices v where v.courier_id = c.id
  ) h)`;

/**
 * From which age the positions of these couriers are old, in ms. Couriers out of contact are left
 * out. Needs the pipeline's role.
 */
export async function oldAfterMs(
  db: Queryable,
  courierIds: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (courierIds.length === 0) return new Map();
  const rows = await queryRows<{ id: string; afterMs: number }>(db, {
    name: 'positions_old_after',
    text: `select c.id, ${minutesOf('old_minutes')} * 60000 as after_ms from couriers c
           where c.id = any($1::uuid[])
             and coalesce(${CONTACT_ENDS_AT} >= to_timestamp($2 / 1000.0), true)`,
    values: [courierIds, nowMs],
  });
  return new Map(rows.map(({ id, afterMs }) => [id, afterMs]));
}
