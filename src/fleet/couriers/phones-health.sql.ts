import type { Queryable } from '../../platform/database/database.ts';

/** The health of couriers' phones, which operators of a hub monitor. */
export interface PhonesHealth {
  readonly couriers: number;
  /** Couriers with a phone whose key is valid. */
  readonly withPhone: number;
  /** Couriers on shift with a phone that has not been in contact since the given instant. */
  readonly silent: number;
  /** Phones whose clock error exceeds the given limit. */
  readonly clocksOff: number;
  /** Events from phones refused since the given instant. */
  readonly refused: number;
}

/** Counts the troubles of phones of all merchants. Needs the pipeline's role. */
export async function phonesHealth(
  db: Queryable,
  given: {
    readonly silentSinceMs: number;
    readonly clockOffMs: number;
    readonly refusedSinceMs: number;
  },
): Promise<PhonesHealth> {
  const { rows } = await db.query<PhonesHealth>(
    `select count(*)::int as "couriers", count(d.id)::int as "withPhone",
       count(*) filter (where c.on_shift and d.id is not null
         and greatest(d.last_seen_at, c.shift_since, d.enrolled_at)
           < to_timestamp($1 / 1000.0))::int as "silent",
       count(*) filter (where abs(d.clock_offset_ms) > $2)::int as "clocksOff",
       (select count(*) from driver_events e where e.outcome = 'refused'
         and e.received_at >= to_timestamp($3 / 1000.0))::int as "refused"
     from couriers c
     left join courier_devices d on d.courier_id = c.id and d.ended_at is null`,
    [given.silentSinceMs, given.clockOffMs, given.refusedSinceMs],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate has one row');
  return row;
}
