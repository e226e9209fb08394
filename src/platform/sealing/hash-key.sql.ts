import type { RandomBytes } from '../clock.ts';
import type { Queryable } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';
import { type Keyring, open, seal } from './sealing.ts';

const KEY_BYTES = 32;

/** The context to which the sealed key is bound: it cannot be opened for another purpose. */
export function hashKeyBoundTo(id: string): string {
  return `hash_keys.key ${id}`;
}

/**
 * Returns the installation's own key for hashes that make something findable without revealing it.
 * It is created once, stored sealed and never changes: a new master key only reseals it, and hashes
 * stay valid. Needs the pipeline's role.
 *
 * @param id its purpose; each purpose has its own key.
 */
export async function hashKey(
  db: Queryable,
  keyring: Keyring,
  random: RandomBytes,
  id: string,
): Promise<Uint8Array> {
  const made = seal(keyring, random(KEY_BYTES), hashKeyBoundTo(id));
  await db.query('insert into hash_keys (id, key) values ($1, $2) on conflict (id) do nothing', [
    id,
    made,
  ]);
  const rows = await queryRows<{ key: Buffer }>(db, 'select key from hash_keys where id = $1', [
    id,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error(`there is no key for ${id}`);
  return open(keyring, row.key, hashKeyBoundTo(id));
}
