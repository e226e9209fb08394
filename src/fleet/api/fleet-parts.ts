import type { VapidKeys } from '../../platform/web-push/push-request.ts';
import type {
  Couriers,
  DepotOf,
  DevicePushes,
  Devices,
  SettingsOfCouriers,
  Work,
} from '../couriers/index.ts';
import type { Planner, ViewDeps } from '../deliveries/index.ts';
import type { Positions } from '../positions/index.ts';
import type { DriverStreams } from './driver/driver-streams.ts';
import type { Live } from './live/live.ts';
import type { Ways } from './locations/watch-routes.ts';

/** Couriers, their phones and their parcels, for the fleet's API and pages. */
export interface FleetParts {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly work: Work;
  readonly settings: SettingsOfCouriers;
  /** Push subscriptions of phones, for offers while the app is closed. */
  readonly pushes: DevicePushes;
  readonly vapid: () => Promise<VapidKeys>;
  /** The couriers' buildings. */
  readonly depotOf: DepotOf;
  /** The carrier of their parcels. */
  readonly ownCarrier: string;
  /** Streams that send phones changes at once. */
  readonly streams: DriverStreams;
  readonly positions: Positions;
  /** Positions of the couriers of parcels. */
  readonly ways: Ways;
  /** Live screens. */
  readonly live: Live;
  readonly deliveries: ViewDeps;
  readonly planner: Planner;
}
