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
} from './sandbox/carrier.ts';
export { type SandboxClock, sandboxClock } from './sandbox/clock.ts';
export {
  type AskedRequest,
  createSandbox,
  type PortalSubscription,
  type Sandbox,
  type SandboxOptions,
  type SandboxReply,
} from './sandbox/create-sandbox.ts';
export type { Call, CallFigures } from './sandbox/limits/calls.ts';
export type { Fault, FaultKind, Faults, FaultWanted } from './sandbox/limits/faults.ts';
export type { RateFigure } from './sandbox/limits/rates.ts';
export { loadSandbox, loadSandboxes } from './sandbox/load.ts';
export type { DeliverPush, OutgoingPush } from './sandbox/pushes/delivery.ts';
export type { PushRecord } from './sandbox/pushes/pushes.ts';
export { SAMPLE_GIF, SAMPLE_PNG, samplePdf } from './sandbox/samples/documents.ts';
export {
  type DayHours,
  type MadePlace,
  type MadePlaceKind,
  type PlacesWanted,
  placesNear,
} from './sandbox/samples/places-near.ts';
export { type LocalTime, localTime } from './sandbox/scenarios/local-time.ts';
export type { RegisteredParcel } from './sandbox/scenarios/parcels.ts';
export { readScenarios } from './sandbox/scenarios/read-scenarios.ts';
export {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type SandboxPlace,
  type Scenario,
  type ScenarioEstimate,
  type ScenarioEvent,
  type ScenarioInstance,
  type VisibleEvent,
  type VisibleInstance,
  type VisibleParcel,
} from './sandbox/scenarios/scenario.ts';
export {
  type RunningSandbox,
  type SandboxServerOptions,
  startSandbox,
} from './sandbox/server.ts';
export type { EventWanted, ParcelWanted } from './sandbox/station.ts';
