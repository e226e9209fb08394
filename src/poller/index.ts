/** The poller's port: what other stages may import from it. */

export {
  type AccountCount,
  accountStates,
  countAccounts,
  pollStates,
} from './accounts/active.sql.ts';
export {
  type AccountHealth,
  type AccountHealthDeps,
  accountHealth,
  credentialsChanged,
} from './accounts/health.ts';
export { fenceAccountEvents } from './accounts/state.sql.ts';
export type { HealthState } from './accounts/state.ts';
export type { BridgeParts, Destination } from './bridges/bridge-parcels.ts';
export { createKnownParcels, PARCELS_KEY } from './bridges/known-parcels.sql.ts';
export { reconsiderExcluded } from './bridges/registrations.sql.ts';
export { bookAheadNow } from './budget/ledger.sql.ts';
export type { Pauses, Policies } from './budget/spend-plan.ts';
export {
  type ExplainDeps,
  explainPolling,
  type PollingExplanation,
} from './due/explain-polling.ts';
export {
  createPlans,
  nextTurnAtMs,
  type Plans,
  type PlansDeps,
  runTimers,
  type TimerDeps,
} from './due/plans.ts';
export type { CarrierAnswer, NotReady } from './extras/ask-carrier.ts';
export {
  type CarrierExtras,
  type CarrierExtrasDeps,
  createCarrierExtras,
  type Offered,
} from './extras/carrier-extras.ts';
export type { ParcelHistory } from './hazard/bins.ts';
export type { PolicyName } from './policy/policy.ts';
export { createPoliciesInUse, type PoliciesInUse } from './relearn/relearn.ts';
export { type RefreshDeps, type RefreshOutcome, requestRefresh } from './request-refresh.ts';
export { dropOldPolling } from './retention.ts';
export type { Pulled } from './run/finish.ts';
export type { CallGuard } from './run/guard.ts';
export { readCsv, readJsonLines } from './simulate/read-json-lines.ts';
export { simulate } from './simulate/simulate.ts';
export { simulationJson, simulationPlot, simulationTable } from './simulate/simulation-report.ts';
export {
  consumeLog,
  type Poller,
  type PollerConsumerDeps,
  type PollerDeps,
  startPoller,
} from './start-poller.ts';
export { type CredentialVerifier, createCredentialVerifier } from './verify/credential-verifier.ts';
export { createWaker } from './wake/waker.ts';
