import type { Queryable } from '../../platform/database/database.ts';
import { queryCount } from '../../platform/database/query-rows.ts';

/**
 * Erases everything known about a deleted shipment's cases: the keys of all notes, requests and
 * evidence. Only the number of cases by kind stays, for the figures. Open ones are closed without
 * an event, because nobody is left to notify.
 */
export async function eraseCases(db: Queryable, shipmentId: string): Promise<void> {
  const values = [shipmentId];
  for (const text of [
    'update case_evidence set data_key = null where shipment_id = $1',
    'delete from delivery_requests where shipment_id = $1',
    'delete from claims where shipment_id = $1',
    'delete from case_events where shipment_id = $1',
    `update exception_cases set tracking_number = null, facility = null, owner = null, state = 'closed',
       waiting_for = null, outcome = coalesce(outcome, 'resolved'),
       closed_how = coalesce(closed_how, 'person'), closed_at = coalesce(closed_at, now())
     where shipment_id = $1`,
  ]) {
    await db.query(text, values);
  }
}

/**
 * Removes at most `limit` cases of deleted shipments that were closed before then; returns how
 * many.
 */
export function dropCasesBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(db, {
    name: 'drop_old_cases',
    text: `delete from exception_cases where id = any(array(
             select id from exception_cases
             where state = 'closed' and tracking_number is null
               and closed_at < to_timestamp($1 / 1000.0)
             order by closed_at limit $2 for update skip locked))`,
    values: [beforeMs, limit],
  });
}
