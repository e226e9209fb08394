import { type Couriers, createCouriers, createDevices, type Devices } from '../couriers/index.ts';
import { recognitionKey } from '../intake/index.ts';
import type { Machines } from '../platform/machines.ts';

/** What a process knows of couriers. */
export interface CourierParts {
  readonly couriers: Couriers;
  readonly devices: Devices;
}

/** Couriers, their phones and their parcels. */
export function composeCouriers({
  database: db,
  keyring,
  clock,
  random: randomBytes,
}: Pick<Machines, 'database' | 'keyring' | 'clock' | 'random'>): CourierParts {
  const recognition = recognitionKey({ db, keyring, randomBytes });
  const machines = { db, keyring, clock, randomBytes, recognition };
  return { couriers: createCouriers(machines), devices: createDevices(machines) };
}
