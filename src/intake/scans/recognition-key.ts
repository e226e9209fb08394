import type { RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import { scannerKey } from './scanners.sql.ts';

/**
 * The key of the installation that devices, employees and couriers' own numbers are recognized by,
 * where they must be found again and read by nobody. Asked for once a process; a failure is asked
 * again.
 */
export function recognitionKey(deps: {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly randomBytes: RandomBytes;
}): () => Promise<Uint8Array> {
  let key: Promise<Uint8Array> | null = null;
  return () => {
    key ??= scannerKey(deps.db.pipeline, deps.keyring, deps.randomBytes).catch((error: unknown) => {
      key = null;
      throw error;
    });
    return key;
  };
}
