import type { Clock, RandomBytes } from '../platform/clock.ts';
import type { Database } from '../platform/database/database.ts';
import type { Keyring } from '../platform/sealing/sealing.ts';

/** The machines that everything about couriers runs on. */
export interface CourierMachines {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** What numbers, codes and addresses are found again by without being readable. */
  readonly recognition: () => Promise<Uint8Array>;
}
