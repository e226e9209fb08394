import { type CourierMachines, createCouriers, createDevices } from '../../couriers/index.ts';
import { recognitionKey } from '../../intake/index.ts';

/** Couriers, as the composition root makes them. */
export function testCouriers(machines: Omit<CourierMachines, 'recognition'>) {
  const recognition = recognitionKey(machines);
  return {
    couriers: createCouriers({ ...machines, recognition }),
    devices: createDevices({ ...machines, recognition }),
  };
}
