import type { Queryable } from '../../platform/database/database.ts';
import { plainArray } from '../../platform/database/plain-array.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { erasedBody } from './deliveries/body.ts';

/** The maximum number of deliveries per statement: bodies have some KiB. */
const BATCH_MAX = 200;

/**
 * Erases the content of all deliveries about a subject, and the endpoints' answers, which may
 * repeat it. Waiting ones are sent without content; the others are not sent again. One endpoint at
 * a time, so that two queues are never locked at once.
 *
 * @param lastType type of the final delivery, which announces the deletion and never had content.
 */
export async function eraseDeliveries(
  db: Queryable,
  subjectId: string,
  { merchantId, mode }: { readonly merchantId: string; readonly mode: string },
  lastType: string,
): Promise<void> {
  const rows = await queryRows<{ id: string }>(db, {
    name: 'notified_endpoints',
    text: `select e.id from webhook_endpoints e
           where e.merchant_id = $1 and e.mode = $2 and exists (
             select from webhook_deliveries d where d.endpoint_id = e.id and d.subject_id = $3)
           order by e.id`,
    values: [merchantId, mode, subjectId],
  });
  for (const { id } of rows) await eraseAt(db, id, subjectId, lastType);
}

async function eraseAt(
  db: Queryable,
  endpointId: string,
  subjectId: string,
  lastType: string,
): Promise<void> {
  for (let many = BATCH_MAX; many === BATCH_MAX; ) {
    const rows = await queryRows<{ id: string; body: Buffer }>(db, {
      name: 'deliveries_to_erase',
      text: `select id, body from webhook_deliveries
             where endpoint_id = $1 and subject_id = $2 and not is_erased and type <> $3
             order by sequence limit ${BATCH_MAX}`,
      values: [endpointId, subjectId, lastType],
    });
    many = rows.length;
    if (many > 0) await erase(db, endpointId, subjectId, rows);
  }
}

async function erase(
  db: Queryable,
  endpointId: string,
  subjectId: string,
  rows: readonly { readonly id: string; readonly body: Buffer }[],
): Promise<void> {
  const bodies = rows.map(({ body }) => erasedBody(body, subjectId));
  let at = 1;
  const from = bodies.map(({ length }) => {
    at += length;
    return at - length;
  });
  await db.query({
    name: 'erase_deliveries',
    text: `
      with attempts as (
        update webhook_attempts set response = null
        where delivery_id = any($2::uuid[]) and response is not null)
      update webhook_deliveries d
      set is_erased = true, first_response = null, body = substring($3::bytea from n.at for n.size)
      from unnest($2::uuid[], $4::int[], $5::int[]) as n(id, at, size)
      where d.endpoint_id = $1 and d.id = n.id`,
    values: [
      endpointId,
      plainArray(rows, ({ id }) => id),
      Buffer.concat(bodies),
      plainArray(from, (each) => each),
      plainArray(bodies, ({ length }) => length),
    ],
  });
}
