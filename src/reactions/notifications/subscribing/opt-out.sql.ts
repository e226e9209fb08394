import type { Queryable } from '../../../platform/database/database.ts';
import type { OptOut } from './opt-out.ts';

/** Whether nobody on this installation may ask the address again. */
export async function hasOptedOut(db: Queryable, { channel, hash }: OptOut): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from opted_out_addresses where channel = $1 and address_hash = decode($2, 'hex')`,
    [channel, hash],
  );
  return rows.length > 0;
}

export async function optOut(
  db: Queryable,
  { channel, hash }: OptOut,
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into opted_out_addresses (channel, address_hash, at)
     values ($1, decode($2, 'hex'), to_timestamp($3 / 1000.0))
     on conflict (channel, address_hash) do nothing`,
    [channel, hash, nowMs],
  );
}
