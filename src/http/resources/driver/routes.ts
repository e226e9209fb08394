import type { Couriers, Devices } from '../../../couriers/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { createDriverGate, driverRoute } from '../../kit/driver-route.ts';
import type { Route } from '../../kit/route.ts';
import { courierJson } from '../couriers/courier-json.ts';
import { shiftChange } from '../couriers/read-courier.ts';
import { done } from '../couriers/routes.ts';
import { enrolRoute } from './enrol-route.ts';
import { driverShiftOperation } from './operations.ts';

export interface DriverRoutesDeps {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly clock: Clock;
}

/** What a courier's phone may do: everything about its own courier, and nothing else. */
export function driverRoutes({ couriers, devices, clock }: DriverRoutesDeps): readonly Route[] {
  const gate = createDriverGate(devices, clock);
  return [
    enrolRoute(devices, clock),
    driverRoute(gate, driverShiftOperation, async ({ driver, body }) => {
      const changed = await couriers.change(driver.tenant, driver.courierId, {}, shiftChange(body));
      return { status: 200, body: { courier: courierJson(done(changed)) } };
    }),
  ];
}
