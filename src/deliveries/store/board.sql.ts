import type { Queryable } from '../../platform/database/database.ts';
import type { DeliveryRow } from './deliveries.sql.ts';

/** Everybody's deliveries that are not over: those that look for a courier first, the oldest first. */
export async function boardDeliveries(db: Queryable, limit: number): Promise<DeliveryRow[]> {
  const { rows } = await db.query<DeliveryRow>(
    `select d.* from deliveries d
     join shipments s on s.id = d.shipment_id and s.deleted_at is null
     where d.state in ('open', 'assigned')
     order by (d.state = 'open') desc, d.opened_at, d.shipment_id limit $1`,
    [limit],
  );
  return rows;
}

/** How many there are, and since when the oldest has been looking. */
export async function boardFigures(db: Queryable): Promise<{
  readonly open: number;
  readonly queued: number;
  readonly assigned: number;
  readonly oldest: Date | null;
}> {
  const { rows } = await db.query<{
    open: number;
    queued: number;
    assigned: number;
    oldest: Date | null;
  }>(
    `select count(*) filter (where state = 'open')::int as open,
       count(*) filter (where state = 'open' and queued_at is not null)::int as queued,
       count(*) filter (where state = 'assigned')::int as assigned,
       min(greatest(opened_at, ready_at)) filter (where state = 'open') as oldest
     from deliveries where state in ('open', 'assigned')`,
  );
  return rows[0] ?? { open: 0, queued: 0, assigned: 0, oldest: null };
}
