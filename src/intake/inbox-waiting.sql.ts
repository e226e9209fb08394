import type { Queryable } from '../platform/database/database.ts';
import { BULK_PARTITION } from './inbound-message.ts';

/** Returns whether more than this many inbound messages wait; reads no more of them than that. */
export async function isInboxCrowded(db: Queryable, than: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'inbox_crowded',
    text: `select from inbound_messages where fate = 'received' offset $1 limit 1`,
    values: [than],
  });
  return rowCount === 1;
}

/** Returns whether an inbound message that arrived before `thanMs` is not processed yet. */
export async function isOlderWaiting(db: Queryable, thanMs: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'older_waiting',
    text: `select from inbound_messages
           where fate = 'received' and received_at < to_timestamp($1 / 1000.0) limit 1`,
    values: [thanMs],
  });
  return rowCount === 1;
}

/** Returns whether one that is not bulk and arrived before `thanMs` is not processed yet. */
export async function isOlderPromptWaiting(db: Queryable, thanMs: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'older_prompt_waiting',
    text: `select from inbound_messages
           where fate = 'received' and partition < ${BULK_PARTITION}
             and received_at < to_timestamp($1 / 1000.0) limit 1`,
    values: [thanMs],
  });
  return rowCount === 1;
}
