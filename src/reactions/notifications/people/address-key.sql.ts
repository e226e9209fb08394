import type { RandomBytes } from '../../../platform/clock.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import { type Keyring, open, seal } from '../../../platform/sealing/sealing.ts';
import { ADDRESS_KEY_BOUND_TO } from '../sealed-columns.sql.ts';

const KEY_BYTES = 32;
const ID = 'addresses';

/**
 * The key for address hashes. It is created once and never changes: with another key, everything
 * ever sent would be sent again, and unsubscribed people would get our messages.
 */
export async function addressKey(
  db: Queryable,
  keyring: Keyring,
  random: RandomBytes,
): Promise<Uint8Array> {
  const made = seal(keyring, random(KEY_BYTES), ADDRESS_KEY_BOUND_TO);
  await db.query(
    'insert into notification_keys (id, key) values ($1, $2) on conflict (id) do nothing',
    [ID, made],
  );
  const rows = await queryRows<{ key: Buffer }>(
    db,
    'select key from notification_keys where id = $1',
    [ID],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('there is no key for addresses');
  return open(keyring, row.key, ADDRESS_KEY_BOUND_TO);
}
