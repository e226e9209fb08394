/**
 * What sandbox carriers are made of and run on: all that `src/adapters/<carrier>/sandbox.ts` may
 * import, and the way in for the command line and for tests.
 */

export {
  basicOf,
  bearerOf,
  type ComposedPush,
  type CredentialState,
  type Diversion,
  type FaultAnswer,
  formOf,
  jsonAnswer,
  jsonOf,
  type PushManners,
  type PushOccasion,
  type RateLimit,
  type RateVerdict,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  type Subscription,
  type SubscriptionState,
  type Subscriptions,
  type TokenState,
  type Tokens,
} from './sandbox-kit/carrier.ts';
export { type SandboxClock, sandboxClock } from './sandbox-kit/clock.ts';
export {
  type AskedRequest,
  createSandbox,
  type Heard,
  type PortalSubscription,
  type Sandbox,
  type SandboxOptions,
} from './sandbox-kit/create-sandbox.ts';
export type { Call, CallFigures } from './sandbox-kit/limits/calls.ts';
export type { Fault, FaultKind, Faults, FaultWanted } from './sandbox-kit/limits/faults.ts';
export type { RateFigure } from './sandbox-kit/limits/rates.ts';
export { loadSandbox, loadSandboxes } from './sandbox-kit/load.ts';
export type { DeliverPush, OutgoingPush } from './sandbox-kit/pushes/delivery.ts';
export type { PushRecord } from './sandbox-kit/pushes/pushes.ts';
export { SAMPLE_GIF, SAMPLE_PNG, samplePdf } from './sandbox-kit/samples/documents.ts';
export {
  type DayHours,
  type MadePlace,
  type MadePlaceKind,
  type PlacesWanted,
  placesNear,
} from './sandbox-kit/samples/places-near.ts';
export {
  type RunningSandbox,
  type SandboxServerOptions,
  startSandbox,
} from './sandbox-kit/server.ts';
export type { EventWanted, ParcelWanted } from './sandbox-kit/station.ts';
export { type LocalTime, localTime } from './sandbox-kit/stories/local-time.ts';
export type { RegisteredParcel } from './sandbox-kit/stories/parcels.ts';
export type {
  SandboxPlace,
  Scenario,
  ScenarioEstimate,
  ScenarioEvent,
  ScenarioLife,
  SeenEvent,
  SeenLife,
  SeenParcel,
} from './sandbox-kit/stories/scenario.ts';
export { DAY_MS, HOUR_MS, MINUTE_MS, story } from './sandbox-kit/stories/story.ts';
