/**
 * What sandbox carriers are made of and run on: all that `src/adapters/<carrier>/sandbox.ts` may
 * import, and the way in for the command line and for tests.
 */
export {
  basicOf,
  bearerOf,
  type ComposedPush,
  type CredentialState,
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
export { type LocalTime, localTime } from './sandbox-kit/local-time.ts';
export type {
  SandboxPlace,
  Scenario,
  ScenarioEstimate,
  ScenarioEvent,
  ScenarioLife,
  SeenEvent,
  SeenLife,
  SeenParcel,
} from './sandbox-kit/scenario.ts';
export { seededHex, seededPick, seededShare } from './sandbox-kit/seeded.ts';
