/**
 * The parts of sandbox carriers: everything that `src/adapters/<carrier>/sandbox.ts` may import,
 * and the entry points for the command line and for tests.
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
  type Registration,
  type Registrations,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  SUBSCRIPTION_DEFAULTS,
  type Subscription,
  type SubscriptionState,
  type Subscriptions,
  type TokenState,
  type Tokens,
} from './carrier.ts';
export { type SandboxClock, sandboxClock } from './clock.ts';
export {
  createSandbox,
  type PortalSubscription,
  type ReceivedRequest,
  type Sandbox,
  type SandboxOptions,
  type SandboxReply,
} from './create-sandbox.ts';
export type { Fault, FaultKind, Faults, FaultWanted } from './limits/faults.ts';
export type { Call, CallFigures, RateFigure } from './limits/rates.ts';
export { loadSandbox, loadSandboxes, loadShopSandboxes, sandboxOf } from './load.ts';
export type { DeliverPush, OutgoingPush, PushRecord } from './pushes/pushes.ts';
export {
  type DayHours,
  type MadePlace,
  type MadePlaceKind,
  type PlacesWanted,
  placesNear,
  SAMPLE_GIF,
  SAMPLE_PNG,
  samplePdf,
} from './samples/places-near.ts';
export type { RegisteredParcel } from './scenarios/parcels.ts';
export { readScenarios } from './scenarios/read-scenarios.ts';
export {
  DAY_MS,
  HOUR_MS,
  type LocalTime,
  localTime,
  MINUTE_MS,
  type SandboxPlace,
  type Scenario,
  type ScenarioEstimate,
  type ScenarioEvent,
  type ScenarioInstance,
  type VisibleEvent,
  type VisibleInstance,
  type VisibleParcel,
} from './scenarios/scenario.ts';
export {
  type RunningSandbox,
  type SandboxServerOptions,
  startSandbox,
} from './server.ts';
export {
  consentPage,
  isOn,
  leftItems,
  namesOf,
  openShop,
  ShopBook,
  type ShopChange,
  type ShopPlatform,
} from './shops/open-shop.ts';
export type { SandboxShop, ShopFulfilment, ShopOrder } from './shops/shop.ts';
export type { EventWanted, ParcelWanted } from './station.ts';
