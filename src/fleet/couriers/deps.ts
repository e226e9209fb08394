import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';

/** The infrastructure that all courier code uses. */
export interface CourierMachines {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** The key of the hashes by which sealed numbers, codes and addresses are looked up. */
  readonly recognition: () => Promise<Uint8Array>;
}
