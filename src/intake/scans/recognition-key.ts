import type { RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import { scannerKey } from './scanners.sql.ts';

/**
 * Returns a function that loads the installation's key by which devices, employees and couriers'
 * own numbers are recognised: they must be findable but unreadable. It is loaded once per process;
 * a failed load is repeated.
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
