/** The one place where the core meets `src/fleet`, the merchant's own couriers (decision 77). */
export {
  FLEET_STORAGE,
  type Fleet,
  openFleet,
  type ServingFleet,
} from '../fleet/index.ts';
