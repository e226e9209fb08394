export { type Fleet, openFleet } from './app/fleet.ts';
export type { ServingFleet } from './app/serve.ts';
export { FLEET_STORAGE } from './app/storage.ts';
